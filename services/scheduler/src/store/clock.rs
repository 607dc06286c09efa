//! The database's clock, which alone judges what is due and what has expired: the replicas' own
//! clocks differ.

use chamados_store_kit::StoreError;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// What time it is now, rather than when the transaction began. A statement that compares with it
/// sees time stand still since, so that nothing is ever due or expired too early.
///
/// # Errors
/// [`StoreError`].
pub async fn now(db: &impl ConnectionTrait) -> Result<DateTime<Utc>, StoreError> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') AS now",
        _ => "SELECT clock_timestamp() AS now",
    };
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| StoreError::Corrupt("the database has no time".to_owned()))?;
    Ok(row.try_get("", "now")?)
}
