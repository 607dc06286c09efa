//! Device tokens, as hashes.

use chamados_chassis::id::DeviceId;
use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};

use super::{
    entity::{device, revoked_token, token},
    row,
};
use crate::domain::{
    device::Device,
    token::{Token, last_use},
};

/// BLAKE3 of a token.
pub type TokenHash = [u8; 32];

/// A token that opens a stream.
#[derive(Debug, Clone, Copy)]
pub struct ValidToken {
    /// What is kept of it.
    pub hash: TokenHash,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Whether it was given to replace another one and is used for the first time.
    pub is_new: bool,
}

/// What a token stands for.
#[derive(Debug)]
pub enum Bearer {
    /// A device, which it is a valid token of.
    Device(Box<Device>, ValidToken),
    /// A device that was reset since.
    Revoked,
    /// Nothing.
    Nobody,
}

/// Adds a token of the device's present generation; `shown` is its beginning.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    tx: &Tx,
    device: &Device,
    hash: TokenHash,
    shown: String,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    add(tx, device, hash, shown, false, now).await
}

async fn add(
    tx: &Tx,
    device: &Device,
    hash: TokenHash,
    shown: String,
    offered: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let model = token::ActiveModel {
        hash: Set(hash.to_vec()),
        device_id: Set(device.id.into()),
        generation: Set(device.token_generation.into()),
        created_at: Set(now),
        prefix: Set(shown),
        offered: Set(offered),
    };
    token::Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// Adds a token that may replace `current`, in place of an earlier one that never arrived. Whether
/// it did: not when `current` is not valid itself.
///
/// # Errors
/// [`StoreError`].
pub async fn offer(
    tx: &Tx,
    device: &Device,
    current: TokenHash,
    next: TokenHash,
    shown: String,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if !is_of(tx, device.id, current).await? {
        return Ok(false);
    }
    // What never arrived was never used.
    revoke(tx, all_but(device.id, current), None, now).await?;
    add(tx, device, next, shown, true, now).await?;
    Ok(true)
}

/// The token has arrived at its device, last heard at `heard` with another one: it alone is valid. Whether
/// it was waited for.
///
/// # Errors
/// [`StoreError`].
pub async fn settle(
    tx: &Tx,
    device: DeviceId,
    hash: TokenHash,
    heard: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let arrived = token::Entity::update_many()
        .col_expr(token::Column::Offered, Expr::value(false))
        .filter(of(device))
        .filter(token::Column::Hash.eq(hash.to_vec()))
        .filter(token::Column::Offered.eq(true))
        .exec(tx)
        .await?;
    if arrived.rows_affected == 0 {
        return Ok(false);
    }
    revoke(tx, all_but(device, hash), heard, now).await?;
    Ok(true)
}

fn of(device: DeviceId) -> Condition {
    Condition::all().add(token::Column::DeviceId.eq(device.as_uuid()))
}

fn all_but(device: DeviceId, hash: TokenHash) -> Condition {
    of(device).add(token::Column::Hash.ne(hash.to_vec()))
}

async fn is_of(tx: &Tx, device: DeviceId, hash: TokenHash) -> Result<bool, StoreError> {
    let found = token::Entity::find_by_id(hash.to_vec()).filter(of(device)).count(tx).await?;
    Ok(found > 0)
}

/// Deletes every token of a device last heard at `heard`, remembers what they were, and gives their
/// number.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke_all(
    tx: &Tx,
    device: DeviceId,
    heard: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    revoke(tx, of(device), heard, now).await
}

async fn revoke(
    tx: &Tx,
    which: Condition,
    heard: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let tokens = token::Entity::find().filter(which.clone()).all(tx).await?;
    if tokens.is_empty() {
        return Ok(0);
    }
    let count = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
    token::Entity::delete_many().filter(which).exec(tx).await?;
    let revoked = tokens.into_iter().map(|token| revoked_token::ActiveModel {
        last_used_at: Set(used(&token, heard)),
        hash: Set(token.hash),
        revoked_at: Set(now),
        device_id: Set(Some(token.device_id)),
        generation: Set(Some(token.generation)),
        created_at: Set(Some(token.created_at)),
        prefix: Set(Some(token.prefix)),
    });
    revoked_token::Entity::insert_many(revoked).exec_without_returning(tx).await?;
    Ok(count)
}

/// The tokens of a device last heard at `heard`, newest first: those that are valid and at most `most`
/// revoked ones.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    device: &Device,
    heard: Option<DateTime<Utc>>,
    most: u64,
) -> Result<Vec<Token>, StoreError> {
    let valid = token::Entity::find()
        .filter(token::Column::DeviceId.eq(device.id.as_uuid()))
        .filter(token::Column::Generation.eq(device.token_generation))
        .order_by_desc(token::Column::CreatedAt)
        .all(db.read())
        .await?;
    let revoked = revoked_token::Entity::find()
        .filter(revoked_token::Column::DeviceId.eq(device.id.as_uuid()))
        .order_by_desc(revoked_token::Column::RevokedAt)
        .order_by_desc(revoked_token::Column::Generation)
        .limit(most)
        .all(db.read())
        .await?;
    let valid = valid.into_iter().map(|token| {
        Ok(Token {
            generation: row::small(token.generation, token.device_id)?,
            last_used_at: used(&token, heard),
            shown: token.prefix,
            created_at: token.created_at,
            revoked_at: None,
        })
    });
    let revoked = revoked.into_iter().map(|token| {
        // These are kept together, with the device.
        let (Some(generation), Some(created_at)) = (token.generation, token.created_at) else {
            return Err(StoreError::Corrupt(format!("device {}: a revoked token", device.id)));
        };
        Ok(Token {
            generation: row::small(generation, device.id.as_uuid())?,
            shown: token.prefix.unwrap_or_default(),
            created_at,
            last_used_at: token.last_used_at,
            revoked_at: Some(token.revoked_at),
        })
    });
    valid.chain(revoked).collect()
}

/// When a token was last used. One that is offered is not in use, and the one beside it still is.
fn used(token: &token::Model, heard: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    if token.offered { None } else { last_use(token.created_at, heard) }
}

/// What a token stands for.
///
/// # Errors
/// [`StoreError`].
pub async fn bearer(db: &Db, hash: TokenHash) -> Result<Bearer, StoreError> {
    let Some(token) = token::Entity::find_by_id(hash.to_vec()).one(db.read()).await? else {
        let revoked = revoked_token::Entity::find_by_id(hash.to_vec()).count(db.read()).await?;
        return Ok(if revoked > 0 { Bearer::Revoked } else { Bearer::Nobody });
    };
    let device = device::Entity::find_by_id(token.device_id)
        .filter(device::Column::TokenGeneration.eq(token.generation))
        .one(db.read())
        .await?;
    let device = device.map(row::device).transpose()?;
    let token = ValidToken { hash, made_at: token.created_at, is_new: token.offered };
    Ok(device.map_or(Bearer::Revoked, |device| Bearer::Device(Box::new(device), token)))
}

/// Forgets tokens revoked before `before`; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge_revoked(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = revoked_token::Entity::delete_many()
        .filter(revoked_token::Column::RevokedAt.lt(before))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}
