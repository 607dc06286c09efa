//! SQLite: statements of many rows in one transaction a chunk, and no wait for the disk.

use std::path::Path;

use anyhow::{Context as _, Result};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use uuid::Uuid;

use super::{Sink, count, history, tables, texts, write};
use crate::tickets::{people::People, rows::Rows};

/// SQLite allows 32,766; far fewer are as quick.
const VALUES: usize = 800;

/// Fills the file.
pub(super) async fn fill(
    file: &Path,
    people: &People,
    tickets: u64,
    comments: u64,
) -> Result<Uuid> {
    let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
    // One connection, for the settings are the connection's.
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.context("the ticket service's file")?;
    db.execute_unprepared(
        "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;
         PRAGMA temp_store = MEMORY;",
    )
    .await?;
    let taken_away = format!(
        "FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL \
         AND tbl_name IN ({}) ORDER BY type, name",
        tables()
    );
    let make = texts(&db, &format!("SELECT sql {taken_away}")).await?;
    let drop = texts(&db, &format!("SELECT 'DROP ' || type || ' ' || name {taken_away}")).await?;
    // With an index goes what SQLite knows of it.
    let known = "SELECT 'INSERT INTO sqlite_stat1 VALUES (' || quote(tbl) || ', ' || quote(idx) \
                 || ', ' || quote(stat) || ')' FROM sqlite_stat1";
    let known = texts(&db, known).await?;
    for statement in &drop {
        db.execute_unprepared(statement).await?;
    }

    let history = history(&db, people, tickets, comments).await?;
    write(&history, &mut Inserts { db: &db }).await?;
    count(&db, &history).await?;
    db.execute_unprepared("INSERT INTO search_word (search_word) VALUES ('rebuild')").await?;
    db.execute_unprepared("DELETE FROM sqlite_stat1").await?;
    for statement in make.iter().chain(&known) {
        db.execute_unprepared(statement).await?;
    }
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    let tenant = history.tenant;
    db.close().await?;
    Ok(tenant)
}

struct Inserts<'a> {
    db: &'a DatabaseConnection,
}

impl Sink for Inserts<'_> {
    async fn take(&mut self, rows: &Rows) -> Result<()> {
        let width = rows.columns.len();
        self.db.execute_unprepared("BEGIN").await?;
        for values in rows.values.chunks(VALUES / width * width) {
            let sql = insert(rows, values.len() / width);
            let values = values.to_vec();
            let insert =
                Statement::from_sql_and_values(self.db.get_database_backend(), sql, values);
            self.db.execute_raw(insert).await?;
        }
        self.db.execute_unprepared("COMMIT").await?;
        Ok(())
    }
}

fn insert(rows: &Rows, count: usize) -> String {
    let row = format!("({})", vec!["?"; rows.columns.len()].join(", "));
    let values = vec![row; count].join(", ");
    format!("INSERT INTO {} ({}) VALUES {values}", rows.table, rows.columns.join(", "))
}
