//! Queues.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set,
    sea_query::{LockType, OnConflict},
};

use super::entity::queue::{self as row, Column, Entity};
use crate::domain::{
    Name, Queue, QueueId,
    fold::fold,
    queue::{DEFAULT_NAME, MOST},
};

/// The tenant's default queue, made when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn ensure_default(
    tx: &Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<Queue, StoreError> {
    if let Some(queue) = default(tx, tenant).await? {
        return Ok(queue);
    }
    let row = row::ActiveModel {
        id: Set(QueueId::new().into()),
        tenant_id: Set(tenant.into()),
        name: Set(DEFAULT_NAME.to_owned()),
        name_key: Set(fold(DEFAULT_NAME)),
        is_default: Set(true),
        archived: Set(false),
        created_at: Set(now),
        version: Set(1),
    };
    // Another transaction may be making it now; then this one waits for it and takes its queue.
    let mut insert = Entity::insert(row).into_query();
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    tx.execute(&insert).await?;
    let queue = default(tx, tenant).await?;
    queue.ok_or_else(|| StoreError::Corrupt(format!("tenant {tenant}: no default queue")))
}

async fn default(tx: &Tx, tenant: TenantId) -> Result<Option<Queue>, StoreError> {
    let row = of(tenant).filter(Column::IsDefault.eq(true)).one(tx).await?;
    Ok(row.map(queue))
}

/// Makes those who change the tenant's queues or categories wait for each other until the
/// transaction ends, so that what is counted stays so. Tickets are opened meanwhile.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_lists(tx: &Tx, tenant: TenantId, now: DateTime<Utc>) -> Result<(), StoreError> {
    ensure_default(tx, tenant, now).await?;
    let default = of(tenant).filter(Column::IsDefault.eq(true)).lock(LockType::NoKeyUpdate);
    default.one(tx).await?;
    Ok(())
}

/// Adds a queue.
///
/// # Errors
/// [`StoreError`], a unique violation when the name is taken.
pub async fn insert(tx: &Tx, tenant: TenantId, queue: &Queue) -> Result<(), StoreError> {
    Entity::insert(active(tenant, queue)).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a queue over the version before it; whether that version was the present one.
///
/// # Errors
/// [`StoreError`], a unique violation when the name is taken.
pub async fn update(tx: &Tx, tenant: TenantId, queue: &Queue) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(active(tenant, queue))
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(queue.id.as_uuid()))
        .filter(Column::Version.eq(queue.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a queue no ticket is in.
///
/// # Errors
/// [`StoreError`], when a ticket is in it.
pub async fn delete(tx: &Tx, tenant: TenantId, id: QueueId) -> Result<(), StoreError> {
    let delete = Entity::delete_many()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()));
    delete.exec(tx).await?;
    Ok(())
}

/// One queue, kept from other writers, and from tickets that want to enter it, until the transaction
/// ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(tx: &Tx, tenant: TenantId, id: QueueId) -> Result<Option<Queue>, StoreError> {
    let select = of(tenant).filter(Column::Id.eq(id.as_uuid())).lock_exclusive();
    Ok(select.one(tx).await?.map(queue))
}

/// Whether tickets may enter the queue. It stays so until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn is_offered(tx: &Tx, tenant: TenantId, id: QueueId) -> Result<bool, StoreError> {
    let select = of(tenant).filter(Column::Id.eq(id.as_uuid())).lock_shared();
    Ok(select.one(tx).await?.is_some_and(|row| !row.archived))
}

/// How many the tenant has.
///
/// # Errors
/// [`StoreError`].
pub async fn count(tx: &Tx, tenant: TenantId) -> Result<u64, StoreError> {
    Ok(of(tenant).count(tx).await?)
}

/// Queues of the tenant, the default one first, then by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    with_archived: bool,
) -> Result<Vec<Queue>, StoreError> {
    let mut select = of(tenant);
    if !with_archived {
        select = select.filter(Column::Archived.eq(false));
    }
    let rows = select
        .order_by_desc(Column::IsDefault)
        .order_by_asc(Column::NameKey)
        .limit(MOST)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(queue).collect())
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

fn active(tenant: TenantId, queue: &Queue) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(queue.id.into()),
        tenant_id: Set(tenant.into()),
        name: Set(queue.name.to_string()),
        name_key: Set(queue.name.key()),
        is_default: Set(queue.is_default),
        archived: Set(queue.archived),
        created_at: Set(queue.created_at),
        version: Set(queue.version),
    }
}

fn queue(row: row::Model) -> Queue {
    Queue {
        id: row.id.into(),
        name: Name::trusted(row.name),
        is_default: row.is_default,
        archived: row.archived,
        created_at: row.created_at,
        version: row.version,
    }
}
