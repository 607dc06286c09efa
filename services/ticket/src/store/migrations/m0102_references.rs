//! Finding what refers to a person, wherever it is: for counting it, and for moving it when their
//! account is merged into another.

use sea_orm_migration::prelude::*;

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0102_references"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in [
            ("comment", ["tenant_id", "author_id"]),
            ("ticket_event", ["tenant_id", "actor_id"]),
            ("work_session", ["tenant_id", "user_id"]),
        ] {
            let name = format!("{table}_by_person");
            let mut index = Index::create().name(name).table(table).take();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
