//! What can be done: one function a use case, each in one transaction.

pub mod access;
pub mod accounts;
pub mod clones;
pub mod credentials;
pub mod device_tokens;
pub mod devices;
pub mod enrolment;
pub mod fences;
pub mod history;
pub mod incidents;
pub mod inventory;
pub mod jobs;
pub mod links;
mod people;
pub mod reset;
pub mod sessions;
pub mod software;
pub mod tickets;
pub mod timeline;
pub mod tokens;
pub mod usb_policies;
pub mod users;

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chamados_chassis::{
    auth::{Audience, Keyring, Principal},
    bus::SignalBus,
    clock::SharedClock,
    context::CallContext,
    grpc::GrpcChannel,
    id::{DeviceId, TenantId, UserId},
};
use chamados_proto::{
    event::v1::{ChangedField, Signal},
    identity::v1::{
        enrolment_service_client::EnrolmentServiceClient, user_service_client::UserServiceClient,
    },
};
use chamados_store_kit::{
    Db, Tx,
    audit::{self, Target},
};
use chrono::{DateTime, Utc};
use tokio::{sync::Notify, time::Instant};

use crate::{
    config::Config,
    domain::{
        bucket::Bucket,
        clones::Boots,
        device::{Device, Ordinal},
        flaps::Frozen,
        presence::Stamp,
        timeline::FieldChange,
    },
    error::Result,
    exchange::ExchangeState,
    gauges::Gauges,
    hot::HotStore,
    lateness::Lateness,
    store,
    streams::Streams,
};

/// How long identity may take.
const PEER_DEADLINE: Duration = Duration::from_secs(10);

/// What the use cases need. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What clones of [`App`] share.
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// The service's rows.
    pub db: Db,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Tells browsers and replicas what changed.
    pub signals: Arc<dyn SignalBus>,
    /// Admits devices.
    pub identity: EnrolmentServiceClient<GrpcChannel>,
    /// Knows people.
    pub people: UserServiceClient<GrpcChannel>,
    /// Signs this service's calls to it.
    pub keyring: Arc<Keyring>,
    /// Who was heard when.
    pub hot: Arc<dyn HotStore>,
    /// The open streams.
    pub streams: Arc<Streams>,
    /// What operators see.
    pub(crate) gauges: Gauges,
    /// Makes the sweep look at once.
    pub(crate) wake: Notify,
    /// One sweep at a time, and who was late at the last.
    pub(crate) sweep: tokio::sync::Mutex<Lateness>,
    /// Which agents' starts opened a device's streams lately.
    boots: Mutex<HashMap<Ordinal, Boots>>,
    /// Devices whose record is frozen as unstable; for the sweep only.
    pub(crate) frozen: Mutex<HashMap<Ordinal, Frozen>>,
    exchange: Mutex<ExchangeState>,
    handshakes: Mutex<Bucket>,
    inventories: Mutex<Bucket>,
    /// The same moment on both hands of the clock.
    began: (Instant, DateTime<Utc>),
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    pub(crate) fn new(deps: crate::Deps, hot: Arc<dyn HotStore>) -> Self {
        let crate::Deps { config, db, clock, signals, identity, keyring, redis: _, metrics } = deps;
        let streams = Arc::<Streams>::default();
        let inner = Inner {
            handshakes: Mutex::new(Bucket::new(config.handshakes_per_second)),
            inventories: Mutex::new(Bucket::new(config.inventories_per_second)),
            began: (clock.instant(), clock.now()),
            config,
            db,
            clock,
            signals,
            identity: EnrolmentServiceClient::new(identity.clone()),
            people: UserServiceClient::new(identity),
            keyring,
            hot,
            gauges: Gauges::new(&metrics, &streams),
            streams,
            wake: Notify::new(),
            sweep: tokio::sync::Mutex::default(),
            exchange: Mutex::default(),
            boots: Mutex::default(),
            frozen: Mutex::default(),
        };
        Self(Arc::new(inner))
    }

    /// Now, by the monotonic hand: a wall clock that jumps makes nobody silent.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp::of(self.began.1 + self.uptime())
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.clock.instant().saturating_duration_since(self.began.0)
    }

    /// How things stand with other replicas.
    pub(crate) fn exchange_state(&self) -> ExchangeState {
        *self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the exchange only.
    pub(crate) fn set_exchange_state(&self, state: ExchangeState) {
        *self.exchange.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// A place for a new stream, or how long to wait for one.
    fn admit_handshake(&self) -> Result<(), Duration> {
        take(&self.handshakes, self.uptime())
    }

    /// Whether one more device may be asked for its inventory now.
    pub(crate) fn may_ask_inventory(&self) -> bool {
        take(&self.inventories, self.uptime()).is_ok()
    }

    /// A context for calls to identity on this service's own behalf.
    fn service_context(&self, request_id: &str) -> Result<CallContext> {
        let principal = Principal::Service { name: crate::NAME.to_owned(), tenant: None };
        let token = self.keyring.sign(&principal, self.clock.now())?;
        let deadline = self.clock.instant() + PEER_DEADLINE;
        Ok(CallContext::new(principal, Some(token.into()), request_id.into(), deadline))
    }

    /// Tells those who may see the devices that something changed.
    pub(crate) async fn signal(
        &self,
        tenant: TenantId,
        topic: &str,
        ids: &[DeviceId],
        audience: Audience,
    ) {
        let signal = Signal {
            tenant_id: tenant.to_string(),
            topic: topic.to_owned(),
            ids: ids.iter().map(ToString::to_string).collect(),
            audience: Some(audience.into()),
        };
        self.signals.publish(signal).await;
    }

    /// Tells that a device's record changed, to its people and its company's managers.
    async fn signal_changed(&self, device: &Device) {
        self.signal_changed_also(device, &[]).await;
    }

    /// The same, and to people it concerned until now.
    async fn signal_changed_also(&self, device: &Device, former: &[UserId]) {
        let linked = store::links::of(self.db.read(), &[device.id]).await;
        let linked = linked.unwrap_or_else(|error| {
            tracing::warn!(device = %device.id, %error, "its linked people are not told of a change");
            HashMap::new()
        });
        let linked = linked.into_values().flatten().map(|link| link.user);
        let users = device.assigned_user.into_iter().chain(linked);
        let users = users.chain(former.iter().copied()).collect();
        let audience = Audience { company: Some(device.company), users };
        self.signal(device.tenant, "device.changed", &[device.id], audience).await;
    }
}

/// Tells the audit log what the caller did to a device.
async fn audit(
    tx: &Tx,
    cx: &CallContext,
    action: &'static str,
    device: &Device,
    changes: &[FieldChange],
) -> Result<()> {
    let target = Target { kind: "device", id: device.id.to_string(), name: device.name() };
    let fields: Vec<ChangedField> = changes
        .iter()
        .map(|change| audit::field(&change.field, change.old.clone(), change.new.clone()))
        .collect();
    audit::append(tx, cx, device.tenant, action, target, fields, device.updated_at).await?;
    Ok(())
}

fn take(bucket: &Mutex<Bucket>, now: Duration) -> Result<(), Duration> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now)
}
