//! Categories.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};

use super::entity::category::{self as row, Column, Entity};
use crate::domain::{Category, CategoryId, Name, category::MOST};

/// Adds a category.
///
/// # Errors
/// [`StoreError`], a unique violation when the name is taken.
pub async fn insert(tx: &Tx, tenant: TenantId, category: &Category) -> Result<(), StoreError> {
    Entity::insert(active(tenant, category)).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a category over the version before it; whether that version was the present one.
///
/// # Errors
/// [`StoreError`], a unique violation when the name is taken.
pub async fn update(tx: &Tx, tenant: TenantId, category: &Category) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(active(tenant, category))
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(category.id.as_uuid()))
        .filter(Column::Version.eq(category.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a category no ticket has.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(tx: &Tx, tenant: TenantId, id: CategoryId) -> Result<(), StoreError> {
    let delete = Entity::delete_many()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()));
    delete.exec(tx).await?;
    Ok(())
}

/// One category, kept from other writers, and from tickets that want to take it, until the transaction
/// ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(
    tx: &Tx,
    tenant: TenantId,
    id: CategoryId,
) -> Result<Option<Category>, StoreError> {
    let select = of(tenant).filter(Column::Id.eq(id.as_uuid())).lock_exclusive();
    Ok(select.one(tx).await?.map(category))
}

/// Whether tickets may take the category. It stays so until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn is_offered(tx: &Tx, tenant: TenantId, id: CategoryId) -> Result<bool, StoreError> {
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

/// Categories of the tenant, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    with_archived: bool,
) -> Result<Vec<Category>, StoreError> {
    let mut select = of(tenant);
    if !with_archived {
        select = select.filter(Column::Archived.eq(false));
    }
    let rows = select.order_by_asc(Column::NameKey).limit(MOST).all(db).await?;
    Ok(rows.into_iter().map(category).collect())
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

fn active(tenant: TenantId, category: &Category) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(category.id.into()),
        tenant_id: Set(tenant.into()),
        name: Set(category.name.to_string()),
        name_key: Set(category.name.key()),
        archived: Set(category.archived),
        created_at: Set(category.created_at),
        version: Set(category.version),
    }
}

fn category(row: row::Model) -> Category {
    Category {
        id: row.id.into(),
        name: Name::trusted(row.name),
        archived: row.archived,
        created_at: row.created_at,
        version: row.version,
    }
}
