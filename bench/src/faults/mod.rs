//! The whole product as processes that are killed, lose their database, their Redis and each other, while
//! people and computers work and remember what they were told. What must hold is asked after every fault and when
//! all is well again. The faults come from a seed.

mod computers;
pub(crate) mod load;
mod town;
mod wire;

use std::{
    fmt,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use chrono::Utc;
use rand::{SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::json;

use crate::{
    browser::Browser,
    durations,
    invariants::{
        self, Moment, Rows, Violation, devices::devices_are_kept, tickets::acknowledged_are_kept,
    },
    scheduler::replica,
};

use self::{
    computers::Computers,
    load::{Load, Place},
    town::{PARTS, Pair, Town},
};

pub use wire::Trouble;

/// How long what was interrupted may take to come to rest.
const CALM: Duration = Duration::from_secs(90);
/// Within this after its cause is over the whole is ready again.
const READY: Duration = Duration::from_secs(10);
/// How long a wire is in trouble.
const TROUBLE: Duration = Duration::from_millis(1_500);

/// What to do to it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// How many faults
    #[arg(long, default_value_t = 200)]
    pub faults: u32,
    /// Between the end of a fault and the next
    #[arg(long, default_value = "1s", value_parser = durations::parse)]
    pub pause: Duration,
    /// People who work
    #[arg(long, default_value_t = 8)]
    pub people: u32,
    /// The same faults again
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// Something that happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Kill(&'static str),
    StopPostgres,
    KillRedis,
    FlushRedis,
    /// It refuses whatever changes something, as the replica of a Redis that is gone does.
    ReadOnlyRedis,
    Wire(Pair, Trouble),
}

/// What was done to it, and what came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The seed of the faults.
    pub seed: u64,
    /// What was done, in order.
    pub faults: Vec<String>,
    /// Requests that succeeded, and that were refused or lost.
    pub requests: (u64, u64),
    /// Tickets and comments that were acknowledged.
    pub acknowledged: usize,
    /// The longest it took to be ready after a fault.
    pub ready: Duration,
    /// What must not be.
    pub violations: Vec<Violation>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, faults, requests, acknowledged, ready, violations } = self;
        writeln!(
            f,
            "seed {seed}: {} faults, {} requests done, {} refused, {acknowledged} acknowledged, ready within {:.1} s, \
             {} violations",
            faults.len(),
            requests.0,
            requests.1,
            ready.as_secs_f64(),
            violations.len()
        )?;
        violations.iter().try_for_each(|violation| writeln!(f, "  {violation}"))
    }
}

/// Does it and prints what was seen.
///
/// # Errors
/// Something does not start, or something is violated.
pub async fn measure(args: &Args) -> Result<()> {
    let outcome = run(args).await?;
    println!("{outcome}");
    ensure!(outcome.violations.is_empty(), "violated; the same faults: --seed {}", outcome.seed);
    Ok(())
}

/// Does it.
///
/// # Errors
/// Something does not start.
pub async fn run(args: &Args) -> Result<Outcome> {
    let seed = args.seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let folder = replica::folder(&args.folder)?;
    let mut town = Town::start(&args.server, folder).await?;
    let admin = Browser::set_up(&town.origin(), &town.setup_token).await?;
    let company = json!({"name": "Acme", "nickname": "acme"});
    let company = admin.post("/api/admin/companies", &company).await?;
    let code = company["provisioningCode"].as_str().context("no code")?.to_owned();
    let place = Place { admin, agents: town.agents(), code };
    let computers = Computers::begin(&place).await?;
    let load = Load::begin(&place, args.people.max(2), seed);
    let mut outcome = Outcome { seed, ..Outcome::default() };
    let disturbed = disturb(args, &mut town, &place, &mut outcome).await;
    let history = load.end().await?;
    outcome.violations.extend(computers.end(&place).await?);
    disturbed.with_context(|| format!("after {:?} of seed {seed}", outcome.faults))?;

    let rows = Rows::open(&town.database_url()).await?;
    outcome.violations.extend(history.violations());
    outcome.violations.extend(acknowledged_are_kept(&rows.ticket, &history.told).await?);
    outcome.violations.extend(devices_are_kept(&rows.device, &history.devices()?).await?);
    outcome.violations.extend(at_rest(&rows).await?);
    outcome.requests = (history.done, history.refused);
    outcome.acknowledged = history.told.tickets.len() + history.told.comments.len();
    if !outcome.violations.is_empty() {
        PARTS.iter().for_each(|part| eprintln!("--- {part}\n{}", town.log(part)));
    }
    Ok(outcome)
}

/// Lets faults happen, one after the other, and asks after each whether what must hold holds.
async fn disturb(args: &Args, town: &mut Town, place: &Place, outcome: &mut Outcome) -> Result<()> {
    let mut random = StdRng::seed_from_u64(outcome.seed);
    // Each kind in turn, so that also a short form has of all; which one of a kind is chance.
    for number in 0..args.faults {
        let fault = Fault::choose(number, &mut random)?;
        outcome.faults.push(format!("{fault:?}"));
        fault.happen(town).await?;
        let begin = Instant::now();
        while place.admin.get("/api/tickets?pageSize=1").await.is_err() {
            ensure!(begin.elapsed() < CALM, "{fault:?}: tickets are not there again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let took = begin.elapsed();
        outcome.ready = outcome.ready.max(took);
        if took > READY {
            let what = format!("ready {:.1} s after its cause was over", took.as_secs_f64());
            let id = format!("{fault:?}");
            outcome.violations.push(Violation { invariant: "away", what, id });
        }
        let rows = Rows::open(&town.database_url()).await?;
        let found = invariants::all(&rows, Moment::During, Utc::now()).await?;
        outcome.violations.extend(found);
        tokio::time::sleep(args.pause).await;
    }
    Ok(())
}

impl Fault {
    fn choose(number: u32, random: &mut StdRng) -> Result<Self> {
        let part = |random: &mut StdRng| PARTS.choose(random).copied().context("no part");
        Ok(match number % 5 {
            0 | 3 => Self::Kill(part(random)?),
            1 => [Self::StopPostgres, Self::KillRedis, Self::FlushRedis, Self::ReadOnlyRedis]
                .choose(random)
                .copied()
                .context("no fault")?,
            _ => {
                let pair = town::pairs().choose(random).copied().context("no wire")?;
                Self::Wire(pair, Trouble::ALL.choose(random).copied().context("no trouble")?)
            }
        })
    }

    /// From its beginning until its cause is over.
    async fn happen(self, town: &mut Town) -> Result<()> {
        match self {
            Self::Kill(part) => {
                town.kill(part)?;
                town.begin(part).await?;
            }
            Self::StopPostgres => {
                town.cluster.cut()?;
                tokio::time::sleep(TROUBLE).await;
                town.cluster.begin()?;
            }
            Self::KillRedis => {
                town.redis.kill()?;
                tokio::time::sleep(TROUBLE).await;
                town.redis.restart().await?;
            }
            Self::FlushRedis => town.tell_redis("FLUSHALL", &[]).await?,
            Self::ReadOnlyRedis => {
                // Nobody listens at port 1.
                town.tell_redis("REPLICAOF", &["127.0.0.1", "1"]).await?;
                tokio::time::sleep(TROUBLE).await;
                town.tell_redis("REPLICAOF", &["NO", "ONE"]).await?;
            }
            Self::Wire(pair, trouble) => {
                town.wire(pair)?.suffer(trouble);
                tokio::time::sleep(TROUBLE).await;
                town.wire(pair)?.suffer(Trouble::None);
            }
        }
        Ok(())
    }
}

/// What is still violated when everything has had time to come to rest.
async fn at_rest(rows: &Rows) -> Result<Vec<Violation>> {
    let begin = Instant::now();
    loop {
        let found = invariants::all(rows, Moment::After, Utc::now()).await?;
        if found.is_empty() || begin.elapsed() > CALM {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
