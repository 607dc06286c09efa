//! Table of [`jobs`](crate::jobs).

use sea_orm_migration::{MigrationName, prelude::*};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "base_0002_job_run"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("job_run")
                    .col(ColumnDef::new("run_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("fence").big_integer().not_null())
                    .col(ColumnDef::new("result").binary())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .to_owned(),
            )
            .await
    }
}
