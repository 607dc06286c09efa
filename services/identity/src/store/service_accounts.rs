//! Accounts of automation.

use chamados_chassis::{
    id::{ServiceAccountId, TenantId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset, text};
use sea_orm::sea_query::Order;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};
use uuid::Uuid;

use super::entity::service_account::{self as row, Column, Entity};
use crate::domain::service_account::ServiceAccount;

/// Sort key of the list: name, then id.
pub type ServiceAccountKey = (String, Uuid);

impl From<row::Model> for ServiceAccount {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            name: row.name,
            description: row.description,
            active: row.active,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

fn columns(account: &ServiceAccount) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(account.id.into()),
        tenant_id: Set(account.tenant.into()),
        name: Set(account.name.clone()),
        name_key: Set(text::fold(&account.name)),
        name_lower: Set(account.name.to_lowercase()),
        description: Set(account.description.clone()),
        active: Set(account.active),
        created_at: Set(account.created_at),
        updated_at: Set(account.updated_at),
        version: Set(account.version),
    }
}

/// Adds an account.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has the name.
pub async fn insert(tx: &Tx, account: &ServiceAccount) -> Result<(), StoreError> {
    Entity::insert(columns(account)).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a changed account, unless somebody else changed it since; whether it was written.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has the name.
pub async fn update(tx: &Tx, account: &ServiceAccount) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(columns(account))
        .filter(Column::TenantId.eq(account.tenant.as_uuid()))
        .filter(Column::Id.eq(account.id.as_uuid()))
        .filter(Column::Version.eq(account.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Makes whoever adds keys to the same account, or deactivates it, wait for the end of `tx`. False
/// when there is no such account, or it is not active.
///
/// # Errors
/// [`StoreError`].
pub async fn hold_active(
    tx: &Tx,
    tenant: TenantId,
    id: ServiceAccountId,
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel { active: Set(true), ..Default::default() })
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::Active.eq(true))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// One account.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: ServiceAccountId,
) -> Result<Option<ServiceAccount>, StoreError> {
    let found = of(tenant).filter(Column::Id.eq(id.as_uuid())).one(db).await?;
    Ok(found.map(ServiceAccount::from))
}

/// The account of a name, without regard to case.
///
/// # Errors
/// [`StoreError`].
pub async fn by_name(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    name: &str,
) -> Result<Option<ServiceAccount>, StoreError> {
    let found = of(tenant).filter(Column::NameLower.eq(name.to_lowercase())).one(db).await?;
    Ok(found.map(ServiceAccount::from))
}

/// Those of `ids` that the tenant has.
///
/// # Errors
/// [`StoreError`].
pub async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[ServiceAccountId],
) -> Result<Vec<ServiceAccount>, StoreError> {
    let ids = ids.iter().map(ServiceAccountId::as_uuid);
    let found = of(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(found.into_iter().map(ServiceAccount::from).collect())
}

/// Accounts by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    page: &PageRequest<ServiceAccountKey>,
) -> Result<Page<ServiceAccount>, StoreError> {
    let mut select = of(tenant);
    let total = select.clone().count(db.read()).await?;
    if let Some((name, id)) = page.after.clone() {
        let columns = [Column::NameKey, Column::Id];
        select = select.filter(keyset::after(columns, [name.into(), id.into()], &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    let page = Page::of(rows, page, total, |row| (row.name_key.clone(), row.id));
    Ok(page.map(ServiceAccount::from))
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}
