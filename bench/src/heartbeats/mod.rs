//! What a heartbeat costs: the product on each of its backends, one `UPDATE` a beat through the same
//! contract, the bare transport, and etcd, side by side in one run.

mod certificates;
mod desk;
mod etcd;
mod fill;
mod report;
mod rival;
mod small;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};

use self::{
    certificates::Certificates,
    desk::Desk,
    report::Line,
    rival::{Process, Way},
};
use crate::{
    devices::{Fleet, Known, Office, Outcome, Plan, Rates, Relays, Watched, run, settle, watch},
    durations,
    place::Place,
};

pub use self::rival::{Args as RivalArgs, serve as rival};

/// The product acknowledges one beat in so many.
const ACKNOWLEDGE_EVERY: u32 = 8;
/// Rivals that could not bear as many beats as the others have this many times fewer devices.
const FEWER: usize = 10;

/// What to measure, and how much of it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server's program, built with optimisation
    #[arg(long, default_value = "target/release/chamados")]
    server: PathBuf,
    /// A superuser's URL of a PostgreSQL on this machine; without it SQLite alone is measured
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// A Redis on this machine that nobody else uses
    #[arg(long, value_name = "URL")]
    redis: Option<String>,
    /// The program of etcd
    #[arg(long, default_value = "/usr/bin/etcd")]
    etcd: PathBuf,
    /// Only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Kind>,
    /// How many devices
    #[arg(long, default_value_t = 10_000)]
    devices: usize,
    /// Over how many connections; without it one each
    #[arg(long)]
    connections: Option<usize>,
    /// Between two heartbeats of a device. 10,000 devices that beat every 300 ms are as many beats as of a
    /// million devices that beat every 30 s
    #[arg(long, default_value = "300ms", value_parser = durations::parse)]
    interval: Duration,
    /// They connect one after the other over this time
    #[arg(long, default_value = "8s", value_parser = durations::parse)]
    ramp: Duration,
    /// How long to measure each
    #[arg(long, default_value = "20s", value_parser = durations::parse)]
    duration: Duration,
    /// Over how many connections relays come
    #[arg(long, default_value_t = 100)]
    relays: usize,
    /// How many devices are behind them, with as many beats as the others together
    #[arg(long, default_value_t = 100_000)]
    behind_relays: usize,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// Where to write the numbers as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// The product on PostgreSQL and Redis.
    Redis,
    /// The same over TLS.
    Tls,
    /// The product on SQLite and memory.
    Sqlite,
    /// One `UPDATE` a beat, a tenth of the devices.
    Update,
    /// The transport alone, one answer for eight beats.
    Bare,
    /// The transport alone, an answer for each beat.
    Echo,
    /// Leases of etcd, a tenth of the devices.
    Etcd,
    /// The product on PostgreSQL and Redis, more devices behind relays.
    Relays,
    /// The whole product with few devices.
    Small,
}

impl Kind {
    const BEATS: [Self; 8] = [
        Self::Redis,
        Self::Tls,
        Self::Sqlite,
        Self::Relays,
        Self::Update,
        Self::Bare,
        Self::Echo,
        Self::Etcd,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Redis => "product, PostgreSQL and Redis",
            Self::Tls => "product, Redis, over TLS",
            Self::Sqlite => "product, SQLite and memory",
            Self::Update => "one UPDATE a beat, tenth of devices",
            Self::Bare => "bare stream, one answer in 8",
            Self::Echo => "bare stream, echo",
            Self::Etcd => "etcd leases, tenth of the devices",
            Self::Relays => "product, Redis, behind relays",
            Self::Small => "small",
        }
    }
}

/// Measures, and prints what was seen.
///
/// # Errors
/// Something does not start, or refuses.
pub async fn measure(args: &Args) -> Result<()> {
    crate::files::allow_many()?;
    report::machine();
    let mut lines = Vec::new();
    let wanted: Vec<Kind> = Kind::BEATS.into_iter().filter(|kind| args.wants(*kind)).collect();
    if !wanted.is_empty() {
        report::head(args.devices, args.connections());
    }
    for kind in wanted {
        let outcome = args.outcome(kind).await.context(kind.name())?;
        let line = Line { name: kind.name(), outcome };
        report::line(&line);
        lines.push(line);
    }
    report::compare(&lines);
    if args.wants(Kind::Small) {
        args.small().await?;
    }
    if let Some(file) = &args.json {
        let all: serde_json::Value = lines.iter().map(report::to_json).collect();
        std::fs::write(file, format!("{all:#}\n")).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

impl Args {
    fn connections(&self) -> usize {
        self.connections.unwrap_or(self.devices)
    }

    fn wants(&self, kind: Kind) -> bool {
        let is_there = match kind {
            Kind::Redis | Kind::Tls | Kind::Relays => {
                self.postgres.is_some() && self.redis.is_some()
            }
            Kind::Update => self.postgres.is_some(),
            Kind::Etcd => self.etcd.is_file(),
            Kind::Sqlite | Kind::Bare | Kind::Echo | Kind::Small => true,
        };
        is_there && (self.only.is_empty() || self.only.contains(&kind))
    }

    async fn outcome(&self, kind: Kind) -> Result<Outcome> {
        let postgres = self.postgres.as_deref().unwrap_or_default();
        match kind {
            Kind::Redis | Kind::Tls | Kind::Relays => {
                let place = Place::postgres(&self.folder, postgres).await?;
                self.product(place.with_redis(self.redis.as_deref()), kind).await
            }
            Kind::Sqlite | Kind::Small => self.product(Place::sqlite(&self.folder)?, kind).await,
            Kind::Bare => self.rival(&Process::start(Way::Bare, ACKNOWLEDGE_EVERY, None)?).await,
            Kind::Echo => self.rival(&Process::start(Way::Bare, 1, None)?).await,
            Kind::Update => {
                let place = Place::postgres(&self.folder, postgres).await?;
                let devices = self.fewer();
                let database = place.postgres_url().map(|url| (url, devices));
                let process = Process::start(Way::Update, ACKNOWLEDGE_EVERY, database)?;
                let database = place.database_process();
                let watched =
                    Watched { server: Some(process.id()), database, ..Watched::default() };
                let outcome = self.strangers(&process, &watched, devices).await;
                drop(process);
                place.remove().await?;
                outcome
            }
            Kind::Etcd => {
                let place = Place::sqlite(&self.folder)?;
                let (program, folder) = (&self.etcd, place.folder());
                let (devices, ramp) = (self.fewer(), self.ramp);
                let outcome =
                    etcd::measure(program, folder, devices, self.interval, ramp, self.duration);
                let outcome = outcome.await;
                place.remove().await?;
                outcome
            }
        }
    }

    async fn rival(&self, process: &Process) -> Result<Outcome> {
        let watched = Watched { server: Some(process.id()), ..Watched::default() };
        self.strangers(process, &watched, self.devices).await
    }

    async fn strangers(
        &self,
        process: &Process,
        watched: &Watched,
        devices: usize,
    ) -> Result<Outcome> {
        let plan = self.plan(Plan::new(&process.url, "", devices));
        let mut fleet = Fleet::strangers(plan).await?;
        run(&mut fleet, watched, &Rates::default(), self.duration).await
    }

    async fn product(&self, place: Place, kind: Kind) -> Result<Outcome> {
        let outcome = self.product_at(&place, kind).await;
        place.remove().await?;
        outcome
    }

    async fn product_at(&self, place: &Place, kind: Kind) -> Result<Outcome> {
        // All come within seconds, which is what this setting keeps from happening.
        let settings = [("CHAMADOS__DEVICE__HANDSHAKES_PER_SECOND", "20000")];
        let certificates =
            (kind == Kind::Tls).then(|| Certificates::make(place.folder())).transpose()?;
        let desk = Desk::open(&self.server, place, certificates, &settings).await?;
        let devices = if kind == Kind::Relays { self.behind_relays } else { self.devices };
        let plan = desk.plan(devices);
        let enrolled = Office::open(&plan).await?.enroll(1, 0).await?;
        let first = Known { number: 1, device: enrolled.device_id, token: enrolled.token };
        let known = fill::fill(place, first, devices).await?;
        let watched = desk.watched(place).await?;
        let outcome = if kind == Kind::Relays {
            self.relays(&plan, known, &watched).await?
        } else {
            self.fleet(self.plan(plan), known, &watched).await?
        };
        if let Some(redis) = &watched.redis {
            let bytes = redis.heartbeats().await? as f64 / devices as f64;
            println!("  heartbeats in Redis: {bytes:.1} B a device");
        }
        let log = desk.product.log();
        desk.product.stop()?;
        if let Some(line) = log.lines().find(|line| line.contains("ERROR") || line.contains("WARN"))
        {
            println!("  the server logged: {line}");
        }
        Ok(outcome)
    }

    async fn fleet(&self, plan: Plan, known: Vec<Known>, watched: &Watched) -> Result<Outcome> {
        let mut fleet = Fleet::known(plan, known).await?;
        let outcome = run(&mut fleet, watched, &Rates::default(), self.duration).await?;
        fleet.stop().await?;
        Ok(outcome)
    }

    /// As many beats as without relays, of more devices.
    async fn relays(&self, plan: &Plan, known: Vec<Known>, watched: &Watched) -> Result<Outcome> {
        let slower = known.len() as f64 / self.devices as f64;
        let plan = Plan {
            connections: self.relays,
            interval: Some(self.interval.mul_f64(slower)),
            ramp: self.ramp.mul_f64(slower),
            ..plan.clone()
        };
        let before = watched.look().await?;
        let mut relays = Relays::start(&plan, known)?;
        relays.until_open().await?;
        settle(watched).await;
        watch(relays.devices(), relays.tally(), watched, before, self.duration).await
    }

    fn plan(&self, plan: Plan) -> Plan {
        Plan {
            connections: self.connections(),
            interval: Some(self.interval),
            ramp: self.ramp,
            ..plan
        }
    }

    fn fewer(&self) -> usize {
        self.devices.div_ceil(FEWER)
    }

    async fn small(&self) -> Result<()> {
        let place = Place::sqlite(&self.folder)?;
        let seen = small::measure(&self.server, &place).await;
        place.remove().await?;
        seen?.print("SQLite");
        if let (Some(postgres), Some(redis)) = (&self.postgres, &self.redis) {
            let place = Place::postgres(&self.folder, postgres).await?.with_redis(Some(redis));
            let seen = small::measure(&self.server, &place).await;
            place.remove().await?;
            seen?.print("PostgreSQL and Redis");
        }
        Ok(())
    }
}
