//! Categories, tags and watchers of tickets, queues that can be archived, and the orders of lists.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0103_facts"
    }
}

/// When what was there before is said to have been made.
const LONG_AGO: &str = "1970-01-01T00:00:00+00:00";

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [category(), ticket_tag(), ticket_watcher()] {
            manager.create_table(table).await?;
        }
        // SQLite adds one column at a time.
        let columns: [(&'static str, ColumnDef); 7] = [
            ("queue", boolean("archived").default(false).take()),
            ("queue", timestamp_with_time_zone("created_at").default(LONG_AGO).take()),
            ("queue", big_integer("version").default(1).take()),
            ("ticket", uuid_null("category_id").take()),
            ("ticket", json_binary("tags").default("[]").take()),
            ("ticket", json_binary("watchers").default("[]").take()),
            ("ticket", integer("priority_order").default(2).take()),
        ];
        for (table, mut column) in columns {
            let add = Table::alter().table(table).add_column(&mut column).take();
            manager.alter_table(add).await?;
        }
        let order = "UPDATE ticket SET priority_order = CASE priority WHEN 'urgent' THEN 0 \
                     WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END";
        manager.get_connection().execute_unprepared(order).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn category() -> TableCreateStatement {
    Table::create()
        .table("category")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(string("name"))
        .col(string("name_key"))
        .col(boolean("archived"))
        .col(timestamp_with_time_zone("created_at"))
        .col(big_integer("version"))
        .take()
}

fn ticket_tag() -> TableCreateStatement {
    Table::create()
        .table("ticket_tag")
        .col(uuid("ticket_id"))
        .col(string("key"))
        .col(uuid("tenant_id"))
        .primary_key(Index::create().col("ticket_id").col("key"))
        .foreign_key(ForeignKey::create().from("ticket_tag", "ticket_id").to("ticket", "id"))
        .take()
}

fn ticket_watcher() -> TableCreateStatement {
    Table::create()
        .table("ticket_watcher")
        .col(uuid("ticket_id"))
        .col(uuid("user_id"))
        .col(uuid("tenant_id"))
        .primary_key(Index::create().col("ticket_id").col("user_id"))
        .foreign_key(ForeignKey::create().from("ticket_watcher", "ticket_id").to("ticket", "id"))
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
    let waiting = Expr::col("assignee_id").is_null().and(Expr::col("status").ne("resolved"));
    vec![
        index("category", "category_name", &["tenant_id", "name_key"]).unique().take(),
        index("ticket_tag", "ticket_tag_by_key", &["tenant_id", "key", "ticket_id"]),
        index("ticket_watcher", "ticket_watcher_by_user", &["tenant_id", "user_id", "ticket_id"]),
        index("ticket", "ticket_by_queue", &["tenant_id", "queue_id", "created_at", "id"]),
        index("ticket", "ticket_by_status", &["tenant_id", "status", "created_at", "id"]),
        index("ticket", "ticket_by_category", &["tenant_id", "category_id", "created_at", "id"]),
        index("ticket", "ticket_by_update", &["tenant_id", "updated_at", "id"]),
        index("ticket", "ticket_by_priority", &["tenant_id", "priority_order", "created_at", "id"]),
        index("ticket", "ticket_waiting", &["tenant_id", "created_at", "id"])
            .and_where(waiting)
            .take(),
    ]
}
