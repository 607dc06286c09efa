//! What may be done with USB storage: staff set it, [`push`] tells the agent, the agent reports,
//! and what no agent answers is given up.

pub mod push;

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    id::{DeviceId, TenantId},
};
use chamados_store_kit::{
    Tx,
    idempotency::{self, Fingerprint, Key, Outcome},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    App, audit,
    devices::{self, View},
    inventory, sessions,
};
use crate::{
    domain::{
        device::{Device, Visibility},
        timeline::{Entry, Kind},
        usb_policy::{Policy, Report, UsbPolicy},
    },
    error::{Error, Result},
    store,
};

/// A wish of staff.
#[derive(Debug, Clone)]
pub struct NewPolicy {
    /// The caller's id for it.
    pub request_id: String,
    /// Tells a repeat from another request under the same id.
    pub fingerprint: Fingerprint,
    /// The device.
    pub device: DeviceId,
    /// What to enforce from now on.
    pub policy: Policy,
}

/// Sets what a device lets be done with USB storage, and tells its agent. A repeat of the request
/// sets nothing again; the same policy in another request asks the agent again.
///
/// # Errors
/// [`Error::DeviceNotFound`]; [`Error::Store`] when the request id stands for another request.
pub async fn set(app: &App, cx: &CallContext, new: NewPolicy) -> Result<View> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let request_id = &new.request_id;
    let key = Key { tenant, actor: &actor, method: "device.set_usb_policy", request_id };

    let tx = app.db.begin().await?;
    if let Outcome::Replay(_) = idempotency::begin(&tx, &key, new.fingerprint, now).await? {
        drop(tx);
        return devices::get(app, cx, new.device).await;
    }
    let visibility = Visibility::of(cx.principal());
    let known = store::devices::lock(&tx, tenant, visibility, new.device).await?;
    let known = known.ok_or(Error::DeviceNotFound)?;
    let before = known.usb_policy.as_ref();
    let policy = UsbPolicy::set(before, new.policy, actor.clone(), now);
    let changes = vec![policy.change(before.map(|before| before.policy))];
    let entry = Entry::new(tenant, known.id, Kind::UsbPolicySet, actor.clone(), now);
    let entry = entry.with_changes(changes.clone());
    let device = write(&tx, &known, policy, entry, now).await?;
    audit(&tx, cx, "device.usb_policy_set", &device, &changes).await?;
    idempotency::finish(&tx, &key, device.id.as_uuid().as_bytes().to_vec()).await?;
    tx.commit().await?;

    push::tell(app, &device).await;
    app.signal_changed(&device).await;
    devices::view(app, device).await
}

/// Takes over what an agent says of its policy. What is known already, or is of an earlier policy,
/// changes nothing.
pub(super) async fn report(app: &App, key: sessions::Key, report: Report) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let known = inventory::locked(&tx, key).await?;
    let Some(mut policy) = known.usb_policy.clone() else { return Ok(()) };
    let Some(kind) = policy.report(report, now) else { return Ok(()) };
    let entry = Entry::new(known.tenant, known.id, kind, Actor::Device(known.id), now);
    let mut entry = entry.with_changes(vec![policy.change(None)]);
    entry.note = policy.note();
    let device = write(&tx, &known, policy, entry, now).await?;
    tx.commit().await?;
    app.signal_changed(&device).await;
    Ok(())
}

/// Gives up the policies that no agent has answered in time; how many.
pub(super) async fn expire(app: &App, now: DateTime<Utc>) -> Result<u64> {
    /// Devices looked for at a time.
    const BATCH: u64 = 100;

    let before = now - TimeDelta::hours(app.config.usb_policy_expiry_hours.into());
    let mut expired = 0;
    loop {
        let late = store::usb_policies::unanswered(&app.db, before, BATCH).await?;
        for (tenant, device) in &late {
            expired += u64::from(expire_one(app, *tenant, *device, before, now).await?);
        }
        // What was found is given up or was answered, so it is not found again.
        if (late.len() as u64) < BATCH {
            return Ok(expired);
        }
    }
}

/// Gives a device's policy up unless it was answered or set anew meanwhile; whether it did. Each in
/// a transaction of its own, so that nobody waits for more than one.
async fn expire_one(
    app: &App,
    tenant: TenantId,
    device: DeviceId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let tx = app.db.begin().await?;
    let known = store::devices::lock(&tx, tenant, Visibility::Tenant, device).await?;
    let Some(known) = known else { return Ok(false) };
    let Some(mut policy) = known.usb_policy.clone() else { return Ok(false) };
    if !policy.expire(before) {
        return Ok(false);
    }
    let actor = Actor::Service(crate::NAME.to_owned());
    let entry = Entry::new(tenant, device, Kind::UsbPolicyExpired, actor, now);
    let entry = entry.with_changes(vec![policy.change(None)]);
    let device = write(&tx, &known, policy, entry, now).await?;
    tx.commit().await?;
    app.signal_changed(&device).await;
    Ok(true)
}

/// Writes the policy of a locked device and what the timeline says of it.
async fn write(
    tx: &Tx,
    known: &Device,
    policy: UsbPolicy,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<Device> {
    let device = Device {
        usb_policy: Some(policy),
        updated_at: now,
        version: known.version + 1,
        ..known.clone()
    };
    if !store::devices::update(tx, known, &device).await? {
        return Err(Error::StaleVersion);
    }
    store::timeline::append(tx, &[entry]).await?;
    Ok(device)
}
