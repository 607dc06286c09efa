//! USB policies of devices, across tenants: what streams are told, and what nobody answered.

use chamados_chassis::id::{DeviceId, TenantId};
use chamados_store_kit::{Db, StoreError};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{ExprTrait as _, SimpleExpr},
};
use uuid::Uuid;

use super::{
    entity::device::{Column, Entity},
    row::{corrupt, small},
};
use crate::domain::{
    device::Ordinal,
    usb_policy::{Policy, State, Wish},
};

/// What the records of some devices want of their agents.
///
/// # Errors
/// [`StoreError`].
pub async fn wishes(db: &Db, ids: &[DeviceId]) -> Result<Vec<(Ordinal, Wish)>, StoreError> {
    wishes_where(db, Column::Id.is_in(ids.iter().map(DeviceId::as_uuid))).await
}

/// What was set since `since` and is still wanted.
///
/// # Errors
/// [`StoreError`].
pub async fn wishes_since(
    db: &Db,
    since: DateTime<Utc>,
) -> Result<Vec<(Ordinal, Wish)>, StoreError> {
    wishes_where(db, Column::UsbPolicySetAt.gte(since)).await
}

async fn wishes_where(db: &Db, condition: SimpleExpr) -> Result<Vec<(Ordinal, Wish)>, StoreError> {
    let wanted = State::WANTED.map(State::as_str);
    let rows: Vec<(Uuid, i64, String, i64)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Ordinal, Column::UsbPolicy, Column::UsbPolicyRevision])
        .filter(condition.and(Column::UsbPolicyState.is_in(wanted)))
        .into_tuple()
        .all(db.read())
        .await?;
    rows.into_iter()
        .map(|(id, ordinal, policy, revision)| {
            let policy = Policy::parse(&policy).ok_or_else(|| corrupt(id, "USB policy"))?;
            Ok((small(ordinal, id)?, Wish { revision: small(revision, id)?, policy }))
        })
        .collect()
}

/// Devices whose agent has not answered since before `before`, the longest waiting first, at most
/// `limit`.
///
/// # Errors
/// [`StoreError`].
pub async fn unanswered(
    db: &Db,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(TenantId, DeviceId)>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::TenantId, Column::Id])
        .filter(Column::UsbPolicyState.eq(State::Pending.as_str()))
        .filter(Column::UsbPolicySetAt.lt(before))
        .order_by_asc(Column::UsbPolicySetAt)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(|(tenant, id)| (tenant.into(), id.into())).collect())
}
