//! Web sessions, found by the hash of their token. One that was ended stays as a row until it would
//! have expired, and opens nothing.

use chamados_chassis::{
    id::{SessionId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, UpdateMany, sea_query::Order,
};
use uuid::Uuid;

use super::entity::session::{self as row, Column, Entity};
use crate::domain::session::{IDLE, LIFETIME, Session};

/// Sort key of the list: last request, then id.
pub type SessionKey = (DateTime<Utc>, Uuid);

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
        ended_at: Set(None),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// The session of a token, unless it was ended.
///
/// # Errors
/// [`StoreError`].
pub async fn by_token(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
) -> Result<Option<Session>, StoreError> {
    let found = Entity::find()
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::EndedAt.is_null())
        .one(db)
        .await?;
    Ok(found.map(Session::from))
}

/// A person's sessions that hold at `now`, the last used first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    user: UserId,
    page: &PageRequest<SessionKey>,
    now: DateTime<Utc>,
) -> Result<Page<Session>, StoreError> {
    let mut select = Entity::find()
        .filter(Column::AccountId.eq(user.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::LastSeenAt.gt(now - IDLE))
        .filter(Column::CreatedAt.gt(now - LIFETIME));
    let total = select.clone().count(db.read()).await?;
    if let Some((time, id)) = page.after {
        let columns = [Column::LastSeenAt, Column::Id];
        select = select.filter(keyset::after(columns, [time.into(), id.into()], &Order::Desc));
    }
    let rows = select
        .order_by_desc(Column::LastSeenAt)
        .order_by_desc(Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    Ok(Page::of(rows, page, total, |row| (row.last_seen_at, row.id)).map(Session::from))
}

/// Notes the last request. A session that was ended in between stays ended.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(tx: &Tx, id: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    Entity::update_many()
        .set(row::ActiveModel { last_seen_at: Set(now), ..Default::default() })
        .filter(Column::Id.eq(id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends the session of a token; whose it was, when it held until now.
///
/// # Errors
/// [`StoreError`].
pub async fn end_by_token(
    tx: &Tx,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let ended = ending(now)
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .exec_with_returning(tx)
        .await?;
    Ok(ended.into_iter().next().map(Session::from))
}

/// Whether a person has this session, ended or not.
///
/// # Errors
/// [`StoreError`].
pub async fn exists(tx: &Tx, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let found = Entity::find_by_id(id.as_uuid())
        .filter(Column::AccountId.eq(user.as_uuid()))
        .one(tx)
        .await?;
    Ok(found.is_some())
}

/// Ends one session of a person; whether it held until now.
///
/// # Errors
/// [`StoreError`].
pub async fn end(
    tx: &Tx,
    user: UserId,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = ending(now)
        .filter(Column::AccountId.eq(user.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends every session of a person but `except`; how many there were. Call it after the statement
/// that changes the account: whoever signs in at this moment waits for it, or is seen here.
///
/// # Errors
/// [`StoreError`].
pub async fn end_all(
    tx: &Tx,
    user: UserId,
    except: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let mut ending = ending(now).filter(Column::AccountId.eq(user.as_uuid()));
    if let Some(kept) = except {
        ending = ending.filter(Column::Id.ne(kept.as_uuid()));
    }
    let done = ending.exec(tx).await?;
    Ok(i32::try_from(done.rows_affected).unwrap_or(i32::MAX))
}

fn ending(now: DateTime<Utc>) -> UpdateMany<Entity> {
    Entity::update_many()
        .set(row::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(Column::EndedAt.is_null())
}

/// How many sessions of a person hold: seen after `idle_since` and opened after `opened_since`.
///
/// # Errors
/// [`StoreError`].
pub async fn count(
    db: &impl ConnectionTrait,
    user: UserId,
    idle_since: DateTime<Utc>,
    opened_since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let holding = Entity::find()
        .filter(row::Column::AccountId.eq(user.as_uuid()))
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::LastSeenAt.gt(idle_since))
        .filter(row::Column::CreatedAt.gt(opened_since));
    Ok(holding.count(db).await?)
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
        .add(Column::LastSeenAt.lt(idle_since))
        .add(Column::CreatedAt.lt(opened_since));
    Ok(Entity::delete_many().filter(over).exec(tx).await?.rows_affected)
}
