//! Password resets.

use chamados_chassis::id::{TenantId, UserId};
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set,
};
use uuid::Uuid;

use super::entity::password_reset::{self as row, Column, Entity};
use crate::domain::reset::{Reset, ResetId};

impl From<row::Model> for Reset {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            user: row.account_id.into(),
            generation: row.generation,
            ended_sessions: row.ended_sessions,
            emailed: row.emailed,
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// Adds a reset. Only one of a person may be open: end the others first.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, reset: &Reset, token_hash: [u8; 32]) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(reset.id.into()),
        tenant_id: Set(reset.tenant.into()),
        account_id: Set(reset.user.into()),
        generation: Set(reset.generation),
        token_hash: Set(token_hash.to_vec()),
        ended_sessions: Set(reset.ended_sessions),
        emailed: Set(reset.emailed),
        created_at: Set(reset.created_at),
        expires_at: Set(reset.expires_at),
        ended_at: Set(None),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// A reset of the tenant with the hash of its token.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: ResetId,
) -> Result<Option<(Reset, Vec<u8>)>, StoreError> {
    let found = Entity::find_by_id(id.as_uuid())
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .one(db)
        .await?;
    Ok(found.map(with_hash))
}

/// A reset and the hash of its token, of whichever tenant, for the mail that is about it.
///
/// # Errors
/// [`StoreError`].
pub async fn for_mail(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<(Reset, Vec<u8>)>, StoreError> {
    Ok(Entity::find_by_id(id).one(db).await?.map(with_hash))
}

/// The reset of a token, if it works at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn by_token(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Reset>, StoreError> {
    let found = Entity::find()
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(found.map(Reset::from))
}

/// Writes another token down for an open reset; whether the one before was `generation - 1`.
///
/// # Errors
/// [`StoreError`].
pub async fn replace_link(
    tx: &Tx,
    reset: &Reset,
    token_hash: [u8; 32],
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel {
            generation: Set(reset.generation),
            token_hash: Set(token_hash.to_vec()),
            ..Default::default()
        })
        .filter(Column::TenantId.eq(reset.tenant.as_uuid()))
        .filter(Column::Id.eq(reset.id.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::Generation.eq(reset.generation - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Uses a link up. Of simultaneous callers one gets `true`.
///
/// # Errors
/// [`StoreError`].
pub async fn complete(
    tx: &Tx,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Takes a person's open links back.
///
/// # Errors
/// [`StoreError`].
pub async fn end_all(tx: &Tx, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    Entity::update_many()
        .set(row::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(Column::AccountId.eq(user.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes resets that ended or expired before `before`; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let over = Condition::any().add(Column::EndedAt.lt(before)).add(Column::ExpiresAt.lt(before));
    Ok(Entity::delete_many().filter(over).exec(tx).await?.rows_affected)
}

fn with_hash(row: row::Model) -> (Reset, Vec<u8>) {
    let hash = row.token_hash.clone();
    (row.into(), hash)
}
