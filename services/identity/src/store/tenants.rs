//! Tenants.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait as _, Set};

use super::entity::tenant;

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
