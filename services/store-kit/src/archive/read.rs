//! Reads records.

use chamados_chassis::id::TenantId;
use sea_orm::{
    AccessMode, ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    QueryResult, TransactionOptions, TransactionTrait as _, Value,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};

use super::{
    Kind, Object,
    column::{Column, json},
};
use crate::{db::Db, error::StoreError};

/// Rows as they were at one moment, so that records of different kinds go together. It keeps a connection.
#[derive(Debug)]
pub struct Snapshot {
    tx: DatabaseTransaction,
}

/// A row, or why it is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A record.
    Record(Object),
    /// A row that could not be read: its key as far as known, and why.
    Unreadable { id: String, reason: String },
}

/// Some rows of a kind, in the order of the key, and where the next page begins.
#[derive(Debug)]
pub struct Page {
    pub entries: Vec<Entry>,
    pub next: Option<Vec<Value>>,
}

impl Snapshot {
    /// Rows as they are now.
    pub async fn take(db: &Db) -> Result<Self, StoreError> {
        // SQLite's readers see one state of the file anyway, and know no levels.
        let postgres = db.backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: postgres.then_some(AccessMode::ReadOnly),
            ..Default::default()
        };
        Ok(Self { tx: db.read().begin_with_options(options).await? })
    }

    /// At most `limit` rows after a place. A row that cannot be read keeps back no other; each call gets
    /// further or is the last.
    pub async fn page(
        &self,
        kind: &Kind,
        tenant: TenantId,
        after: Option<Vec<Value>>,
        limit: u64,
    ) -> Result<Page, StoreError> {
        let mut select = Query::select();
        select
            .columns(kind.columns.iter().map(|column| column.name))
            .from(kind.table)
            .and_where(kind.exported(tenant.as_uuid()))
            .limit(limit);
        for column in &kind.key {
            select.order_by(column.name, Order::Asc);
        }
        if let Some(after) = after {
            let key = Expr::tuple(kind.key.iter().map(|column| Expr::col(column.name)));
            select.and_where(key.gt(Expr::tuple(after.into_iter().map(Expr::val))));
        }
        let rows = self.tx.query_all(&select).await?;
        let full = rows.len() as u64 == limit;
        // Rows of unknown place after the last of a known one come again with the next page.
        let place = rows.iter().enumerate().rev().find_map(|(n, row)| Some((n, place(kind, row)?)));
        let next = place.filter(|_| full);
        let end = next.as_ref().map_or(rows.len(), |(n, _)| n + 1);
        let entries = rows[..end].iter().map(|row| entry(kind, row)).collect();
        Ok(Page { entries, next: next.map(|(_, place)| place) })
    }
}

fn entry(kind: &Kind, row: &QueryResult) -> Entry {
    let fields = kind.columns.iter().map(|column| {
        let value = column.read(row).map_err(|error| (column, error))?;
        Ok((column.name.to_owned(), json(value)))
    });
    match fields.collect::<Result<Object, (&Column, DbErr)>>() {
        Ok(record) => Entry::Record(record),
        Err((column, error)) => {
            Entry::Unreadable { id: id(kind, row), reason: format!("{}: {error}", column.name) }
        }
    }
}

fn place(kind: &Kind, row: &QueryResult) -> Option<Vec<Value>> {
    kind.key.iter().map(|column| column.read(row).ok()).collect()
}

fn id(kind: &Kind, row: &QueryResult) -> String {
    let parts = kind.key.iter().map(|column| match column.read(row).map(json) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => "?".to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}
