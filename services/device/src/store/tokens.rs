//! Device tokens, as hashes.

use chamados_chassis::id::DeviceId;
use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
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

/// What a token stands for.
#[derive(Debug)]
pub enum Bearer {
    /// A device, which it is a valid token of.
    Device(Box<Device>),
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
    let model = token::ActiveModel {
        hash: Set(hash.to_vec()),
        device_id: Set(device.id.into()),
        generation: Set(device.token_generation.into()),
        created_at: Set(now),
        prefix: Set(shown),
    };
    token::Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
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
    let of_device = token::Column::DeviceId.eq(device.as_uuid());
    let tokens = token::Entity::find().filter(of_device.clone()).all(tx).await?;
    if tokens.is_empty() {
        return Ok(0);
    }
    let count = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
    token::Entity::delete_many().filter(of_device).exec(tx).await?;
    let revoked = tokens.into_iter().map(|token| revoked_token::ActiveModel {
        hash: Set(token.hash),
        revoked_at: Set(now),
        device_id: Set(Some(token.device_id)),
        generation: Set(Some(token.generation)),
        created_at: Set(Some(token.created_at)),
        prefix: Set(Some(token.prefix)),
        last_used_at: Set(last_use(token.created_at, heard)),
    });
    revoked_token::Entity::insert_many(revoked).exec_without_returning(tx).await?;
    Ok(count)
}

/// The tokens of a device last heard at `heard`, newest first: the valid one and at most `most` revoked
/// ones.
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
            shown: token.prefix,
            created_at: token.created_at,
            last_used_at: last_use(token.created_at, heard),
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
    Ok(device.map_or(Bearer::Revoked, |device| Bearer::Device(Box::new(device))))
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
