//! The one row of first set-up.

use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set,
    sea_query::OnConflict,
};

use super::entity::setup;

/// Key of the only row.
const ROW: i32 = 1;

/// Where set-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// Nobody was here yet, or a token is out.
    Open,
    /// The first admin exists.
    Done,
}

/// Where set-up stands.
///
/// # Errors
/// [`StoreError`].
pub async fn state(db: &impl ConnectionTrait) -> Result<Setup, StoreError> {
    let row = setup::Entity::find_by_id(ROW).one(db).await?;
    Ok(if row.is_some_and(|row| row.token_hash.is_none()) { Setup::Done } else { Setup::Open })
}

/// Replaces the token.
///
/// # Errors
/// [`StoreError`].
pub async fn issue(tx: &Tx, token_hash: [u8; 32], now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = setup::ActiveModel {
        id: Set(ROW),
        token_hash: Set(Some(token_hash.to_vec())),
        issued_at: Set(now),
    };
    let replace = OnConflict::column(setup::Column::Id)
        .update_columns([setup::Column::TokenHash, setup::Column::IssuedAt])
        .to_owned();
    setup::Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

/// Uses the token up. Of simultaneous callers one gets `true`.
///
/// # Errors
/// [`StoreError`].
pub async fn complete(
    tx: &Tx,
    token_hash: [u8; 32],
    issued_after: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = setup::Entity::update_many()
        .set(setup::ActiveModel { token_hash: Set(None), ..Default::default() })
        .filter(setup::Column::Id.eq(ROW))
        .filter(setup::Column::TokenHash.eq(token_hash.to_vec()))
        .filter(setup::Column::IssuedAt.gt(issued_after))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends set-up, whoever holds its token: the first admin was made in another way.
///
/// # Errors
/// [`StoreError`].
pub async fn close(tx: &Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = setup::ActiveModel { id: Set(ROW), token_hash: Set(None), issued_at: Set(now) };
    let forget =
        OnConflict::column(setup::Column::Id).update_column(setup::Column::TokenHash).to_owned();
    setup::Entity::insert(row).on_conflict(forget).exec_without_returning(tx).await?;
    Ok(())
}
