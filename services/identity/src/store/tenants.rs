//! Tenants.

use chamados_chassis::{
    id::TenantId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
    sea_query::{LockType, Order},
};
use uuid::Uuid;

use super::entity::tenant;
use crate::domain::tenant::Tenant;

/// Sort key of the list: name, then id.
pub type TenantKey = (String, Uuid);

impl From<tenant::Model> for Tenant {
    fn from(row: tenant::Model) -> Self {
        Self { id: row.id.into(), name: row.name }
    }
}

/// Adds a tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    tx: &Tx,
    id: TenantId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = tenant::ActiveModel {
        id: Set(id.into()),
        name: Set(name.to_owned()),
        created_at: Set(now),
    };
    tenant::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Name of a tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn name(db: &impl ConnectionTrait, id: TenantId) -> Result<Option<String>, StoreError> {
    let row = tenant::Entity::find_by_id(id.as_uuid()).one(db).await?;
    Ok(row.map(|row| row.name))
}

/// Lets nobody else past here with the same tenant until the transaction ends; whether there is such
/// a tenant. For rules about all of a tenant's accounts. SQLite's one writer is alone anyway.
///
/// # Errors
/// [`StoreError`].
pub async fn hold(tx: &Tx, id: TenantId) -> Result<bool, StoreError> {
    // Not "update": whoever adds a row that refers to the tenant need not wait.
    let row = tenant::Entity::find_by_id(id.as_uuid()).lock(LockType::NoKeyUpdate).one(tx).await?;
    Ok(row.is_some())
}

/// Every tenant, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &Db, page: &PageRequest<TenantKey>) -> Result<Page<Tenant>, StoreError> {
    let mut select = tenant::Entity::find();
    let total = select.clone().count(db.read()).await?;
    if let Some((name, id)) = page.after.clone() {
        let columns = [tenant::Column::Name, tenant::Column::Id];
        select = select.filter(keyset::after(columns, [name.into(), id.into()], &Order::Asc));
    }
    let rows = select
        .order_by_asc(tenant::Column::Name)
        .order_by_asc(tenant::Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    Ok(Page::of(rows, page, total, |row| (row.name.clone(), row.id)).map(Tenant::from))
}

/// At most `limit` tenants of this name.
///
/// # Errors
/// [`StoreError`].
pub async fn by_name(
    db: &impl ConnectionTrait,
    name: &str,
    limit: u64,
) -> Result<Vec<Tenant>, StoreError> {
    let named = tenant::Entity::find().filter(tenant::Column::Name.eq(name));
    let rows = named.order_by_asc(tenant::Column::Id).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(Tenant::from).collect())
}

/// At most `limit` tenants.
///
/// # Errors
/// [`StoreError`].
pub async fn first(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Tenant>, StoreError> {
    let all = tenant::Entity::find().order_by_asc(tenant::Column::Id).limit(limit);
    Ok(all.all(db).await?.into_iter().map(Tenant::from).collect())
}
