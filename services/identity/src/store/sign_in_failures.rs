//! Failed sign-ins, counted per account and address.

use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set,
    sea_query::OnConflict,
};

use super::entity::sign_in_failure::{self as row, Entity};
use crate::domain::throttle::Failures;

/// Failures of an account from an address.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    email_key: &str,
    client_address: &str,
) -> Result<Option<Failures>, StoreError> {
    let key = (email_key.to_owned(), client_address.to_owned());
    let found = Entity::find_by_id(key).one(db).await?;
    Ok(found.map(|row| Failures { count: row.count, since: row.since }))
}

/// Writes the count down.
///
/// # Errors
/// [`StoreError`].
pub async fn put(
    tx: &Tx,
    email_key: &str,
    client_address: &str,
    failures: Failures,
) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        email_key: Set(email_key.to_owned()),
        client_address: Set(client_address.to_owned()),
        count: Set(failures.count),
        since: Set(failures.since),
    };
    let replace = OnConflict::columns([row::Column::EmailKey, row::Column::ClientAddress])
        .update_columns([row::Column::Count, row::Column::Since])
        .to_owned();
    Entity::insert(model).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

/// Forgets an account's failures from an address.
///
/// # Errors
/// [`StoreError`].
pub async fn clear(tx: &Tx, email_key: &str, client_address: &str) -> Result<(), StoreError> {
    let key = (email_key.to_owned(), client_address.to_owned());
    Entity::delete_by_id(key).exec(tx).await?;
    Ok(())
}

/// Forgets windows that began before `before`; how many there were.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = Entity::delete_many().filter(row::Column::Since.lt(before)).exec(tx).await?;
    Ok(done.rows_affected)
}
