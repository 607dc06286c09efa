//! Queues.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx, text};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set, sea_query::OnConflict,
};

use super::entity::queue::{self as row, Column, Entity};
use crate::domain::{
    Queue, QueueId,
    queue::{DEFAULT_NAME, MOST},
};

/// The tenant's default queue, made when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn ensure_default(tx: &Tx, tenant: TenantId) -> Result<Queue, StoreError> {
    if let Some(queue) = default(tx, tenant).await? {
        return Ok(queue);
    }
    let row = row::ActiveModel {
        id: Set(QueueId::new().into()),
        tenant_id: Set(tenant.into()),
        name: Set(DEFAULT_NAME.to_owned()),
        name_key: Set(text::fold(DEFAULT_NAME)),
        is_default: Set(true),
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

/// Whether the tenant has the queue.
///
/// # Errors
/// [`StoreError`].
pub async fn exists(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: QueueId,
) -> Result<bool, StoreError> {
    Ok(of(tenant).filter(Column::Id.eq(id.as_uuid())).count(db).await? == 1)
}

/// All queues of the tenant, the default one first, then by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Queue>, StoreError> {
    let rows = of(tenant)
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

fn queue(row: row::Model) -> Queue {
    Queue { id: row.id.into(), name: row.name, is_default: row.is_default }
}
