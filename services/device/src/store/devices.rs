//! Device records.

use chamados_chassis::id::{DeviceId, TenantId};
use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    entity::{
        device::{Column, Entity},
        ordinal_counter,
    },
    links, row,
};
use crate::domain::{
    device::{Device, Ordinal, Visibility},
    fingerprint::{Fingerprint, Match},
};

/// Lets one enrolment at a time look for its record and make one: of two that bring the same new
/// hardware, the second finds what the first made.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_enrolment(tx: &Tx) -> Result<(), StoreError> {
    ordinal_counter::Entity::find().lock_exclusive().one(tx).await?;
    Ok(())
}

/// Takes the next ordinal. Needs [`lock_enrolment`].
///
/// # Errors
/// [`StoreError`].
pub async fn next_ordinal(tx: &Tx) -> Result<Ordinal, StoreError> {
    let counter = ordinal_counter::Entity::find().one(tx).await?;
    let next = counter.and_then(|counter| Ordinal::try_from(counter.next).ok());
    let next = next.ok_or_else(|| StoreError::Corrupt("no ordinal is left".to_owned()))?;
    ordinal_counter::Entity::update_many()
        .col_expr(ordinal_counter::Column::Next, Expr::value(i64::from(next) + 1))
        .exec(tx)
        .await?;
    Ok(next)
}

/// The tenant's device with this hardware, locked until the transaction ends; of several the
/// surest match, then the oldest.
///
/// # Errors
/// [`StoreError`].
pub async fn by_fingerprint(
    tx: &Tx,
    tenant: TenantId,
    fingerprint: &Fingerprint,
) -> Result<Option<Device>, StoreError> {
    /// More records than this share no value unless a maker's filler is missing from the list.
    const MOST: u64 = 100;

    let parts = [
        (Column::SmbiosUuid, &fingerprint.smbios_uuid),
        (Column::BoardSerial, &fingerprint.board_serial),
        (Column::MachineId, &fingerprint.machine_id),
    ];
    let shares_a_part = parts
        .into_iter()
        .filter_map(|(column, value)| value.as_ref().map(|value| column.eq(value)))
        .fold(Condition::any(), Condition::add);
    if shares_a_part.is_empty() {
        return Ok(None);
    }
    let rows = of(tenant)
        .filter(shares_a_part)
        .order_by_asc(Column::CreatedAt)
        .limit(MOST)
        .lock_exclusive()
        .all(tx)
        .await?;
    let mut best: Option<(Match, Device)> = None;
    for row in rows {
        let device = row::device(row)?;
        if let Some(found) = device.fingerprint.compare(fingerprint)
            && best.as_ref().is_none_or(|(sure, _)| found > *sure)
        {
            best = Some((found, device));
        }
    }
    Ok(best.map(|(_, device)| device))
}

/// Adds a record.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, device: &Device) -> Result<(), StoreError> {
    Entity::insert(row::insertion(device)?).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes the columns in which `new` differs from `old`, if the record is still `old`: neither
/// changed nor reset since. Whether it was.
///
/// # Errors
/// [`StoreError`].
pub async fn update(tx: &Tx, old: &Device, new: &Device) -> Result<bool, StoreError> {
    let mut changed = row::difference(old, new)?;
    let is_fenced = new.token_generation > old.token_generation;
    if is_fenced {
        changed.fenced_at = Set(Some(new.updated_at));
    }
    // The account has the device's name and company.
    if (is_fenced && new.enrolled) || new.host_name != old.host_name {
        changed.account_ready = Set(false);
    }
    let done = Entity::update_many()
        .set(changed)
        .filter(Column::TenantId.eq(old.tenant.as_uuid()))
        .filter(Column::Id.eq(old.id.as_uuid()))
        .filter(Column::Version.eq(old.version))
        .filter(Column::TokenGeneration.eq(old.token_generation))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// One device the caller sees.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    id: DeviceId,
) -> Result<Option<Device>, StoreError> {
    let select = visible(tenant, visibility).filter(Column::Id.eq(id.as_uuid()));
    select.one(db).await?.map(row::device).transpose()
}

/// Those of `ids` that the caller sees.
///
/// # Errors
/// [`StoreError`].
pub async fn get_many(
    db: &Db,
    tenant: TenantId,
    visibility: Visibility,
    ids: &[DeviceId],
) -> Result<Vec<Device>, StoreError> {
    let ids = ids.iter().map(DeviceId::as_uuid);
    let rows = visible(tenant, visibility).filter(Column::Id.is_in(ids)).all(db.read()).await?;
    rows.into_iter().map(row::device).collect()
}

/// One device, locked until the transaction ends, so that what is decided of it holds.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(
    tx: &Tx,
    tenant: TenantId,
    visibility: Visibility,
    id: DeviceId,
) -> Result<Option<Device>, StoreError> {
    let select = visible(tenant, visibility).filter(Column::Id.eq(id.as_uuid()));
    select.lock_exclusive().one(tx).await?.map(row::device).transpose()
}

/// A device and the generation its tokens must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// The device.
    pub ordinal: Ordinal,
    /// Older tokens are void.
    pub generation: u32,
}

/// The fences of some devices, of whatever tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn fences(db: &Db, ids: &[DeviceId]) -> Result<Vec<Fence>, StoreError> {
    let ids = ids.iter().map(DeviceId::as_uuid);
    fences_where(db, Column::Id.is_in(ids)).await
}

/// The fences that were raised since `since`.
///
/// # Errors
/// [`StoreError`].
pub async fn fences_since(db: &Db, since: DateTime<Utc>) -> Result<Vec<Fence>, StoreError> {
    fences_where(db, Column::FencedAt.gte(since)).await
}

async fn fences_where(
    db: &Db,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Vec<Fence>, StoreError> {
    let rows: Vec<(uuid::Uuid, i64, i64)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Ordinal, Column::TokenGeneration])
        .filter(condition)
        .into_tuple()
        .all(db.read())
        .await?;
    rows.into_iter()
        .map(|(id, ordinal, generation)| {
            Ok(Fence { ordinal: row::small(ordinal, id)?, generation: row::small(generation, id)? })
        })
        .collect()
}

/// Enrolled devices whose account identity has yet to make or rename, at most `limit`.
///
/// # Errors
/// [`StoreError`].
pub async fn without_account(db: &Db, limit: u64) -> Result<Vec<Device>, StoreError> {
    let rows = Entity::find()
        .filter(Column::AccountReady.eq(false))
        .order_by_asc(Column::UpdatedAt)
        .limit(limit)
        .all(db.read())
        .await?;
    rows.into_iter().map(row::device).collect()
}

/// Notes that identity has the account of the device under the name it had then.
///
/// # Errors
/// [`StoreError`].
pub async fn note_account(tx: &Tx, device: &Device) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::AccountReady, Expr::value(true))
        .filter(Column::TenantId.eq(device.tenant.as_uuid()))
        .filter(Column::Id.eq(device.id.as_uuid()))
        .filter(Column::TokenGeneration.eq(device.token_generation))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

/// [`Visibility`] as a condition.
pub(super) fn visible(tenant: TenantId, visibility: Visibility) -> Select<Entity> {
    let select = of(tenant);
    match visibility {
        Visibility::Tenant => select,
        Visibility::Company(company) => select.filter(Column::CompanyId.eq(company.as_uuid())),
        Visibility::Concerning(user) => select.filter(links::concerning(tenant, user)),
        Visibility::Itself(device) => select.filter(Column::Id.eq(device.as_uuid())),
        Visibility::Nothing => select.filter(Expr::value(1).eq(0)),
    }
}
