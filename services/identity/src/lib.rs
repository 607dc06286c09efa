//! Identity: tenants, companies, people, devices' accounts, sessions. What it owns and tells is in
//! the README beside this crate.

pub mod api;
pub mod app;
pub mod domain;
pub mod error;
pub mod store;

use std::sync::Arc;

use chamados_chassis::{
    auth::Keyring,
    bus::{Consumer, SignalBus},
    clock::SharedClock,
    shutdown::Shutdown,
};
use chamados_store_kit::Db;
use tonic::service::Routes;

use crate::app::{App, passwords::Hasher};

pub use error::Error;
pub use store::migrations::migrations;

/// What the service needs.
pub struct Deps {
    /// Identity's own rows.
    pub db: Db,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Signs principal tokens; must hold a secret key.
    pub keyring: Arc<Keyring>,
    /// Tells browsers what changed.
    pub signals: Arc<dyn SignalBus>,
}

/// The service.
#[derive(Clone)]
pub struct Service {
    app: App,
}

impl Service {
    /// gRPC paths that need no principal.
    pub const PUBLIC_METHODS: &'static [&'static str] = api::PUBLIC_METHODS;

    /// Makes the service.
    ///
    /// # Errors
    /// When the ring cannot sign or passwords cannot be hashed.
    pub fn new(deps: Deps) -> Result<Self, Error> {
        deps.keyring.require_signing()?;
        let Deps { db, clock, keyring, signals } = deps;
        Ok(Self { app: App { db, clock, keyring, signals, hasher: Hasher::new()? } })
    }

    /// Every RPC, without layers.
    #[must_use]
    pub fn routes(&self) -> Routes {
        api::routes(&self.app)
    }

    /// Facts it wants: none, it is at the bottom of the call graph.
    #[must_use]
    pub fn consumers(&self) -> Vec<Consumer> {
        Vec::new()
    }

    /// Starts its background loops: none.
    pub fn start(&self, _shutdown: &Shutdown) {}
}
