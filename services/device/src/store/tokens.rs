//! Device tokens, as hashes.

use chamados_chassis::id::DeviceId;
use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
    Set,
};

use super::{
    entity::{device, revoked_token, token},
    row,
};
use crate::domain::device::Device;

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

/// Adds a token of the device's present generation.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    tx: &Tx,
    device: &Device,
    hash: TokenHash,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let model = token::ActiveModel {
        hash: Set(hash.to_vec()),
        device_id: Set(device.id.into()),
        generation: Set(device.token_generation.into()),
        created_at: Set(now),
    };
    token::Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// Deletes every token of a device, remembers that they were one, and gives their number.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke_all(tx: &Tx, device: DeviceId, now: DateTime<Utc>) -> Result<u32, StoreError> {
    let of_device = token::Column::DeviceId.eq(device.as_uuid());
    let hashes: Vec<Vec<u8>> = token::Entity::find()
        .select_only()
        .column(token::Column::Hash)
        .filter(of_device.clone())
        .into_tuple()
        .all(tx)
        .await?;
    if hashes.is_empty() {
        return Ok(0);
    }
    let count = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
    token::Entity::delete_many().filter(of_device).exec(tx).await?;
    let revoked = hashes
        .into_iter()
        .map(|hash| revoked_token::ActiveModel { hash: Set(hash), revoked_at: Set(now) });
    revoked_token::Entity::insert_many(revoked).exec_without_returning(tx).await?;
    Ok(count)
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
