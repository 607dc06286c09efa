//! What is installed on devices.

use std::collections::BTreeMap;

use chamados_chassis::{
    id::{DeviceId, TenantId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset, text};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Expr, OnConflict, Order},
};

use super::entity::{software, software_part};
use crate::domain::software::{Diff, Installed, Part, PartDigests};

/// Sort key of a list: folded name, then name.
pub type NameKey = (String, String);

/// Rows in one statement; few enough for the limit on bound values.
const BATCH: usize = 500;

/// The digests under which the parts of a device's list were last reported.
///
/// # Errors
/// [`StoreError`].
pub async fn digests(
    db: &impl ConnectionTrait,
    device: DeviceId,
) -> Result<PartDigests, StoreError> {
    let rows = software_part::Entity::find()
        .filter(software_part::Column::DeviceId.eq(device.as_uuid()))
        .all(db)
        .await?;
    let mut digests = PartDigests::default();
    for row in rows {
        let place = usize::try_from(row.part).ok().and_then(|part| digests.get_mut(part));
        let (Some(place), Ok(digest)) = (place, row.digest.try_into()) else {
            return Err(StoreError::Corrupt(format!("software of {device}: part {}", row.part)));
        };
        *place = Some(digest);
    }
    Ok(digests)
}

/// The programs of a part, as they are known.
///
/// # Errors
/// [`StoreError`].
pub async fn part(
    tx: &Tx,
    device: DeviceId,
    number: usize,
) -> Result<BTreeMap<String, Installed>, StoreError> {
    let rows = software::Entity::find()
        .filter(software::Column::DeviceId.eq(device.as_uuid()))
        .filter(software::Column::Part.eq(number as i32))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name.clone(), installed(row))).collect())
}

/// Writes what is another in a part, and that it was reported.
///
/// # Errors
/// [`StoreError`].
pub async fn write(
    tx: &Tx,
    tenant: TenantId,
    device: DeviceId,
    part: &Part,
    diff: &Diff,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use software::{ActiveModel, Column, Entity};

    for names in diff.removed.chunks(BATCH) {
        Entity::delete_many()
            .filter(Column::DeviceId.eq(device.as_uuid()))
            .filter(Column::Name.is_in(names))
            .exec(tx)
            .await?;
    }
    for programs in diff.written.chunks(BATCH) {
        let rows = programs.iter().map(|program| ActiveModel {
            device_id: Set(device.into()),
            name: Set(program.name.clone()),
            tenant_id: Set(tenant.into()),
            part: Set(part.number as i32),
            name_key: Set(text::fold(&program.name)),
            version: Set(program.version.clone()),
            publisher: Set(program.publisher.clone()),
        });
        let anew = OnConflict::columns([Column::DeviceId, Column::Name])
            .update_columns([Column::Version, Column::Publisher])
            .to_owned();
        Entity::insert_many(rows).on_conflict(anew).exec_without_returning(tx).await?;
    }
    let row = software_part::ActiveModel {
        device_id: Set(device.into()),
        part: Set(part.number as i32),
        digest: Set(part.digest.to_vec()),
        reported_at: Set(now),
    };
    let anew = OnConflict::columns([software_part::Column::DeviceId, software_part::Column::Part])
        .update_columns([software_part::Column::Digest, software_part::Column::ReportedAt])
        .to_owned();
    software_part::Entity::insert(row).on_conflict(anew).exec_without_returning(tx).await?;
    Ok(())
}

/// When something of a device's list was last reported; never, when nothing was.
///
/// # Errors
/// [`StoreError`].
pub async fn reported_at(db: &Db, device: DeviceId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest = software_part::Entity::find()
        .filter(software_part::Column::DeviceId.eq(device.as_uuid()))
        .order_by_desc(software_part::Column::ReportedAt)
        .one(db.read())
        .await?;
    Ok(newest.map(|part| part.reported_at))
}

/// Programs of a device whose name has `query` in it, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    device: DeviceId,
    query: &str,
    page: &PageRequest<NameKey>,
) -> Result<Page<Installed>, StoreError> {
    use software::{Column, Entity};

    let mut select = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::DeviceId.eq(device.as_uuid()));
    if !query.is_empty() {
        select = select.filter(text::contains(Expr::col(Column::NameKey), query));
    }
    let total = select.clone().count(db.read()).await?;
    if let Some((key, name)) = page.after.clone() {
        let columns = [Column::NameKey, Column::Name];
        select = select.filter(keyset::after(columns, [key.into(), name.into()], &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Name)
        .limit(page.limit())
        .all(db.read())
        .await?;
    let page = Page::of(rows, page, total, |row| (row.name_key.clone(), row.name.clone()));
    let items = page.items.into_iter().map(installed).collect();
    Ok(Page { items, next_token: page.next_token, total: page.total })
}

fn installed(row: software::Model) -> Installed {
    Installed { name: row.name, version: row.version, publisher: row.publisher }
}
