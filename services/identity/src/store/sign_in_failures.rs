//! Attempts to sign in, counted per account and address until one succeeds.

use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _,
    Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::entity::sign_in_failure::{self as row, Column, Entity};
use crate::domain::throttle::{MAX_ATTEMPTS, WINDOW};

/// Counts an attempt, in one statement, so that of many at once no more pass than may. `None` when it
/// passes; when the window is full, the time it began.
///
/// # Errors
/// [`StoreError`].
pub async fn count(
    tx: &Tx,
    email_key: &str,
    client_address: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let model = row::ActiveModel {
        email_key: Set(email_key.to_owned()),
        client_address: Set(client_address.to_owned()),
        count: Set(1),
        since: Set(now),
    };
    let old = |column: Column| Expr::col((Entity, column));
    let over = || old(Column::Since).lte(now - WINDOW);
    let one_more = OnConflict::columns([Column::EmailKey, Column::ClientAddress])
        .values([
            (Column::Count, Expr::case(over(), 1).finally(old(Column::Count).add(1)).into()),
            (Column::Since, Expr::case(over(), now).finally(old(Column::Since)).into()),
        ])
        .action_and_where(old(Column::Count).lt(MAX_ATTEMPTS).or(over()))
        .to_owned();
    let mut insert = Entity::insert(model).into_query();
    insert.on_conflict(one_more);
    if tx.execute(&insert).await?.rows_affected() == 1 {
        return Ok(None);
    }
    let key = (email_key.to_owned(), client_address.to_owned());
    let full = Entity::find_by_id(key).one(tx).await?;
    // It was cleared at this very moment: the caller may come again at once.
    Ok(Some(full.map_or(now - WINDOW, |row| row.since)))
}

/// Forgets an account's attempts from an address.
///
/// # Errors
/// [`StoreError`].
pub async fn clear(tx: &Tx, email_key: &str, client_address: &str) -> Result<(), StoreError> {
    let key = (email_key.to_owned(), client_address.to_owned());
    Entity::delete_by_id(key).exec(tx).await?;
    Ok(())
}

/// Forgets an account's attempts, wherever they came from.
///
/// # Errors
/// [`StoreError`].
pub async fn clear_all(tx: &Tx, email_key: &str) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::EmailKey.eq(email_key)).exec(tx).await?;
    Ok(())
}

/// Forgets windows that began before `before`; how many there were.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = Entity::delete_many().filter(Column::Since.lt(before)).exec(tx).await?;
    Ok(done.rows_affected)
}
