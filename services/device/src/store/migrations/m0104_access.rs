//! As what people use devices, who is logged in to them, and what becomes of their tokens.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0104_access"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            string("persona").default("collaborator").take(),
            json_binary_null("users"),
            binary_null("users_digest"),
        ] {
            add(manager, "device", column).await?;
        }
        add(manager, "device_token", string("prefix").default("").take()).await?;
        for column in [
            uuid_null("device_id"),
            big_integer_null("generation"),
            timestamp_with_time_zone_null("created_at"),
            string_null("prefix"),
            timestamp_with_time_zone_null("last_used_at"),
        ] {
            add(manager, "revoked_token", column).await?;
        }
        let mut by_device = Index::create().name("revoked_token_by_device").take();
        let by_device = by_device.table("revoked_token").col("device_id").col("revoked_at").take();
        manager.create_index(by_device).await
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: ColumnDef,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).take()).await
}
