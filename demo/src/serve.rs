//! A filled folder is served, and its computers are on.

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use chamados::{Config, Listeners};
use chamados_bench::devices::{Fleet, Known, Plan};
use chamados_chassis::{shutdown::Shutdown, telemetry::Telemetry};

use crate::{
    folder::{self, Filled, Folder},
    history::OUTAGE,
};

/// The computers come one after the other over this time.
const RAMP: Duration = Duration::from_secs(3);

/// Where to listen.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For browsers.
    pub http: SocketAddr,
    /// For agents.
    pub grpc: SocketAddr,
}

/// The demo, running.
pub struct Served {
    config: Config,
    shutdown: Shutdown,
    telemetry: Telemetry,
    fleet: Fleet,
}

/// Serves a filled folder, as the product is served, and connects its computers.
///
/// # Errors
/// An address is taken, or something cannot be started.
pub async fn serve(folder: &Folder, filled: &Filled, addresses: Addresses) -> Result<Served> {
    let Addresses { http, grpc } = addresses;
    let config = folder::config(
        &folder.data(),
        &[
            ("listen.http", http.to_string()),
            ("listen.grpc", grpc.to_string()),
            ("gateway.public_url", format!("http://{http}")),
            ("gateway.demo", "true".to_owned()),
            ("telemetry.log_filter", "warn".to_owned()),
            // What is cut off stays neither online nor offline as long as its incident is open.
            ("device.unknown_grace_millis", OUTAGE.num_milliseconds().to_string()),
        ],
    )?;
    let telemetry = Telemetry::init(&config.telemetry)?;
    let shutdown = Shutdown::new();
    let listeners = Listeners::bind(&config).await?;
    let _started = chamados::run(&config, listeners, telemetry.metrics(), &shutdown).await?;
    let known = filled.computers.iter().zip(1..).map(|((device, token), number)| Known {
        number,
        device: device.clone(),
        token: token.clone(),
    });
    let known: Vec<Known> = known.collect();
    // Without a provisioning code a computer that a visitor resets stays away, as a real one does until
    // somebody enrols it.
    let plan = Plan { ramp: RAMP, ..Plan::new(&format!("http://{grpc}"), "", known.len()) };
    let fleet = Fleet::known(plan, known).await?;
    Ok(Served { config, shutdown, telemetry, fleet })
}

impl Served {
    /// Connects the computers, and waits until all are online.
    ///
    /// # Errors
    /// One is not, after a while.
    pub async fn connect(&mut self) -> Result<()> {
        if self.fleet.is_empty() { Ok(()) } else { self.fleet.connect().await }
    }

    /// Completes when the server stops by itself.
    pub async fn stopped(&self) {
        self.shutdown.requested().await;
    }

    /// The computers say good-bye, then the server stops.
    ///
    /// # Errors
    /// A computer failed.
    pub async fn stop(self) -> Result<()> {
        let farewell = self.fleet.stop().await;
        self.shutdown.request();
        if let Err(busy) = self.shutdown.drain(self.config.drain_limit()).await {
            eprintln!("stopped with work under way: {busy:?}");
        }
        self.telemetry.shutdown();
        farewell.map(drop)
    }
}
