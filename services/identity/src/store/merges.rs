//! Merges of accounts.

use chamados_chassis::id::{TenantId, UserId};
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};

use super::entity::{
    account,
    user_merge::{self as row, Column, Entity},
    user_merge_moved as moved,
};
use crate::domain::{
    merge::{Merge, MergeId, Moved},
    user::User,
};

/// Ends an account for good, as it was when `from` was read: it points at `into`, cannot be used, and
/// its password is void. Whether it was still so, and `into` may be used.
///
/// # Errors
/// [`StoreError`].
pub async fn absorb(
    tx: &Tx,
    from: &User,
    into: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use account::Column;

    let account = |id: UserId| {
        account::Entity::update_many()
            .filter(Column::TenantId.eq(from.tenant.as_uuid()))
            .filter(Column::Id.eq(id.as_uuid()))
            .filter(Column::MergedInto.is_null())
    };
    // Changes nothing, and keeps the survivor as it is until the transaction ends.
    let held = account(into)
        .col_expr(Column::Active, Expr::value(true))
        .filter(Column::Active.eq(true))
        .exec(tx)
        .await?;
    let ended = account(from.id)
        .col_expr(Column::MergedInto, Expr::value(into.as_uuid()))
        .col_expr(Column::Active, Expr::value(false))
        .col_expr(Column::Platform, Expr::value(false))
        .col_expr(Column::PasswordHash, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Version.eq(from.version))
        .exec(tx)
        .await?;
    // Who was merged into this account before lives on in the same survivor.
    account::Entity::update_many()
        .col_expr(Column::MergedInto, Expr::value(into.as_uuid()))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::TenantId.eq(from.tenant.as_uuid()))
        .filter(Column::MergedInto.eq(from.id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(held.rows_affected == 1 && ended.rows_affected == 1)
}

/// Adds a merge.
///
/// # Errors
/// [`StoreError`], a unique violation when the account was merged before.
pub async fn insert(tx: &Tx, merge: &Merge) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(merge.id.into()),
        tenant_id: Set(merge.tenant.into()),
        from_id: Set(merge.from.into()),
        into_id: Set(merge.into.into()),
        created_at: Set(merge.created_at),
        finished_at: Set(merge.finished_at),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// The merge of an account.
///
/// # Errors
/// [`StoreError`].
pub async fn by_from(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    from: UserId,
) -> Result<Option<Merge>, StoreError> {
    let found = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::FromId.eq(from.as_uuid()))
        .one(db)
        .await?;
    match found {
        Some(row) => Ok(Some(with_moved(db, row).await?)),
        None => Ok(None),
    }
}

/// Writes down what a service moved, once; the merge after that. Answers of two services at the same
/// time wait for each other here, so that the second one sees the first. None when there is no such
/// merge.
///
/// # Errors
/// [`StoreError`].
pub async fn add_moved(
    tx: &Tx,
    tenant: TenantId,
    id: MergeId,
    answer: &Moved,
) -> Result<Option<Merge>, StoreError> {
    let found = Entity::find_by_id(id.as_uuid())
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(row) = found else { return Ok(None) };
    let model = moved::ActiveModel {
        merge_id: Set(id.into()),
        service: Set(answer.service.clone()),
        counts: Set(serde_json::json!(answer.counts)),
    };
    let key = [moved::Column::MergeId, moved::Column::Service];
    let once = OnConflict::columns(key).do_nothing().to_owned();
    moved::Entity::insert(model).on_conflict(once).exec_without_returning(tx).await?;
    Ok(Some(with_moved(&**tx, row).await?))
}

/// Notes that every service has answered; whether it was not noted before.
///
/// # Errors
/// [`StoreError`].
pub async fn finish(tx: &Tx, id: MergeId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel { finished_at: Set(Some(now)), ..Default::default() })
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::FinishedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

async fn with_moved(db: &impl ConnectionTrait, row: row::Model) -> Result<Merge, StoreError> {
    let answers = moved::Entity::find()
        .filter(moved::Column::MergeId.eq(row.id))
        .order_by_asc(moved::Column::Service)
        .all(db)
        .await?;
    let moved = answers.into_iter().map(|answer| {
        let counts = serde_json::from_value(answer.counts)
            .map_err(|e| StoreError::Corrupt(format!("merge {}: counts {e}", row.id)))?;
        Ok(Moved { service: answer.service, counts })
    });
    Ok(Merge {
        id: row.id.into(),
        tenant: row.tenant_id.into(),
        from: row.from_id.into(),
        into: row.into_id.into(),
        created_at: row.created_at,
        finished_at: row.finished_at,
        moved: moved.collect::<Result<_, StoreError>>()?,
    })
}
