//! Tokens that replace others, computers that share an identity, and what looked like our own fault.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0105_streams"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let offered = boolean("offered").default(false).take();
        let tokens = Table::alter().table("device_token").add_column(offered).take();
        manager.alter_table(tokens).await?;
        let conflict = timestamp_with_time_zone_null("identity_conflict_at");
        let devices = Table::alter().table("device").add_column(conflict).take();
        manager.alter_table(devices).await?;
        let incidents = Table::create()
            .table("incident")
            .col(uuid("id").primary_key())
            .col(uuid("tenant_id"))
            .col(string("kind"))
            .col(big_integer("devices"))
            .col(timestamp_with_time_zone("raised_at"))
            .col(timestamp_with_time_zone("resolves_at"))
            .col(timestamp_with_time_zone_null("resolved_at"))
            .take();
        manager.create_table(incidents).await?;
        let mut by_tenant = Index::create().name("incident_by_tenant").table("incident").take();
        manager.create_index(by_tenant.col("tenant_id").col("raised_at").take()).await?;
        // At most one of a kind is open in a tenant.
        let open = "CREATE UNIQUE INDEX incident_open ON incident (tenant_id, kind) \
                    WHERE resolved_at IS NULL";
        manager.get_connection().execute_unprepared(open).await?;
        Ok(())
    }
}
