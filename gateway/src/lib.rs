//! The HTTP gateway of Chamados: a JSON API, live events and the embedded panel.
//!
//! Read in this order: `router.rs` has every route and layer, `session.rs` says who calls, `problem.rs`
//! how things fail, `routes/` turns one request each into one call of a service, `live/` tells
//! browsers what changed. The gateway keeps nothing but open connections: any replica serves anybody.

mod assets;
mod clients;
mod config;
mod csrf;
mod extract;
mod headers;
mod idempotency;
mod live;
mod names;
mod openapi;
mod parameters;
mod problem;
mod router;
mod routes;
mod session;
mod spreadsheet;
mod state;
mod trace;
mod version;
mod wire;

use std::sync::Arc;

use axum::Router;
use chamados_chassis::{
    auth::Keyring, bus::SignalBus, clock::SharedClock, config::ConfigError, grpc::GrpcChannel,
    health::Health, shutdown::Shutdown, telemetry::Metrics,
};

pub use crate::config::{Config, SecureCookies};
use crate::state::Gateway;

/// What the gateway needs.
pub struct Deps {
    /// Settings.
    pub config: Config,
    /// Channel to the identity service.
    pub identity: GrpcChannel,
    /// Channel to the ticket service.
    pub ticket: GrpcChannel,
    /// Channel to the device service.
    pub device: GrpcChannel,
    /// Channel to the scheduler service.
    pub scheduler: GrpcChannel,
    /// Where live updates come from.
    pub signals: Arc<dyn SignalBus>,
    /// Verifies the principal tokens that the identity service gives.
    pub keyring: Arc<Keyring>,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Shown at `/readyz`.
    pub health: Health,
    /// Where requests are counted, and what `/metrics` shows.
    pub metrics: Metrics,
}

/// The gateway. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    gateway: Gateway,
}

impl Service {
    /// Puts the gateway together. It serves at once, but hears of no change before
    /// [`start`](Self::start).
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(deps: Deps) -> Result<Self, ConfigError> {
        Gateway::new(deps).map(|gateway| Self { gateway })
    }

    /// The API, the panel and, unless configured otherwise, health and metrics. Serve it with
    /// `into_make_service_with_connect_info::<SocketAddr>()`, so that sign-in knows addresses.
    pub fn router(&self) -> Router {
        router::public(self.gateway.clone())
    }

    /// Listens for live updates until shutdown; then every stream ends.
    pub fn start(&self, shutdown: &Shutdown) {
        self.gateway.hub.start(shutdown);
    }
}

/// The whole contract as OpenAPI 3.1, as served at `/api/openapi.json`.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    router::document()
}
