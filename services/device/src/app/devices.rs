//! Devices as people see them.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{DeviceId, TenantId, UserId},
    page::{Page, PageRequest},
};
use chrono::{DateTime, Utc};

use super::{App, audit};
use crate::{
    domain::{
        device::{Device, DeviceFilter, Edit, Ordinal, Visibility},
        link::Link,
        presence::{Presence, is_stale},
        timeline::{Entry, Kind},
    },
    error::{Error, Result},
    store::{self, listing::DeviceKey},
};

/// A device and how alive it is.
#[derive(Debug, Clone)]
pub struct View {
    /// The durable record.
    pub device: Device,
    /// By the server's clock.
    pub presence: Presence,
    /// Further people tied to it, in the order in which they were.
    pub linked: Vec<UserId>,
    /// Last message, as far as known; of an online device at most a second old.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// A device's record together with its links and the hot store.
pub(super) async fn view(app: &App, device: Device) -> Result<View> {
    let mut links = store::links::of(app.db.read(), &[device.id]).await?;
    let links = links.remove(&device.id).unwrap_or_default();
    Ok(look(app, device, links))
}

/// The same of many.
async fn views(app: &App, devices: Vec<Device>) -> Result<Vec<View>> {
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let mut links = store::links::of(app.db.read(), &ids).await?;
    let look = |device: Device| {
        let links = links.remove(&device.id).unwrap_or_default();
        look(app, device, links)
    };
    Ok(devices.into_iter().map(look).collect())
}

/// When a device was heard last, as far as known.
pub(super) fn last_heard(app: &App, device: &Device) -> Option<DateTime<Utc>> {
    let pulse = app.hot.slots().get(device.ordinal).pulse();
    let is_there = matches!(device.presence, Presence::Online | Presence::Unstable);
    pulse.seen.time().filter(|_| is_there).or(device.last_seen_at)
}

fn look(app: &App, device: Device, links: Vec<Link>) -> View {
    let linked = links.into_iter().map(|link| link.user).collect();
    if !matches!(device.presence, Presence::Online | Presence::Unstable) {
        let (presence, last_seen_at) = (device.presence, device.last_seen_at);
        return View { device, linked, presence, last_seen_at };
    }
    let pulse = app.hot.slots().get(device.ordinal).pulse();
    let presence = match device.presence {
        Presence::Online if is_stale(&pulse, app.stamp()) => Presence::Stale,
        durable => durable,
    };
    let last_seen_at = last_heard(app, &device);
    View { device, linked, presence, last_seen_at }
}

/// One device.
///
/// # Errors
/// [`Error::DeviceNotFound`] also for one the caller does not see.
pub async fn get(app: &App, cx: &CallContext, id: DeviceId) -> Result<View> {
    let tenant = cx.require(Permission::DevicesRead)?;
    view(app, visible(app, cx, tenant, id).await?).await
}

/// The record of a device the caller sees; what they may do with it is asked before.
pub(super) async fn visible(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    id: DeviceId,
) -> Result<Device> {
    let visibility = Visibility::of(cx.principal());
    let device = store::devices::get(app.db.read(), tenant, visibility, id).await?;
    device.ok_or(Error::DeviceNotFound)
}

/// Those of `ids` that the caller sees.
///
/// # Errors
/// [`Error::Store`].
pub async fn batch_get(app: &App, cx: &CallContext, ids: &[DeviceId]) -> Result<Vec<View>> {
    let tenant = cx.require(Permission::DevicesRead)?;
    let visibility = Visibility::of(cx.principal());
    let devices = store::devices::get_many(&app.db, tenant, visibility, ids).await?;
    views(app, devices).await
}

/// Devices the caller sees, by name.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    filter: &DeviceFilter,
    page: &PageRequest<DeviceKey>,
) -> Result<Page<View>> {
    let tenant = cx.require(Permission::DevicesRead)?;
    let visibility = Visibility::of(cx.principal());
    let stale = || stale(app);
    let devices = store::listing::list(&app.db, tenant, visibility, filter, stale, page).await?;
    let Page { items, next_token, total } = devices;
    Ok(Page { items: views(app, items).await?, next_token, total })
}

/// Places of the devices that are silent for too long and not yet offline.
fn stale(app: &App) -> Vec<Ordinal> {
    let now = app.stamp();
    let mut stale = Vec::new();
    app.hot.slots().scan(|ordinal, pulse| {
        if is_stale(pulse, now) {
            stale.push(ordinal);
        }
    });
    stale
}

/// Changes display name and notes. `version`, when given, must be the present one.
///
/// # Errors
/// [`Error::DeviceNotFound`], [`Error::StaleVersion`].
pub async fn update(
    app: &App,
    cx: &CallContext,
    id: DeviceId,
    version: Option<i64>,
    edit: Edit,
) -> Result<View> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let edit = edit.checked()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let visibility = Visibility::of(cx.principal());
    let known = store::devices::lock(&tx, tenant, visibility, id).await?;
    let known = known.ok_or(Error::DeviceNotFound)?;
    if version.is_some_and(|version| version != known.version) {
        return Err(Error::StaleVersion);
    }
    let mut device = known.clone();
    let changes = device.edit(edit);
    if changes.is_empty() {
        drop(tx);
        return view(app, device).await;
    }
    device.updated_at = now;
    device.version += 1;
    if !store::devices::update(&tx, &known, &device).await? {
        return Err(Error::StaleVersion);
    }
    audit(&tx, cx, "device.updated", &device, &changes).await?;
    let entry = Entry::new(tenant, id, Kind::Updated, cx.actor()?, now).with_changes(changes);
    store::timeline::append(&tx, &[entry]).await?;
    tx.commit().await?;
    app.signal_changed(&device).await;
    view(app, device).await
}
