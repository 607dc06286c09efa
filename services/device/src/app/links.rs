//! Staff tie further people to a device.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{DeviceId, TenantId, UserId},
};
use chamados_store_kit::{
    Tx,
    idempotency::{self, Fingerprint, Key, Outcome},
    merged,
};

use super::{
    App, audit,
    devices::{self, View},
    people,
};
use crate::{
    domain::{
        device::{Device, Visibility},
        link::{Link, Person},
        timeline::{Entry, FieldChange, Kind},
    },
    error::{Error, Result},
    store,
};

/// A wish for a link.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The caller's id for it.
    pub request_id: String,
    /// Tells a repeat from another request under the same id.
    pub fingerprint: Fingerprint,
    /// The device.
    pub device: DeviceId,
    /// Whose.
    pub email: String,
}

/// Ties a person to a device. Of many at once, as many as fit succeed. A repeat of the request, or a
/// link that is there, changes nothing.
///
/// # Errors
/// [`Error::UserNotFound`], [`Error::DeviceNotFound`], [`Error::Link`]; [`Error::Store`] when the
/// request id stands for another request.
pub async fn link(app: &App, cx: &CallContext, new: NewLink) -> Result<View> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let actor = cx.actor()?;
    let person = people::by_email(app, cx, new.email).await?;
    let now = app.clock.now();
    let request_id = &new.request_id;
    let key = Key { tenant, actor: &actor, method: "device.link_user", request_id };

    let tx = app.db.begin().await?;
    if let Outcome::Replay(_) = idempotency::begin(&tx, &key, new.fingerprint, now).await? {
        drop(tx);
        return devices::get(app, cx, new.device).await;
    }
    let person = Person { user: merged::survivor(&tx, tenant, person.user).await?, ..person };
    let (mut device, links) = lock(&tx, cx, tenant, new.device).await?;
    let is_new = device.accepts_link(&links, &person)?;
    if is_new {
        let link = Link { user: person.user, since: now };
        store::links::insert(&tx, tenant, device.id, link).await?;
        let change = FieldChange::linked(person.user);
        device = note(app, &tx, cx, &device, Kind::UserLinked, change).await?;
    }
    idempotency::finish(&tx, &key, device.id.as_uuid().as_bytes().to_vec()).await?;
    tx.commit().await?;
    if is_new {
        app.signal_changed(&device).await;
    }
    devices::view(app, device).await
}

/// Unties a person from a device. Who is not tied need not be untied.
///
/// # Errors
/// [`Error::DeviceNotFound`].
pub async fn unlink(app: &App, cx: &CallContext, device: DeviceId, user: UserId) -> Result<View> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let tx = app.db.begin().await?;
    let user = merged::survivor(&tx, tenant, user).await?;
    let (mut device, _) = lock(&tx, cx, tenant, device).await?;
    let was_linked = store::links::remove(&tx, tenant, device.id, user).await?;
    if was_linked {
        let change = FieldChange::unlinked(user);
        device = note(app, &tx, cx, &device, Kind::UserUnlinked, change).await?;
    }
    tx.commit().await?;
    if was_linked {
        app.signal_changed_also(&device, &[user]).await;
    }
    devices::view(app, device).await
}

/// The device, locked, so that what is decided of its links holds.
async fn lock(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    id: DeviceId,
) -> Result<(Device, Vec<Link>)> {
    let visibility = Visibility::of(cx.principal());
    let device = store::devices::lock(tx, tenant, visibility, id).await?;
    let device = device.ok_or(Error::DeviceNotFound)?;
    let links = store::links::of_locked(tx, &device).await?;
    Ok((device, links))
}

/// Counts a change of the people, and tells it to the timeline and the audit log.
async fn note(
    app: &App,
    tx: &Tx,
    cx: &CallContext,
    known: &Device,
    kind: Kind,
    change: FieldChange,
) -> Result<Device> {
    let now = app.clock.now();
    let device = Device { updated_at: now, version: known.version + 1, ..known.clone() };
    if !store::devices::update(tx, known, &device).await? {
        return Err(Error::StaleVersion);
    }
    let action = match kind {
        Kind::UserLinked => "device.user_linked",
        _ => "device.user_unlinked",
    };
    let changes = vec![change];
    audit(tx, cx, action, &device, &changes).await?;
    let entry = Entry::new(device.tenant, device.id, kind, cx.actor()?, now);
    store::timeline::append(tx, &[entry.with_changes(changes)]).await?;
    Ok(device)
}
