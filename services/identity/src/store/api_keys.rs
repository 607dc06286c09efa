//! API keys of service accounts, found by the hash of their secret.

use chamados_chassis::id::{ServiceAccountId, TenantId};
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, Set,
};

use super::entity::api_key::{self as row, Column, Entity};
use crate::domain::service_account::{ApiKey, ApiKeyId, Scopes};

impl From<row::Model> for ApiKey {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            account: row.service_account_id.into(),
            hint: row.hint,
            scopes: Scopes::from_kept(&row.scopes),
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// Adds a key.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, key: &ApiKey, secret_hash: [u8; 32]) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(key.id.into()),
        tenant_id: Set(key.tenant.into()),
        service_account_id: Set(key.account.into()),
        secret_hash: Set(secret_hash.to_vec()),
        hint: Set(key.hint.clone()),
        scopes: Set(key.scopes.to_kept()),
        created_at: Set(key.created_at),
        expires_at: Set(key.expires_at),
        revoked_at: Set(key.revoked_at),
        last_used_at: Set(key.last_used_at),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// The key of a secret, of whichever tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn by_secret(
    db: &impl ConnectionTrait,
    secret_hash: [u8; 32],
) -> Result<Option<ApiKey>, StoreError> {
    let found = Entity::find().filter(Column::SecretHash.eq(secret_hash.to_vec())).one(db).await?;
    Ok(found.map(ApiKey::from))
}

/// One key of an account.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    account: ServiceAccountId,
    id: ApiKeyId,
) -> Result<Option<ApiKey>, StoreError> {
    let found = Entity::find_by_id(id.as_uuid())
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::ServiceAccountId.eq(account.as_uuid()))
        .one(db)
        .await?;
    Ok(found.map(ApiKey::from))
}

/// Keys of accounts, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_accounts(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    accounts: &[ServiceAccountId],
) -> Result<Vec<ApiKey>, StoreError> {
    let accounts = accounts.iter().map(ServiceAccountId::as_uuid);
    let found = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::ServiceAccountId.is_in(accounts))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    Ok(found.into_iter().map(ApiKey::from).collect())
}

/// How many keys of an account hold at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn count_holding(
    tx: &Tx,
    account: ServiceAccountId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let unexpired =
        Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now));
    let holding = Entity::find()
        .filter(Column::ServiceAccountId.eq(account.as_uuid()))
        .filter(Column::RevokedAt.is_null())
        .filter(unexpired);
    Ok(holding.count(&**tx).await?)
}

/// Revokes a key; whether it was not revoked before.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke(
    tx: &Tx,
    tenant: TenantId,
    account: ServiceAccountId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() })
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::ServiceAccountId.eq(account.as_uuid()))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes a use, unless one after `since` was noted.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(
    tx: &Tx,
    id: ApiKeyId,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let old = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(since));
    Entity::update_many()
        .set(row::ActiveModel { last_used_at: Set(Some(now)), ..Default::default() })
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(old)
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes keys that were revoked or expired before `older_than`; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(tx: &Tx, older_than: DateTime<Utc>) -> Result<u64, StoreError> {
    let over = Condition::any()
        .add(Column::RevokedAt.lt(older_than))
        .add(Column::ExpiresAt.lt(older_than));
    Ok(Entity::delete_many().filter(over).exec(tx).await?.rows_affected)
}
