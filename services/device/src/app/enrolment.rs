//! A computer gets its record and its token.

use chamados_chassis::{
    auth::{Actor, secret},
    error::Remote,
    id::DeviceId,
};
use chamados_proto::{device::v1::DeviceEnrolled, identity::v1 as pb};
use chamados_store_kit::{
    Tx, merged,
    outbox::{self, OutboxEvent},
};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, accounts, devices, fences};
use crate::{
    domain::{
        device::{Device, Enrolment},
        fingerprint::Fingerprint,
        timeline::{Entry, FieldChange, Kind},
        token::shown,
    },
    error::{Error, Result},
    store,
};

/// How every device token begins.
pub(super) const TOKEN_PREFIX: &str = "chd_";

/// What an agent sends.
#[derive(Debug, Clone)]
pub struct Enroll {
    /// As shown on the company's page.
    pub provisioning_code: String,
    /// Of the person who uses the computer.
    pub email: String,
    /// The hardware.
    pub fingerprint: Fingerprint,
    /// Host name.
    pub host_name: String,
    /// Version of the agent.
    pub agent_version: String,
}

/// What it gets.
#[derive(Debug)]
pub struct Enrolled {
    /// The device, the same one for the same hardware.
    pub device: DeviceId,
    /// Its only token.
    pub token: SecretString,
    /// Whether it was known.
    pub reused: bool,
}

/// Enrols a computer. The same hardware in the same tenant is the same device: it keeps id,
/// ordinal and history, and its older tokens are void.
///
/// # Errors
/// What identity refuses; [`Error::Store`].
pub async fn enroll(app: &App, request_id: &str, input: Enroll) -> Result<Enrolled> {
    let mut enrolment = admit(app, request_id, input).await?;
    let token = secret::generate(TOKEN_PREFIX);
    let now = app.clock.now();

    let tx = app.db.begin().await?;
    let user = merged::survivor(&tx, enrolment.tenant, enrolment.assigned_user).await?;
    enrolment.assigned_user = user;
    store::devices::lock_enrolment(&tx).await?;
    let known =
        store::devices::by_fingerprint(&tx, enrolment.tenant, &enrolment.fingerprint).await?;
    let reused = known.is_some();
    let former = known.as_ref().and_then(|device| device.assigned_user);
    let device = match known {
        Some(known) => enrol_again(app, &tx, known, enrolment, now).await?,
        None => enrol_first(&tx, enrolment, now).await?,
    };
    let (hash, shown) = (secret::hash(token.expose_secret()), shown(token.expose_secret()));
    store::tokens::insert(&tx, &device, hash, shown, now).await?;
    outbox::append(&tx, fact(&device, reused, request_id, now)).await?;
    tx.commit().await?;

    if reused {
        fences::raise(app, &device).await;
    }
    app.signal_changed_also(&device, former.as_slice()).await;
    if let Err(error) = accounts::ensure(app, request_id, &device).await {
        // The token works without; the upkeep tries again.
        tracing::warn!(device = %device.id, %error, "identity has no account of a device yet");
    }
    tracing::info!(device = %device.id, reused, "a device enrolled");
    Ok(Enrolled { device: device.id, token, reused })
}

async fn admit(app: &App, request_id: &str, input: Enroll) -> Result<Enrolment> {
    let cx = app.service_context(request_id)?;
    let message =
        pb::AdmitDeviceRequest { provisioning_code: input.provisioning_code, email: input.email };
    let request = cx.request(message, &*app.clock);
    let answer = app.identity.clone().admit_device(request).await.map_err(Remote)?.into_inner();
    let bad = |_| Error::BadAnswer("identity admitted a device without an id");
    Ok(Enrolment {
        tenant: answer.tenant_id.parse().map_err(bad)?,
        company: answer.company_id.parse().map_err(bad)?,
        assigned_user: answer.user_id.parse().map_err(bad)?,
        fingerprint: input.fingerprint,
        host_name: input.host_name,
        agent_version: input.agent_version,
    })
}

async fn enrol_first(tx: &Tx, enrolment: Enrolment, now: DateTime<Utc>) -> Result<Device> {
    let device = enrolment.into_device(store::devices::next_ordinal(tx).await?, now);
    store::devices::insert(tx, &device).await?;
    let entry = Entry::new(device.tenant, device.id, Kind::Enrolled, Actor::Device(device.id), now);
    store::timeline::append(tx, &[entry]).await?;
    Ok(device)
}

async fn enrol_again(
    app: &App,
    tx: &Tx,
    known: Device,
    enrolment: Enrolment,
    now: DateTime<Utc>,
) -> Result<Device> {
    let mut device = known.clone();
    let user = enrolment.assigned_user;
    let mut changes = device.reenrol(enrolment);
    // Who it belongs to needs no link.
    if store::links::remove(tx, device.tenant, device.id, user).await? {
        changes.push(FieldChange::unlinked(user));
    }
    device.updated_at = now;
    device.version += 1;
    if !store::devices::update(tx, &known, &device).await? {
        return Err(Error::StaleVersion);
    }
    store::tokens::revoke_all(tx, device.id, devices::last_heard(app, &known), now).await?;
    let entry =
        Entry::new(device.tenant, device.id, Kind::Reenrolled, Actor::Device(device.id), now);
    store::timeline::append(tx, &[entry.with_changes(changes)]).await?;
    Ok(device)
}

fn fact<'a>(
    device: &Device,
    reused: bool,
    request_id: &'a str,
    now: DateTime<Utc>,
) -> OutboxEvent<'a, DeviceEnrolled> {
    let payload = DeviceEnrolled {
        device_id: device.id.to_string(),
        company_id: device.company.to_string(),
        assigned_user_id: device.assigned_user.map(|id| id.to_string()).unwrap_or_default(),
        reused,
    };
    let (tenant, subject) = (device.tenant, device.id.as_uuid());
    OutboxEvent { tenant, subject, payload, actor: Actor::Device(device.id), request_id, now }
}
