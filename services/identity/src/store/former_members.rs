//! People who were moved to another tenant, as the old one still names them.

use chamados_chassis::id::{TenantId, UserId};
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set,
    sea_query::OnConflict,
};

use super::entity::former_member::{self as row, Column, Entity};
use crate::domain::user::{Summary, User};

/// Notes that `user` leaves its tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, user: &User) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        tenant_id: Set(user.tenant.into()),
        account_id: Set(user.id.into()),
        name: Set(user.name.clone()),
        role: Set(user.role.to_string()),
    };
    let again = OnConflict::columns([Column::TenantId, Column::AccountId])
        .update_columns([Column::Name, Column::Role])
        .to_owned();
    Entity::insert(model).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes that `user` is back in a tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(tx: &Tx, tenant: TenantId, user: UserId) -> Result<(), StoreError> {
    Entity::delete_by_id((tenant.as_uuid(), user.as_uuid())).exec(tx).await?;
    Ok(())
}

/// Those of `ids` that once were the tenant's.
///
/// # Errors
/// [`StoreError`].
pub async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[UserId],
) -> Result<Vec<Summary>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::AccountId.is_in(ids.iter().map(UserId::as_uuid)))
        .all(db)
        .await?;
    let summary = |row: row::Model| {
        let role = row.role.parse().map_err(|e| {
            StoreError::Corrupt(format!("former member {}: role {e}", row.account_id))
        })?;
        Ok(Summary { id: row.account_id.into(), name: row.name, role })
    };
    rows.into_iter().map(summary).collect()
}
