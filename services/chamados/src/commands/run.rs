//! `chamados run`.

use anyhow::Context as _;
use chamados::{Config, Listeners, Started, Target};
use chamados_chassis::{
    shutdown::{self, Shutdown},
    telemetry::Telemetry,
};
use tokio::runtime::Runtime;

use super::files;

pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    // TLS needs its cryptography chosen before the first connection. Twice is no harm.
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no async runtime")
}

pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let raised = files::raise();
    let (outcome, telemetry) = runtime.block_on(async {
        let telemetry = Telemetry::init(&config.telemetry)?;
        match raised {
            Ok(limit) => limit.tell(),
            Err(unknown) => tracing::warn!("{unknown}"),
        }
        anyhow::Ok((serve(config, &telemetry).await, telemetry))
    })?;
    telemetry.shutdown();
    // Whatever did not end within the limit is not waited for.
    runtime.shutdown_background();
    outcome
}

async fn serve(config: &Config, telemetry: &Telemetry) -> anyhow::Result<()> {
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    chamados_chassis::task::spawn("signals_of_the_system", async move {
        if let Err(error) = shutdown::signal().await {
            tracing::error!(%error, "cannot hear signals");
        }
        tracing::info!("stopping");
        stop.request();
    });
    let listeners = Listeners::bind(config).await?;
    let started = chamados::run(config, listeners, telemetry.metrics(), &shutdown).await;
    match &started {
        Ok(started) => greet(config, started),
        Err(_) => shutdown.request(),
    }
    shutdown.requested().await;
    if let Err(busy) = shutdown.drain(config.drain_limit()).await {
        tracing::warn!(busy, "stopped with work under way");
    }
    started.map(drop)
}

/// Two lines for the person who started it, on standard output; the log is elsewhere.
fn greet(config: &Config, started: &Started) {
    if config.target.contains(Target::Gateway) {
        println!("Panel: {}", config.gateway.public_url);
    }
    if let Some(link) = &started.setup_link {
        println!("Set-up link: {link}");
    }
    tracing::info!("started");
}
