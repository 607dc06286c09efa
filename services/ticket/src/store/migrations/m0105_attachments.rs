//! Files of tickets and comments.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0105_attachments"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("attachment")
            .col(uuid("id").primary_key())
            .col(uuid("tenant_id"))
            .col(string("state"))
            .col(string("uploader_kind"))
            .col(string("uploader_id"))
            .col(string("file_name"))
            .col(string("content_type"))
            .col(big_integer("size"))
            .col(string("blake3"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("ticket_id"))
            .col(uuid_null("comment_id"))
            .col(boolean("internal"))
            .col(integer("position"))
            .foreign_key(ForeignKey::create().from("attachment", "ticket_id").to("ticket", "id"))
            .foreign_key(ForeignKey::create().from("attachment", "comment_id").to("comment", "id"))
            .take();
        manager.create_table(table).await?;
        let mut by_ticket = Index::create().name("attachment_by_ticket").table("attachment").take();
        by_ticket.col("ticket_id").col("created_at").col("id");
        manager.create_index(by_ticket).await?;
        let mut by_comment =
            Index::create().name("attachment_by_comment").table("attachment").take();
        by_comment.col("comment_id").col("position");
        manager.create_index(by_comment).await?;
        let mut loose = Index::create().name("attachment_loose").table("attachment").take();
        loose.col("created_at").and_where(Expr::col("ticket_id").is_null());
        manager.create_index(loose).await
    }
}
