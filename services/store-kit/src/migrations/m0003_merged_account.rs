//! Table of [`merged`](crate::merged).

use sea_orm_migration::{MigrationName, prelude::*};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "base_0003_merged_account"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("merged_account")
                    .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("tenant_id").uuid().not_null())
                    .col(ColumnDef::new("survivor_id").uuid().not_null())
                    .to_owned(),
            )
            .await?;
        let by_survivor = "CREATE INDEX merged_account_by_survivor ON merged_account (survivor_id)";
        manager.get_connection().execute_unprepared(by_survivor).await?;
        Ok(())
    }
}
