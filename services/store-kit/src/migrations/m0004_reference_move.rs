//! Second table of [`merged`](crate::merged).

use sea_orm_migration::{MigrationName, prelude::*};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "base_0004_reference_move"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("reference_move")
                    .col(ColumnDef::new("merge_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("tenant_id").uuid().not_null())
                    .col(ColumnDef::new("counts").json_binary().not_null())
                    .to_owned(),
            )
            .await
    }
}
