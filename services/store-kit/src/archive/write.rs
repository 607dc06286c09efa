//! Writes records.

use std::collections::HashSet;

use chamados_chassis::id::TenantId;
use rand::RngExt as _;
use sea_orm::{
    ConnectionTrait as _, DbBackend, Value,
    sea_query::{Expr, ExprTrait as _, Query},
};
use uuid::Uuid;

use super::{Kind, Malformed, Object};
use crate::{
    db::{Db, Tx},
    error::StoreError,
};

/// Most values of a statement; SQLite takes 32,766.
const MOST_VALUES: usize = 8_192;

/// Why records could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// One is none of its kind; which, counted from 0.
    #[error("{0}")]
    Malformed(Malformed, usize),
    /// The database did not take them.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Begins a transaction in which statements may take long.
///
/// # Errors
/// [`StoreError`].
pub async fn begin(db: &Db) -> Result<Tx, StoreError> {
    let tx = db.begin().await?;
    if db.backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL statement_timeout = '1h'").await?;
    }
    Ok(tx)
}

/// Writes records of a tenant as new rows.
///
/// # Errors
/// [`WriteError`], naming the record at fault.
pub async fn write(
    tx: &Tx,
    kind: &Kind,
    tenant: TenantId,
    records: Vec<Object>,
) -> Result<(), WriteError> {
    let names =
        kind.columns.iter().map(|column| column.name).chain(kind.fresh.iter().map(|fresh| fresh.0));
    let names: Vec<&'static str> = names.collect();
    let (mut done, mut records) = (0, records.into_iter().peekable());
    while records.peek().is_some() {
        let mut insert = Query::insert();
        insert.into_table(kind.table).columns(names.iter().copied());
        for record in records.by_ref().take((MOST_VALUES / names.len()).max(1)) {
            let values =
                row(kind, tenant, record).map_err(|why| WriteError::Malformed(why, done))?;
            insert.values_panic(values.into_iter().map(Expr::val));
            done += 1;
        }
        tx.execute(&insert).await.map_err(StoreError::from)?;
    }
    Ok(())
}

/// Makes do with what is there: a reference to a row that is not is taken back, and a record that cannot
/// be without it left out. For records of an archive from which something was left out. The records that
/// remain, and how many do not.
///
/// # Errors
/// [`StoreError`].
pub async fn mend(
    tx: &Tx,
    kind: &Kind,
    mut records: Vec<Object>,
) -> Result<(Vec<Object>, u64), StoreError> {
    let before = records.len();
    for (column, parent) in &kind.refers {
        let named = records.iter().filter_map(|record| id(record, column));
        let named: HashSet<Uuid> = named.collect();
        let there = Query::select()
            .column("id")
            .from(*parent)
            .and_where(Expr::col("id").is_in(named))
            .take();
        let there: HashSet<Uuid> = tx
            .query_all(&there)
            .await?
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, _>>()?;
        let nullable = kind.columns.iter().any(|it| it.name == *column && it.nullable);
        records.retain_mut(|record| {
            let missing = id(record, column).is_some_and(|id| !there.contains(&id));
            if missing && nullable {
                record.insert((*column).to_owned(), serde_json::Value::Null);
            }
            !missing || nullable
        });
    }
    let left_out = (before - records.len()) as u64;
    Ok((records, left_out))
}

fn id(record: &Object, column: &str) -> Option<Uuid> {
    record.get(column)?.as_str()?.parse().ok()
}

/// Removes a tenant's rows of a kind, unless they are only ever added.
///
/// # Errors
/// [`StoreError`].
pub async fn clear(tx: &Tx, kind: &Kind, tenant: TenantId) -> Result<(), StoreError> {
    if kind.append_only {
        return Ok(());
    }
    let delete =
        Query::delete().from_table(kind.table).and_where(kind.belongs(tenant.as_uuid())).take();
    tx.execute(&delete).await?;
    Ok(())
}

fn row(kind: &Kind, tenant: TenantId, mut record: Object) -> Result<Vec<Value>, Malformed> {
    if kind.tenant_of(&record).is_some_and(|named| named != tenant.to_string()) {
        return Err(Malformed::Foreign);
    }
    let columns = kind.columns.iter().map(|column| column.parse(&mut record));
    let mut values = columns.collect::<Result<Vec<_>, _>>()?;
    if let Some((unknown, _)) = record.into_iter().next() {
        return Err(Malformed::Unknown(unknown));
    }
    for (_, length) in &kind.fresh {
        let mut bytes = vec![0_u8; *length];
        rand::rng().fill(&mut bytes[..]);
        values.push(bytes.into());
    }
    Ok(values)
}
