//! The server: every service and the gateway in one binary, any of them in one process.
//!
//! [`run`] is the whole product: [`config`] says what is wanted, `backends` what it stands on,
//! `wire` what runs here and where the rest is, `serve` how it is reached.

pub mod archive;
pub mod config;
pub mod database;
pub mod legacy;
pub mod operator;
pub mod target;
pub mod tls;

mod app;
mod backends;
mod door;
mod serve;
mod wire;

use std::net::SocketAddr;

use anyhow::Context as _;
use chamados_chassis::{
    clock::{self, SharedClock},
    grpc::GrpcChannel,
    health::{self, Health},
    shutdown::Shutdown,
    telemetry::Metrics,
    tls::Listener,
};
use tokio::net::TcpListener;

pub use config::Config;
pub use target::{Target, Targets};

use crate::{backends::Backends, tls::Certificates};

/// Sockets to serve on; those that the process's targets do not need stay unused.
pub struct Listeners {
    /// For browsers.
    pub http: Option<TcpListener>,
    /// For agents and automation.
    pub grpc: Option<TcpListener>,
    /// For the other services.
    pub internal: Option<TcpListener>,
    /// For operators.
    pub operations: Option<TcpListener>,
}

impl Listeners {
    /// Binds what the targets of `config` need.
    ///
    /// # Errors
    /// Naming the setting whose address is taken.
    pub async fn bind(config: &Config) -> anyhow::Result<Self> {
        let target = &config.target;
        Ok(Self {
            http: bind("listen.http", config.listen.http, target.contains(Target::Gateway)).await?,
            grpc: bind("listen.grpc", config.listen.grpc, target.contains(Target::Device)).await?,
            internal: bind("listen.internal", config.listen.internal, !target.is_all()).await?,
            operations: match config.listen.operations {
                Some(address) => bind("listen.operations", address, true).await?,
                None => None,
            },
        })
    }
}

async fn bind(
    setting: &str,
    address: SocketAddr,
    wanted: bool,
) -> anyhow::Result<Option<TcpListener>> {
    if !wanted {
        return Ok(None);
    }
    let listener = TcpListener::bind(address).await;
    listener.map(Some).with_context(|| format!("{setting}: cannot listen on {address}"))
}

/// What a start has to say to the operator.
#[derive(Debug, Clone, Default)]
pub struct Started {
    /// Where the first admin is made, while there is none and identity runs here.
    pub setup_link: Option<String>,
    /// The services of this process behind their layers, for tests that call them as another service
    /// would; there is no listener for them where everything runs in one process.
    pub services: Option<GrpcChannel>,
}

/// Starts what `config` says and serves it on `listeners`. Comes back once everything answers; it
/// runs until `shutdown` is requested, and `shutdown.drain` waits for its end. Two systems fit in
/// one process.
///
/// # Errors
/// When something cannot be started; `shutdown` should be drained then too.
pub async fn run(
    config: &Config,
    listeners: Listeners,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<Started> {
    run_at(clock::system(), config, listeners, metrics, shutdown).await
}

/// The same by another clock than the machine's: what is done then is done at the time it shows, in
/// every service.
///
/// # Errors
/// As [`run`].
pub async fn run_at(
    clock: SharedClock,
    config: &Config,
    listeners: Listeners,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<Started> {
    let health = Health::default();
    let serving = health.register(health::SERVING);
    if let Some(listener) = listeners.operations {
        serve::operations(listener, &health, metrics);
    }
    let certificates = Certificates::open(&config.tls, metrics, shutdown)?;
    let backends = Backends::open(config, clock, shutdown)?;
    let wired = wire::wire(config, &backends, &certificates, metrics, &health, shutdown).await?;
    let mut started = Started { setup_link: None, services: Some(wired.services) };
    if config.target.contains(Target::Identity) {
        let url = &config.gateway.public_url;
        started.setup_link =
            app::setup_link(wired.identity, &backends.keyring, &backends.clock, url).await?;
    }
    if let (Some(listener), Some(routes)) = (listeners.internal, wired.internal) {
        let listener = Listener::new(listener, certificates.internal);
        serve::internal(listener, routes, &health, shutdown);
    }
    if let (Some(listener), Some(routes)) = (listeners.grpc, wired.public) {
        let listener = Listener::new(listener, certificates.grpc);
        serve::public(listener, routes, &health, shutdown);
    }
    if let (Some(listener), Some(router)) = (listeners.http, wired.http) {
        serve::http(Listener::new(listener, certificates.http), router, shutdown);
    }
    serving.set(true);
    let stop = shutdown.requested();
    shutdown.spawn("readiness", async move {
        stop.await;
        serving.set(false);
    });
    Ok(started)
}
