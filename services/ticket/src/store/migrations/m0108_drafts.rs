//! What people have begun to write.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0108_drafts"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("draft")
            .col(uuid("tenant_id"))
            .col(uuid("user_id"))
            .col(uuid("ticket_id"))
            .col(string("kind"))
            .col(text("body"))
            .col(string("visibility"))
            .col(text("subject"))
            .col(big_integer("base_version"))
            .col(timestamp_with_time_zone("updated_at"))
            .primary_key(
                Index::create().col("tenant_id").col("user_id").col("ticket_id").col("kind"),
            )
            .foreign_key(ForeignKey::create().from("draft", "ticket_id").to("ticket", "id"))
            .take();
        manager.create_table(table).await
    }
}
