//! The filter a person's list of tickets opens with.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0104_default_filter"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let filter = text_null("default_ticket_filter");
        manager.alter_table(Table::alter().table("account").add_column(filter).take()).await
    }
}
