//! Accounts that were merged into others, as a service that refers to users knows them.
//!
//! A merge moves the references that are there. One that is being written at that moment, by a request
//! that asked identity before the merge, would come too late for it; so whoever writes a reference asks
//! [`survivor`] in the transaction of the write, and the mover calls [`record`] in a transaction of its
//! own before it looks for anything to move. The two hold a lock by user, shared and exclusive: either
//! the write is there when the mover looks, or the writer sees the merge. On SQLite the only writer needs
//! no lock. Ask before locking rows: who waits for a merge then holds nothing that others wait for.
//!
//! The moving takes many transactions, so that a large account blocks nobody for long. What they moved
//! so far is a row ([`begin_move`]), written with what they move; a crash at any point loses no count.

use chamados_chassis::id::{TenantId, UserId};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, Set, Statement, sea_query::OnConflict,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    db::Tx,
    entity::{
        merged_account::{self as row, Column, Entity},
        reference_move,
    },
    error::StoreError,
};

/// Survivors that were merged in turn, in a row. Each merge shortens the way of those before it, so
/// more than two are met only while facts arrive out of order.
const MOST_STEPS: usize = 32;

/// Who a reference to `user` is to be written for: the survivor, if the account was merged. It stays
/// the survivor until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn survivor(tx: &Tx, tenant: TenantId, user: UserId) -> Result<UserId, StoreError> {
    let mut survivor = user;
    for _ in 0..MOST_STEPS {
        // The survivor too: it could be merged between here and the write.
        lock(tx, "pg_advisory_xact_lock_shared", survivor).await?;
        let merged = Entity::find_by_id(survivor.as_uuid())
            .filter(Column::TenantId.eq(tenant.as_uuid()))
            .one(tx)
            .await?;
        match merged {
            Some(row) => survivor = row.survivor_id.into(),
            None => return Ok(survivor),
        }
    }
    Err(circle(user))
}

/// Notes a merge; afterwards no reference to `from` comes into being. Noting it again changes nothing.
/// Facts of different accounts come in any order: when `into` is known to be merged already, `from`
/// lives on in its survivor.
///
/// # Errors
/// [`StoreError`], also when the accounts would be merged in a circle.
pub async fn record(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<(), StoreError> {
    lock(tx, "pg_advisory_xact_lock", from).await?;
    let into = survivor(tx, tenant, into).await?;
    if into == from {
        return Err(circle(from));
    }
    // Who was merged into `from` before lives on in the same survivor.
    Entity::update_many()
        .set(row::ActiveModel { survivor_id: Set(into.as_uuid()), ..Default::default() })
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::SurvivorId.eq(from.as_uuid()))
        .exec(tx)
        .await?;
    let merged = row::ActiveModel {
        user_id: Set(from.as_uuid()),
        tenant_id: Set(tenant.as_uuid()),
        survivor_id: Set(into.as_uuid()),
    };
    let once = OnConflict::column(Column::UserId).do_nothing().to_owned();
    Entity::insert(merged).on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

/// Begins to count what a merge moves, from the default on. Beginning again changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn begin_move<C: Serialize + Default>(
    tx: &Tx,
    tenant: TenantId,
    merge: Uuid,
) -> Result<(), StoreError> {
    let row = reference_move::ActiveModel {
        merge_id: Set(merge),
        tenant_id: Set(tenant.as_uuid()),
        counts: Set(encode(&C::default())?),
    };
    let once = OnConflict::column(reference_move::Column::MergeId).do_nothing().to_owned();
    reference_move::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

/// What a merge moved so far, kept from other movers until the transaction ends: of several that were
/// given the same fact, one moves at a time, and nothing is counted twice.
///
/// # Errors
/// [`StoreError`], also when [`begin_move`] was not called.
pub async fn lock_move<C: DeserializeOwned>(
    tx: &Tx,
    tenant: TenantId,
    merge: Uuid,
) -> Result<C, StoreError> {
    let row = reference_move::Entity::find_by_id(merge)
        .filter(reference_move::Column::TenantId.eq(tenant.as_uuid()))
        .lock_exclusive()
        .one(tx)
        .await?;
    let row = row.ok_or_else(|| StoreError::Corrupt(format!("merge {merge}: never begun")))?;
    serde_json::from_value(row.counts)
        .map_err(|error| StoreError::Corrupt(format!("merge {merge}: {error}")))
}

/// Writes what a merge moved so far, after [`lock_move`] in the same transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn save_move<C: Serialize>(
    tx: &Tx,
    tenant: TenantId,
    merge: Uuid,
    counts: &C,
) -> Result<(), StoreError> {
    let counts = reference_move::ActiveModel { counts: Set(encode(counts)?), ..Default::default() };
    reference_move::Entity::update_many()
        .set(counts)
        .filter(reference_move::Column::TenantId.eq(tenant.as_uuid()))
        .filter(reference_move::Column::MergeId.eq(merge))
        .exec(tx)
        .await?;
    Ok(())
}

fn encode(counts: &impl Serialize) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(counts)
        .map_err(|error| StoreError::Corrupt(format!("what was moved: {error}")))
}

fn circle(user: UserId) -> StoreError {
    StoreError::Corrupt(format!("account {user} was merged into itself"))
}

/// The lock is the service's own, though services may share a database.
async fn lock(tx: &Tx, function: &str, user: UserId) -> Result<(), StoreError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = format!("SELECT {function}(hashtextextended(current_schema() || $1, 0))");
        let values = [format!(":merge:{user}").into()];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    }
    Ok(())
}
