//! Live chats.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0106_chats"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [chat(), chat_message(), chat_read_mark()] {
            manager.create_table(table).await?;
        }
        let mut chat_id = uuid_null("chat_id").take();
        let add = Table::alter().table("ticket_event").add_column(&mut chat_id).take();
        manager.alter_table(add).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn chat() -> TableCreateStatement {
    Table::create()
        .table("chat")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("ticket_id"))
        .col(string("started_by_kind"))
        .col(string("started_by_id"))
        .col(timestamp_with_time_zone("started_at"))
        .col(string_null("ending"))
        .col(string_null("ended_by_kind"))
        .col(string_null("ended_by_id"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(big_integer("last_sequence"))
        .col(timestamp_with_time_zone("active_at"))
        .foreign_key(ForeignKey::create().from("chat", "ticket_id").to("ticket", "id"))
        .take()
}

fn chat_message() -> TableCreateStatement {
    Table::create()
        .table("chat_message")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("chat_id"))
        .col(big_integer("sequence"))
        .col(string("author_kind"))
        .col(string("author_id"))
        .col(text("body"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("chat_message", "chat_id").to("chat", "id"))
        .take()
}

fn chat_read_mark() -> TableCreateStatement {
    Table::create()
        .table("chat_read_mark")
        .col(uuid("chat_id"))
        .col(uuid("user_id"))
        .col(uuid("tenant_id"))
        .col(big_integer("sequence"))
        .col(timestamp_with_time_zone("read_at"))
        .primary_key(Index::create().col("chat_id").col("user_id"))
        .foreign_key(ForeignKey::create().from("chat_read_mark", "chat_id").to("chat", "id"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |table: &'static str, name: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(name).table(table).take();
        for column in columns {
            index.col(*column);
        }
        index
    };
    let open = || Expr::col("ended_at").is_null();
    vec![
        index("chat", "chat_one_open", &["ticket_id"]).unique().and_where(open()).take(),
        index("chat", "chat_by_ticket", &["ticket_id", "started_at", "id"]),
        index("chat", "chat_open_by_activity", &["active_at", "id"]).and_where(open()).take(),
        index("chat_message", "chat_message_order", &["chat_id", "sequence"]).unique().take(),
        // For moving what refers to a person.
        index("chat", "chat_by_starter", &["tenant_id", "started_by_id"]),
        index("chat", "chat_by_ender", &["tenant_id", "ended_by_id"]),
        index("chat_message", "chat_message_by_person", &["tenant_id", "author_id"]),
        index("chat_read_mark", "chat_read_mark_by_person", &["tenant_id", "user_id"]),
    ]
}
