//! Web sessions, found by the hash of their token.

use chamados_chassis::id::SessionId;
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set,
};

use super::entity::session::{self as row, Entity};
use crate::domain::session::Session;

impl From<row::Model> for Session {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            user: row.account_id.into(),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            client_address: row.client_address,
            user_agent: row.user_agent,
        }
    }
}

/// Adds a session.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, session: &Session, token_hash: [u8; 32]) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(session.id.into()),
        tenant_id: Set(session.tenant.into()),
        account_id: Set(session.user.into()),
        token_hash: Set(token_hash.to_vec()),
        created_at: Set(session.created_at),
        last_seen_at: Set(session.last_seen_at),
        client_address: Set(session.client_address.clone()),
        user_agent: Set(session.user_agent.clone()),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// The session of a token.
///
/// # Errors
/// [`StoreError`].
pub async fn by_token(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
) -> Result<Option<Session>, StoreError> {
    let found =
        Entity::find().filter(row::Column::TokenHash.eq(token_hash.to_vec())).one(db).await?;
    Ok(found.map(Session::from))
}

/// Notes the last request. A session that was ended in between stays ended.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(tx: &Tx, id: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    Entity::update_many()
        .set(row::ActiveModel { last_seen_at: Set(now), ..Default::default() })
        .filter(row::Column::Id.eq(id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends the session of a token, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(tx: &Tx, token_hash: [u8; 32]) -> Result<(), StoreError> {
    Entity::delete_many().filter(row::Column::TokenHash.eq(token_hash.to_vec())).exec(tx).await?;
    Ok(())
}

/// Removes sessions last seen before `idle_since` or opened before `opened_since`; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(
    tx: &Tx,
    idle_since: DateTime<Utc>,
    opened_since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let over = Condition::any()
        .add(row::Column::LastSeenAt.lt(idle_since))
        .add(row::Column::CreatedAt.lt(opened_since));
    Ok(Entity::delete_many().filter(over).exec(tx).await?.rows_affected)
}
