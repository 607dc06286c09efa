//! Devices: enrolment, streams, presence, inventory, timelines. What it owns and tells is in the
//! README beside this crate.

pub mod api;
pub mod app;
pub mod config;
pub mod domain;
pub mod error;
mod events;
mod exchange;
mod gauges;
pub mod hot;
mod lateness;
mod presence;
pub mod store;
pub mod streams;

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::{Keyring, keyring::KeyringError},
    bus::{Consumer, SignalBus},
    clock::SharedClock,
    grpc::GrpcChannel,
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_store_kit::{Db, redis::Redis};
use tokio::time::MissedTickBehavior;
use tonic::service::Routes;

use crate::{
    app::{App, accounts, clones, fences, incidents, usb_policies},
    hot::{HotStore, memory::MemoryStore, redis::RedisStore},
};

pub use config::Config;
pub use error::Error;
pub use store::{archive::Owner as ArchiveOwner, migrations::migrations};

/// Name of the service, as an actor and to identity.
const NAME: &str = "device";

/// What the service needs.
pub struct Deps {
    /// Settings; validate them first.
    pub config: Config,
    /// The service's own rows.
    pub db: Db,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Tells browsers and replicas what changed.
    pub signals: Arc<dyn SignalBus>,
    /// Where identity is.
    pub identity: GrpcChannel,
    /// Signs calls to identity; must hold a secret key.
    pub keyring: Arc<Keyring>,
    /// Shares liveness between replicas. Without it there must be one replica.
    pub redis: Option<Redis>,
    /// Where streams, beats and transitions are counted.
    pub metrics: Metrics,
}

/// The service.
#[derive(Clone)]
pub struct Service {
    app: App,
    calls: Arc<api::Calls>,
}

impl Service {
    /// gRPC paths that need no principal: agents show device tokens.
    pub const PUBLIC_METHODS: &'static [&'static str] = api::PUBLIC_METHODS;

    /// Makes the service.
    ///
    /// # Errors
    /// When the ring cannot sign.
    pub fn new(deps: Deps) -> Result<Self, KeyringError> {
        deps.keyring.require_signing()?;
        let hot: Arc<dyn HotStore> = match deps.redis.clone() {
            Some(redis) => Arc::new(RedisStore::new(redis)),
            None => Arc::new(MemoryStore::new()),
        };
        Ok(Self { app: App::new(deps, hot), calls: Arc::default() })
    }

    /// Every RPC, without layers.
    #[must_use]
    pub fn routes(&self) -> Routes {
        api::routes(&self.app, &self.calls)
    }

    /// What agents call on the public port, without layers.
    #[must_use]
    pub fn public_routes(&self) -> Routes {
        api::public_routes(&self.app, &self.calls)
    }

    /// Facts it wants.
    #[must_use]
    pub fn consumers(&self) -> Vec<Consumer> {
        events::consumers(&self.app)
    }

    /// Starts its background loops. At shutdown the open streams are told to go elsewhere.
    pub fn start(&self, shutdown: &Shutdown) {
        let app = || self.app.clone();
        shutdown.spawn("exchange", exchange::run(app(), shutdown.clone()));
        shutdown.spawn("presence", presence::run(app(), shutdown.clone()));
        shutdown.spawn("fences", fences::run(app(), shutdown.clone()));
        shutdown.spawn("usb policies", usb_policies::push::run(app(), shutdown.clone()));
        shutdown.spawn("upkeep", upkeep(app(), Arc::clone(&self.calls), shutdown.clone()));
        shutdown.spawn("drain", drain(app(), shutdown.clone()));
    }
}

/// What is done now and then, until shutdown.
async fn upkeep(app: App, calls: Arc<api::Calls>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(Duration::from_millis(app.config.upkeep_millis));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut requested = std::pin::pin!(shutdown.requested());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = &mut requested => return,
        }
        calls.purge(&app);
        clones::purge(&app);
        if let Err(error) = incidents::resolve(&app).await {
            tracing::warn!(%error, "incidents are resolved later");
        }
        if let Err(error) = accounts::ensure_missing(&app).await {
            tracing::warn!(%error, "accounts of devices are made later");
        }
        if let Err(error) = presence::recheck(&app).await {
            tracing::warn!(%error, "absences are looked at later");
        }
    }
}

async fn drain(app: App, shutdown: Shutdown) {
    shutdown.requested().await;
    app.streams.drain(Duration::from_millis(app.config.drain_millis)).await;
}
