//! People of devices: links, and everything that refers to a person.

use std::collections::HashMap;

use chamados_chassis::id::{DeviceId, TenantId, UserId};
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set,
};

use super::{
    devices,
    entity::{
        device,
        device_link::{self as row, Column, Entity},
    },
    row::device as read,
};
use crate::domain::{
    device::Device,
    link::{Link, UserReferences},
};

/// Devices in one statement.
const BATCH: usize = 500;
/// Devices in one transaction of a move.
const MOVED: u64 = 50;

/// The links of some devices that were read before, each device's in the order in which they were
/// made.
///
/// # Errors
/// [`StoreError`].
pub async fn of(
    db: &impl ConnectionTrait,
    devices: &[DeviceId],
) -> Result<HashMap<DeviceId, Vec<Link>>, StoreError> {
    let mut links: HashMap<DeviceId, Vec<Link>> = HashMap::new();
    for batch in devices.chunks(BATCH) {
        let rows = Entity::find()
            .filter(Column::DeviceId.is_in(batch.iter().map(DeviceId::as_uuid)))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::UserId)
            .all(db)
            .await?;
        for row in rows {
            let link = Link { user: row.user_id.into(), since: row.created_at };
            links.entry(row.device_id.into()).or_default().push(link);
        }
    }
    Ok(links)
}

/// The links of one device, which should be locked.
///
/// # Errors
/// [`StoreError`].
pub async fn of_locked(tx: &Tx, device: &Device) -> Result<Vec<Link>, StoreError> {
    Ok(of(tx, &[device.id]).await?.remove(&device.id).unwrap_or_default())
}

/// Makes a link of a locked device.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    tx: &Tx,
    tenant: TenantId,
    device: DeviceId,
    link: Link,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        device_id: Set(device.into()),
        user_id: Set(link.user.into()),
        tenant_id: Set(tenant.into()),
        created_at: Set(link.since),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Removes a link; whether there was one.
///
/// # Errors
/// [`StoreError`].
pub async fn remove(
    tx: &Tx,
    tenant: TenantId,
    device: DeviceId,
    user: UserId,
) -> Result<bool, StoreError> {
    let removed = Entity::delete_many()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::DeviceId.eq(device.as_uuid()))
        .filter(Column::UserId.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Makes the links of a locked device those of `new`.
///
/// # Errors
/// [`StoreError`].
pub async fn write(tx: &Tx, device: &Device, old: &[Link], new: &[Link]) -> Result<(), StoreError> {
    for link in old.iter().filter(|link| !new.contains(link)) {
        remove(tx, device.tenant, device.id, link.user).await?;
    }
    for link in new.iter().filter(|link| !old.contains(link)) {
        insert(tx, device.tenant, device.id, *link).await?;
    }
    Ok(())
}

/// How much refers to a user.
///
/// # Errors
/// [`StoreError`].
pub async fn count(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    user: UserId,
) -> Result<UserReferences, StoreError> {
    let number = |count: u64| {
        i64::try_from(count).map_err(|error| StoreError::Corrupt(format!("a count: {error}")))
    };
    let assigned = devices::of(tenant).filter(assigned_to(user));
    Ok(UserReferences {
        devices_assigned: number(assigned.count(db).await?)?,
        devices_linked: number(linked_to(tenant, user).count(db).await?)?,
    })
}

/// Some of the devices a user is assigned or linked to, locked until the transaction ends; in the
/// order of their ids, so that two movers wait for each other instead of both failing.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_concerning(
    tx: &Tx,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<Device>, StoreError> {
    let select = devices::of(tenant).filter(concerning(tenant, user));
    let select = select.order_by_asc(device::Column::Id).limit(MOVED).lock_exclusive();
    select.all(tx).await?.into_iter().map(read).collect()
}

/// The devices a user is assigned or linked to.
pub(super) fn concerning(tenant: TenantId, user: UserId) -> Condition {
    let linked = linked_to(tenant, user).select_only().column(Column::DeviceId).into_query();
    assigned_to(user).add(device::Column::Id.in_subquery(linked))
}

fn assigned_to(user: UserId) -> Condition {
    Condition::any().add(device::Column::AssignedUserId.eq(user.as_uuid()))
}

fn linked_to(tenant: TenantId, user: UserId) -> Select<Entity> {
    Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::UserId.eq(user.as_uuid()))
}
