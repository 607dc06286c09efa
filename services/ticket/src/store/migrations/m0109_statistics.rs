//! What SQLite is told about the tables, so that it finds its way at any size.
//!
//! SQLite knows how rows are spread when somebody runs `ANALYZE`, and otherwise takes it that a value of
//! an index's first column leads to about ten rows. Here that column is the tenant, which has all of them.
//! So it would read every ticket of the tenant to see which are among the thousand that a search found.
//! These numbers are those of a desk with a million tickets; its plans are good for a small one, too, and
//! are the same on every installation. PostgreSQL keeps statistics of its own.

use sea_orm::{DbBackend, Statement};
use sea_orm_migration::prelude::*;

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0109_statistics"
    }
}

/// Table, index, and as `sqlite_stat1` has it: all rows, then how many have the same value in the
/// index's first column, in its first two, and so on.
const STATISTICS: [(&str, &str, &str); 14] = [
    ("ticket", "sqlite_autoindex_ticket_1", "1000000 1"),
    ("ticket", "ticket_number", "1000000 1000000 1"),
    ("ticket", "ticket_by_time", "1000000 1000000 1 1"),
    ("ticket", "ticket_by_update", "1000000 1000000 1 1"),
    ("ticket", "ticket_by_priority", "1000000 1000000 250000 1 1"),
    ("ticket", "ticket_by_status", "1000000 1000000 250000 1 1"),
    ("ticket", "ticket_by_queue", "1000000 1000000 100000 1 1"),
    ("ticket", "ticket_by_category", "1000000 1000000 50000 1 1"),
    ("ticket", "ticket_by_assignee", "1000000 1000000 20000 1 1"),
    ("ticket", "ticket_by_company", "1000000 1000000 20000 1 1"),
    ("ticket", "ticket_by_requester", "1000000 1000000 1000 1 1"),
    ("ticket", "ticket_by_device", "1000000 1000000 1000 1 1"),
    ("ticket_watcher", "ticket_watcher_by_user", "100000 100000 100 1"),
    ("ticket_tag", "ticket_tag_by_key", "1000000 1000000 1000 1"),
];

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Sqlite {
            return Ok(());
        }
        let db = manager.get_connection();
        // Makes the table of the statistics, and measures nothing.
        db.execute_unprepared("ANALYZE sqlite_schema").await?;
        db.execute_unprepared("DELETE FROM sqlite_stat1").await?;
        for (table, index, spread) in STATISTICS {
            let values = [table.into(), index.into(), spread.into()];
            let insert = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)";
            let insert = Statement::from_sql_and_values(DbBackend::Sqlite, insert, values);
            db.execute_raw(insert).await?;
        }
        // Has this connection read them; others do when they see that the schema has changed.
        db.execute_unprepared("ANALYZE sqlite_schema").await?;
        Ok(())
    }
}
