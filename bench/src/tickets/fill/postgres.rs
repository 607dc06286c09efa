//! PostgreSQL: `COPY`.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Value,
    sqlx::postgres::PgPoolCopyExt as _,
};
use uuid::Uuid;

use super::{Sink, count, history, tables, texts, write};
use crate::tickets::{people::People, rows::Rows};

/// Fills the schema `ticket` of the database.
pub(super) async fn fill(url: &str, people: &People, tickets: u64, comments: u64) -> Result<Uuid> {
    let mut options = ConnectOptions::new(url);
    // One connection, for the settings are the connection's.
    options.max_connections(1).sqlx_logging(false).set_schema_search_path("ticket");
    let db = Database::connect(options).await?;
    // Foreign keys are checked by triggers, which a replica leaves to its primary.
    db.execute_unprepared(
        "SET session_replication_role = replica; SET synchronous_commit = off;
         SET maintenance_work_mem = '512MB';",
    )
    .await?;
    let taken_away = format!(
        "FROM pg_indexes WHERE schemaname = 'ticket' AND tablename IN ({}) AND indexname NOT IN \
         (SELECT conname FROM pg_constraint) ORDER BY indexname",
        tables()
    );
    let make = texts(&db, &format!("SELECT indexdef {taken_away}")).await?;
    let drop = texts(&db, &format!("SELECT 'DROP INDEX ' || indexname {taken_away}")).await?;
    for statement in &drop {
        db.execute_unprepared(statement).await?;
    }

    let history = history(&db, people, tickets, comments).await?;
    write(&history, &mut Copies { db: &db }).await?;
    count(&db, &history).await?;
    for statement in &make {
        db.execute_unprepared(statement).await?;
    }
    // As autovacuum leaves it, without waiting for that.
    db.execute_unprepared("VACUUM ANALYZE").await?;
    db.execute_unprepared("CHECKPOINT").await?;
    let tenant = history.tenant;
    db.close().await?;
    Ok(tenant)
}

struct Copies<'a> {
    db: &'a DatabaseConnection,
}

impl Sink for Copies<'_> {
    async fn take(&mut self, rows: &Rows) -> Result<()> {
        let pool = self.db.get_postgres_connection_pool();
        let copy = format!("COPY {} ({}) FROM STDIN", rows.table, rows.columns.join(", "));
        let mut text = String::new();
        for row in rows.values.chunks(rows.columns.len()) {
            for (place, value) in row.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "\t" });
                field(&mut text, value)?;
            }
            text.push('\n');
        }
        let mut copy = pool.copy_in_raw(&copy).await?;
        copy.send(text.into_bytes()).await?;
        copy.finish().await?;
        Ok(())
    }
}

/// A value as `COPY` reads it. Of the signs that mean something there only the backslash can occur: in
/// JSON.
fn field(text: &mut String, value: &Value) -> Result<()> {
    match value {
        Value::Bool(Some(value)) => write!(text, "{value}")?,
        Value::Int(Some(value)) => write!(text, "{value}")?,
        Value::BigInt(Some(value)) => write!(text, "{value}")?,
        Value::Uuid(Some(value)) => write!(text, "{value}")?,
        Value::ChronoDateTimeUtc(Some(value)) => write!(text, "{}", value.to_rfc3339())?,
        Value::String(Some(value)) => text.push_str(value),
        Value::Json(Some(value)) => text.push_str(&value.to_string().replace('\\', "\\\\")),
        Value::String(None)
        | Value::Uuid(None)
        | Value::BigInt(None)
        | Value::ChronoDateTimeUtc(None) => text.push_str("\\N"),
        other => bail!("no way to write {other:?}"),
    }
    Ok(())
}
