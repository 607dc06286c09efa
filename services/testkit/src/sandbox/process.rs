//! What is a process in production, and a few tasks here.

use std::{net::SocketAddr, time::Duration};

use anyhow::anyhow;
use chamados::{Config, Listeners, Started};
use chamados_chassis::{
    clock::SharedClock, grpc::GrpcChannel, shutdown::Shutdown, telemetry::Metrics,
};
use tokio::net::TcpListener;

/// Longer than any part of the product may take to stop with the sandbox's settings.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(10);

/// One running `chamados run`.
pub(super) struct Process {
    shutdown: Shutdown,
    pub(super) http: Option<SocketAddr>,
    pub(super) grpc: Option<SocketAddr>,
    pub(super) internal: Option<SocketAddr>,
    pub(super) operations: Option<SocketAddr>,
    pub(super) setup_link: Option<String>,
    pub(super) services: Option<GrpcChannel>,
}

impl Process {
    /// Starts what `config` says, on the ports it says or, for port 0, on free ones.
    pub(super) async fn start(config: &Config, clock: SharedClock) -> anyhow::Result<Self> {
        let listeners = Listeners::bind(config).await?;
        let http = address(listeners.http.as_ref())?;
        let grpc = address(listeners.grpc.as_ref())?;
        let internal = address(listeners.internal.as_ref())?;
        let operations = address(listeners.operations.as_ref())?;
        let metrics = Metrics::new("chamados", "")?;
        let shutdown = Shutdown::new();
        match chamados::run_at(clock, config, listeners, &metrics, &shutdown).await {
            Ok(Started { setup_link, services }) => {
                Ok(Self { shutdown, http, grpc, internal, operations, setup_link, services })
            }
            Err(error) => {
                let _busy = shutdown.drain(STOP_LIMIT).await;
                Err(error)
            }
        }
    }

    /// Stops it as SIGTERM does.
    ///
    /// # Errors
    /// When some of its tasks did not end within the limit.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        let drained = self.shutdown.drain(STOP_LIMIT).await;
        drained.map_err(|busy| anyhow!("{busy} tasks did not end within {STOP_LIMIT:?}"))
    }
}

fn address(listener: Option<&TcpListener>) -> std::io::Result<Option<SocketAddr>> {
    listener.map(TcpListener::local_addr).transpose()
}
