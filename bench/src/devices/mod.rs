//! Devices that are none: real streams over real connections, with what real agents say on them. The tool
//! measures with them, and the tests of the product use them as a library.
//!
//! A [`Fleet`] is enrolled by a [`Plan`] and connected; things are [ordered](Fleet::order) to happen to its
//! devices, or come to them by themselves at [`Rates`]; its [`Tally`] counts what they see.

mod beats;
mod computer;
mod fleet;
mod inventory;
mod office;
mod plan;
mod relay;
mod report;
mod run;
mod tally;
mod watch;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, ensure};

pub(crate) use self::beats::{Beats, Contract, Say};
pub use self::{
    computer::Order,
    fleet::{Fleet, Known, Rates, enroll},
    office::Office,
    plan::Plan,
    relay::Relays,
    run::{Outcome, run, settle, watch},
    tally::{Counts, Histogram, Tally, Times},
    watch::{Ledger, Moment, Redis, Watched},
};
use crate::{
    cpu::{self, Who},
    durations, files,
};

const EXAMPLES: &str = "Examples:
  chamados-bench devices --server http://127.0.0.1:8081 --code CODE --devices 100
  chamados-bench devices --server http://127.0.0.1:8081 --code CODE --devices 10000 --connections 10000 \\
      --interval 300ms --duration 60s --ramp 10s --server-process $(pidof chamados) --json beats.json
  chamados-bench devices --server http://127.0.0.1:8081 --code CODE --devices 500 --inventory \\
      --changes-per-second 5 --handovers-per-second 0.5 --resets-per-second 0.5 --api-key KEY";

/// Which devices to simulate, and what to watch meanwhile.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The server's address for agents
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8081")]
    server: String,
    /// The authority, as a PEM file, that signed the server's certificate, for an https:// address
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Provisioning code of a company
    #[arg(long)]
    code: String,
    /// Of the people whose computers they are; unknown ones become collaborators of the company
    #[arg(long = "email", default_values = ["one@bench.example", "two@bench.example"])]
    emails: Vec<String>,
    /// How many devices
    #[arg(long, default_value_t = 100)]
    devices: usize,
    /// Over how many connections; without it one each
    #[arg(long)]
    connections: Option<usize>,
    /// Number of the first; the same number is the same hardware
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Between two heartbeats of a device, for example 300ms; without it as the server says
    #[arg(long, value_parser = durations::parse)]
    interval: Option<Duration>,
    /// By how many hundredths of the interval a heartbeat may come sooner or later
    #[arg(long, default_value_t = 5.0)]
    jitter: f64,
    /// They connect one after the other over this time
    #[arg(long, default_value = "10s", value_parser = durations::parse)]
    ramp: Duration,
    /// How long to measure after that
    #[arg(long, default_value = "60s", value_parser = durations::parse)]
    duration: Duration,
    /// They also tell what they are, when asked
    #[arg(long)]
    inventory: bool,
    /// Devices a second that get another network address
    #[arg(long, default_value_t = 0.0)]
    changes_per_second: f64,
    /// Devices a second that are installed anew for another person
    #[arg(long, default_value_t = 0.0)]
    handovers_per_second: f64,
    /// Devices a second that staff reset, and that enrol again; needs --api-key
    #[arg(long, default_value_t = 0.0, requires = "api_key")]
    resets_per_second: f64,
    /// A key with the scopes devices.read and devices.manage
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The server's process, on this machine
    #[arg(long, value_name = "ID")]
    server_process: Option<u32>,
    /// The product's database, on this machine: `postgres://…`, or `sqlite://FOLDER`
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// The product's Redis, on this machine
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,
    /// Where to write the numbers as JSON too; - is standard output, alone
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    fn plan(&self) -> Plan {
        Plan {
            connections: self.connections.unwrap_or(self.devices),
            emails: self.emails.clone(),
            first: self.first,
            interval: self.interval,
            jitter: self.jitter / 100.0,
            ramp: self.ramp,
            inventory: self.inventory,
            api_key: self.api_key.clone(),
            ca_file: self.ca_file.clone(),
            ..Plan::new(&self.server, &self.code, self.devices)
        }
    }

    async fn watched(&self) -> Result<Watched> {
        let mut watched = Watched { server: self.server_process, ..Watched::default() };
        if let Some(url) = &self.database_url {
            watched.ledger = Some(Ledger::open(url).await?);
            watched.database = database_process(url).await?;
        }
        if let Some(url) = &self.redis_url {
            watched.redis = Some(Redis::open(url).await?);
        }
        Ok(watched)
    }
}

/// Whose CPU time is the database's; none for SQLite.
///
/// # Errors
/// It is not on this machine.
pub async fn database_process(url: &str) -> Result<Option<Who>> {
    use sea_orm::{ConnectionTrait as _, Database, Statement};

    if url.starts_with("sqlite:") {
        return Ok(None);
    }
    let database = Database::connect(url).await.context("cannot reach PostgreSQL")?;
    let backend = database.get_database_backend();
    let select = Statement::from_string(backend, "SELECT pg_backend_pid()");
    let row = database.query_one_raw(select).await?.context("PostgreSQL has no process")?;
    let id: i32 = row.try_get_by_index(0)?;
    let parent = cpu::parent(u32::try_from(id)?)?;
    database.close().await?;
    Ok(Some(Who::Family(parent)))
}

/// Simulates, and prints what was seen.
///
/// # Errors
/// The server is away or refuses, or devices fail.
pub async fn measure(args: &Args) -> Result<()> {
    ensure!(args.devices > 0, "--devices must be 1 or more");
    ensure!((0.0..=100.0).contains(&args.jitter), "--jitter must be 0 to 100");
    let quiet = args.json.as_ref().is_some_and(|file| file.as_os_str() == "-");
    let tell = |what: &str| {
        if !quiet {
            eprintln!("{what}");
        }
    };
    files::allow_many()?;
    let watched = args.watched().await?;
    tell(&format!("enrolling {} devices", args.devices));
    let mut fleet = Fleet::enroll(args.plan()).await?;
    tell(&format!("connecting over {:?}, then measuring for {:?}", args.ramp, args.duration));
    let rates = Rates {
        changes: args.changes_per_second,
        resets: args.resets_per_second,
        handovers: args.handovers_per_second,
    };
    let outcome = run(&mut fleet, &watched, &rates, args.duration).await?;
    fleet.stop().await?;
    if !quiet {
        report::print(&outcome);
    }
    if let Some(file) = &args.json {
        let text = format!("{:#}\n", report::to_json(&outcome));
        if quiet {
            print!("{text}");
        } else {
            std::fs::write(file, text).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}
