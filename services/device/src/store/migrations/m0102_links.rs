//! Further people tied to a device.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0102_links"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("device_link")
            .col(uuid("device_id"))
            .col(uuid("user_id"))
            .col(uuid("tenant_id"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("device_id").col("user_id"))
            .foreign_key(ForeignKey::create().from("device_link", "device_id").to("device", "id"))
            .take();
        manager.create_table(table).await?;
        let mut by_user = Index::create().name("device_link_by_user").table("device_link").take();
        manager.create_index(by_user.col("tenant_id").col("user_id").take()).await
    }
}
