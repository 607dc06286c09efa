//! Staff say whose a device is, and as what they use it.

use chamados_chassis::{auth::Permission, context::CallContext, id::DeviceId};
use chamados_store_kit::{
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
        access::Persona,
        device::Visibility,
        link::Person,
        timeline::{Entry, Kind},
    },
    error::{Error, Result},
    store,
};

/// A wish for a device to be somebody's.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// The caller's id for it.
    pub request_id: String,
    /// Tells a repeat from another request under the same id.
    pub fingerprint: Fingerprint,
    /// The device.
    pub device: DeviceId,
    /// Whose it is to be.
    pub email: String,
    /// As what they use it.
    pub persona: Persona,
}

/// Gives a device to the person of an address, who is made a collaborator of its company when nobody has
/// the address, as at enrolment. Tokens and streams stay: cutting those is a reset. A repeat of the
/// request, or a wish that is fulfilled, changes nothing.
///
/// # Errors
/// [`Error::DeviceNotFound`], [`Error::UserNotFound`], [`Error::Link`]; [`Error::Remote`] when identity
/// refuses the address or the caller may make nobody; [`Error::Store`] when the request id stands for
/// another request.
pub async fn adjust(app: &App, cx: &CallContext, wish: Adjustment) -> Result<View> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let actor = cx.actor()?;
    // Nobody is made for a device that is not there.
    let company = devices::visible(app, cx, tenant, wish.device).await?.company;
    let person = people::by_email_or_new(app, cx, &wish.request_id, wish.email, company).await?;
    let now = app.clock.now();
    let request_id = &wish.request_id;
    let key = Key { tenant, actor: &actor, method: "device.adjust_access", request_id };

    let tx = app.db.begin().await?;
    if let Outcome::Replay(_) = idempotency::begin(&tx, &key, wish.fingerprint, now).await? {
        drop(tx);
        return devices::view(app, devices::visible(app, cx, tenant, wish.device).await?).await;
    }
    let person = Person { user: merged::survivor(&tx, tenant, person.user).await?, ..person };
    let visibility = Visibility::of(cx.principal());
    let known = store::devices::lock(&tx, tenant, visibility, wish.device).await?;
    let known = known.ok_or(Error::DeviceNotFound)?;
    let old_links = store::links::of_locked(&tx, &known).await?;
    let (mut device, mut links) = (known.clone(), old_links.clone());
    let changes = device.adjust_access(&mut links, &person, wish.persona)?;
    let has_changed = !changes.is_empty();
    if has_changed {
        device.updated_at = now;
        device.version += 1;
        if !store::devices::update(&tx, &known, &device).await? {
            return Err(Error::StaleVersion);
        }
        store::links::write(&tx, &device, &old_links, &links).await?;
        audit(&tx, cx, "device.access_adjusted", &device, &changes).await?;
        let entry = Entry::new(tenant, device.id, Kind::AccessAdjusted, actor.clone(), now);
        store::timeline::append(&tx, &[entry.with_changes(changes)]).await?;
    }
    idempotency::finish(&tx, &key, device.id.as_uuid().as_bytes().to_vec()).await?;
    tx.commit().await?;
    if has_changed {
        app.signal_changed_also(&device, known.assigned_user.as_slice()).await;
    }
    devices::view(app, device).await
}
