//! Staff revoke a device's tokens.

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    id::DeviceId,
};
use chamados_proto::device::v1::DeviceReset;
use chamados_store_kit::{
    StoreError, Tx,
    idempotency::{self, Fingerprint, Key, Outcome},
    outbox::{self, OutboxEvent},
};
use chrono::{DateTime, Utc};

use super::{App, audit, devices, fences};
use crate::{
    domain::{
        device::{Device, Visibility},
        timeline::{Entry, Kind},
        usb_policy::UsbPolicy,
    },
    error::{Error, Result},
    store,
};

/// Voids every token of a device, cuts its stream, and gives how many tokens were valid. A policy
/// that its agent has not answered is wanted no more. A repeat of the request gives the same answer and resets nothing again.
///
/// # Errors
/// [`Error::DeviceNotFound`]; [`Error::Store`] when the request id stands for another request.
pub async fn reset_agent(
    app: &App,
    cx: &CallContext,
    id: DeviceId,
    request_id: &str,
    fingerprint: Fingerprint,
) -> Result<u32> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let key = Key { tenant, actor: &actor, method: "device.reset_agent", request_id };

    let tx = app.db.begin().await?;
    if let Outcome::Replay(answer) = idempotency::begin(&tx, &key, fingerprint, now).await? {
        return decode(&answer);
    }
    let visibility = Visibility::of(cx.principal());
    let known = store::devices::lock(&tx, tenant, visibility, id).await?;
    let known = known.ok_or(Error::DeviceNotFound)?;
    let (device, revoked) = revoke(app, &tx, &known, &actor, now).await?;
    outbox::append(&tx, fact(&device, actor.clone(), cx.request_id(), now)).await?;
    audit(&tx, cx, "device.reset", &device, &[]).await?;
    idempotency::finish(&tx, &key, revoked.to_be_bytes().to_vec()).await?;
    tx.commit().await?;

    fences::raise(app, &device).await;
    app.signal_changed(&device).await;
    tracing::info!(device = %device.id, revoked, "a device was reset");
    Ok(revoked)
}

async fn revoke(
    app: &App,
    tx: &Tx,
    known: &Device,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(Device, u32)> {
    let mut device = Device {
        token_generation: known.token_generation + 1,
        enrolled: false,
        identity_conflict_at: None,
        updated_at: now,
        version: known.version + 1,
        ..known.clone()
    };
    let cancelled = device.usb_policy.as_mut().and_then(UsbPolicy::cancel);
    if !store::devices::update(tx, known, &device).await? {
        return Err(Error::StaleVersion);
    }
    let heard = devices::last_heard(app, known);
    let revoked = store::tokens::revoke_all(tx, device.id, heard, now).await?;
    let entry = Entry::new(device.tenant, device.id, Kind::Reset, actor.clone(), now);
    let entry = entry.with_changes(cancelled.into_iter().collect());
    store::timeline::append(tx, &[entry]).await?;
    Ok((device, revoked))
}

fn fact<'a>(
    device: &Device,
    actor: Actor,
    request_id: &'a str,
    now: DateTime<Utc>,
) -> OutboxEvent<'a, DeviceReset> {
    let payload = DeviceReset {
        device_id: device.id.to_string(),
        token_generation: device.token_generation.into(),
    };
    let (tenant, subject) = (device.tenant, device.id.as_uuid());
    OutboxEvent { tenant, subject, payload, actor, request_id, now }
}

fn decode(answer: &[u8]) -> Result<u32> {
    let bytes = answer.try_into().map_err(|_| StoreError::Corrupt("a stored answer".to_owned()))?;
    Ok(u32::from_be_bytes(bytes))
}
