//! Queues, tickets, their timeline, conversation and work sessions.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0101_tickets"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            [queue(), ticket_counter(), ticket(), comment(), ticket_event(), work_session()];
        for table in tables {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn queue() -> TableCreateStatement {
    Table::create()
        .table("queue")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(string("name"))
        .col(string("name_key"))
        .col(boolean("is_default"))
        .take()
}

fn ticket_counter() -> TableCreateStatement {
    Table::create()
        .table("ticket_counter")
        .col(uuid("tenant_id").primary_key())
        .col(big_integer("last"))
        .take()
}

fn ticket() -> TableCreateStatement {
    Table::create()
        .table("ticket")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(big_integer("number"))
        .col(string("subject"))
        .col(string("subject_key"))
        .col(text("description"))
        .col(string("status"))
        .col(string_null("pause_reason"))
        .col(timestamp_with_time_zone_null("working_since"))
        .col(timestamp_with_time_zone_null("resolved_at"))
        .col(string("priority"))
        .col(uuid("queue_id"))
        .col(uuid("requester_id"))
        .col(uuid_null("company_id"))
        .col(uuid_null("device_id"))
        .col(uuid_null("assignee_id"))
        .col(big_integer("worked_seconds"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        .foreign_key(ForeignKey::create().from("ticket", "queue_id").to("queue", "id"))
        .take()
}

fn comment() -> TableCreateStatement {
    Table::create()
        .table("comment")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("ticket_id"))
        .col(string("author_kind"))
        .col(string("author_id"))
        .col(string("visibility"))
        .col(text("body"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("comment", "ticket_id").to("ticket", "id"))
        .take()
}

fn ticket_event() -> TableCreateStatement {
    Table::create()
        .table("ticket_event")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("ticket_id"))
        .col(string("kind"))
        .col(string("actor_kind"))
        .col(string("actor_id"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(big_integer("version"))
        .col(json_binary("changes"))
        .col(text("note"))
        .col(uuid_null("comment_id"))
        .col(boolean("internal"))
        .foreign_key(ForeignKey::create().from("ticket_event", "ticket_id").to("ticket", "id"))
        .foreign_key(ForeignKey::create().from("ticket_event", "comment_id").to("comment", "id"))
        .take()
}

fn work_session() -> TableCreateStatement {
    Table::create()
        .table("work_session")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("ticket_id"))
        .col(uuid("user_id"))
        .col(timestamp_with_time_zone("started_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .foreign_key(ForeignKey::create().from("work_session", "ticket_id").to("ticket", "id"))
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
    vec![
        index("queue", "queue_name", &["tenant_id", "name_key"]).unique().take(),
        index("queue", "queue_one_default", &["tenant_id"])
            .unique()
            .and_where(Expr::col("is_default").eq(true))
            .take(),
        index("ticket", "ticket_number", &["tenant_id", "number"]).unique().take(),
        // Lists are newest first; the narrower ones serve the people who see a part only.
        index("ticket", "ticket_by_time", &["tenant_id", "created_at", "id"]),
        index("ticket", "ticket_by_company", &["tenant_id", "company_id", "created_at", "id"]),
        index("ticket", "ticket_by_requester", &["tenant_id", "requester_id", "created_at", "id"]),
        index("ticket", "ticket_by_device", &["tenant_id", "device_id", "created_at", "id"]),
        index("ticket", "ticket_by_assignee", &["tenant_id", "assignee_id", "created_at", "id"]),
        index("comment", "comment_by_ticket", &["ticket_id", "created_at", "id"]),
        index("ticket_event", "ticket_event_order", &["ticket_id", "version", "occurred_at", "id"]),
        index("work_session", "work_session_by_ticket", &["ticket_id", "started_at", "id"]),
        index("work_session", "work_session_one_open", &["ticket_id"])
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .take(),
    ]
}
