//! Tickets: what people ask for, who works on it, and what was said. What the service owns, tells
//! and hears is in the README beside this crate.

pub mod api;
pub mod app;
mod config;
pub mod domain;
pub mod error;
pub mod events;
pub mod files;
pub mod store;

use std::sync::Arc;

use chamados_chassis::{
    bus::{Consumer, SignalBus},
    clock::SharedClock,
    grpc::GrpcChannel,
    shutdown::Shutdown,
};
use chamados_store_kit::Db;
use tonic::service::Routes;

use crate::app::{App, activity::Hall, peers::Peers};

pub use config::{BucketConfig, Config};
pub use error::Error;
pub use files::{Files, place};
pub use store::{archive::Owner as ArchiveOwner, migrations};

/// What the service needs.
pub struct Deps {
    /// Its settings.
    pub config: Config,
    /// Where attachments are.
    pub files: Files,
    /// The ticket service's own rows.
    pub db: Db,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Tells browsers what changed.
    pub signals: Arc<dyn SignalBus>,
    /// Knows people and companies.
    pub identity: GrpcChannel,
    /// Knows devices.
    pub device: GrpcChannel,
}

/// The service.
#[derive(Clone)]
pub struct Service {
    app: App,
}

impl Service {
    /// gRPC paths that need no principal: none.
    pub const PUBLIC_METHODS: &'static [&'static str] = &[];

    /// Makes the service.
    #[must_use]
    pub fn new(deps: Deps) -> Self {
        let Deps { config, files, db, clock, signals, identity, device } = deps;
        let peers = Peers::new(identity, device, clock.clone());
        let hall = Hall::new();
        Self { app: App { db, clock, signals, peers, files, config, hall } }
    }

    /// Every RPC, without layers.
    #[must_use]
    pub fn routes(&self) -> Routes {
        api::routes(&self.app)
    }

    /// Facts it wants.
    #[must_use]
    pub fn consumers(&self) -> Vec<Consumer> {
        vec![
            events::tenant_created::consumer(self.app.clone()),
            events::users_merged::consumer(self.app.clone()),
            events::user_moved::consumer(self.app.clone()),
        ]
    }

    /// Starts its background loops: it hears from other replicas who is at which ticket.
    pub fn start(&self, shutdown: &Shutdown) {
        app::activity::start(&self.app, shutdown);
    }
}
