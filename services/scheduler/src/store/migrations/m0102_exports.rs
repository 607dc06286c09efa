//! Exports: what their runs have no place for.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0102_exports"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("export")
            .col(uuid("run_id").primary_key())
            .col(uuid("tenant_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(big_integer("records"))
            .col(big_integer("attachments"))
            .col(big_integer("unreadable"))
            .col(string_null("file"))
            .col(big_integer("size"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("export", "run_id")
                    .to("run", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(table).await?;
        let mut of_tenant = Index::create();
        of_tenant.name("export_of_tenant").table("export").col("tenant_id").col("run_id");
        manager.create_index(of_tenant).await?;
        Ok(())
    }
}
