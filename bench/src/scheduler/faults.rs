//! Replicas that die, freeze and lose their database, and what becomes of the runs meanwhile.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use chamados_store_kit::{DatabaseConfig, Db};
use chrono::{TimeDelta, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{Database, DatabaseConnection};

use super::{
    cluster::Cluster,
    keyring,
    owner::{self, Manners},
    replica::{self, Replica, Settings},
    schedules::{self, Spec},
    tally::{self, Tally},
};
use crate::durations;

/// How long a claim holds here; freezes are longer.
const LEASE: Duration = Duration::from_millis(3_000);
/// How long runs may go on after the last fault.
const CALM: Duration = Duration::from_secs(120);
/// Seconds between two firings of a schedule.
const INTERVAL: u32 = 10;
/// How late the schedules are when it begins, so that there is work at once.
const LATE: TimeDelta = TimeDelta::seconds(70);

/// What to do to it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// URL of a Redis
    #[arg(long, value_name = "URL")]
    pub redis: String,
    /// Replicas of the scheduler
    #[arg(long, default_value_t = 6)]
    pub replicas: usize,
    /// Schedules, each due every ten seconds
    #[arg(long, default_value_t = 20)]
    pub schedules: u32,
    /// How long faults happen
    #[arg(long, default_value = "60s", value_parser = durations::parse)]
    pub duration: Duration,
    /// Between two replicas that are killed
    #[arg(long, default_value = "1s", value_parser = durations::parse)]
    pub kill_every: Duration,
    /// Times that PostgreSQL is cut off
    #[arg(long, default_value_t = 2)]
    pub stops: u32,
    /// The owner of the work forgets what it did: then effects must be doubled
    #[arg(long)]
    pub forgetful: bool,
    /// The same faults again
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// What was done to it, and what came of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Replicas killed with -9.
    pub kills: u32,
    /// Replicas frozen for longer than their lease.
    pub freezes: u32,
    /// Times PostgreSQL was stopped at once.
    pub stops: u32,
    /// What the rows say.
    pub tally: Tally,
}

/// Does it and prints what was seen.
///
/// # Errors
/// Something does not start, or the rows are not as they must be.
pub async fn measure(args: &Args) -> Result<()> {
    let outcome = run(args).await?;
    let Outcome { kills, freezes, stops, tally } = outcome;
    println!("{kills} kills, {freezes} freezes, {stops} stops of PostgreSQL: {tally}");
    if args.forgetful {
        ensure!(tally.doubled > 0, "an owner that forgets doubled nothing: the faults are too few");
        println!("as it must be with an owner that forgets: effects are doubled");
        return Ok(());
    }
    ensure!(tally.is_clean(), "the rows are not as they must be");
    Ok(())
}

/// Does it.
///
/// # Errors
/// Something does not start.
pub async fn run(args: &Args) -> Result<Outcome> {
    ensure!(args.replicas >= 3, "--replicas must be 3 or more: one is frozen and one killed");
    let seed = args.seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let folder = replica::folder(&args.folder)?;
    let mut cluster = Cluster::start(folder.path())?;
    let (keyring_file, keyring) = keyring(folder.path())?;
    let (work, silence) = (Duration::from_millis(150), Duration::from_millis(300));
    let manners = Manners { work, silence, remembers: !args.forgetful };
    let (owner, _db) = owner::serve(&cluster.url(), keyring, manners).await?;
    let millis = |duration: Duration| duration.as_millis().to_string();
    let settings = Settings {
        server: args.server.clone(),
        database: cluster.url(),
        redis: args.redis.clone(),
        keyring: keyring_file,
        folder: folder.path().to_owned(),
        owner,
        variables: vec![
            ("CHAMADOS__SCHEDULER__LEASE_MS", millis(LEASE)),
            ("CHAMADOS__SCHEDULER__RENEW_MS", millis(LEASE / 3)),
            ("CHAMADOS__SCHEDULER__REAP_MS", "300".to_owned()),
            ("CHAMADOS__SCHEDULER__POLL_MS", "100".to_owned()),
            // Few at once, so that work lasts as long as the faults.
            ("CHAMADOS__SCHEDULER__CONCURRENCY", "2".to_owned()),
            ("CHAMADOS__REDIS__KEY_PREFIX", format!("faults-{seed}")),
            ("CHAMADOS__TELEMETRY__LOG_FILTER", "warn".to_owned()),
        ],
    };
    settings.migrate()?;
    let db = Db::connect(&DatabaseConfig::new(cluster.url()), "scheduler").await?;
    let spec = Spec {
        count: args.schedules,
        interval: INTERVAL,
        first: Utc::now() - LATE,
        apart: TimeDelta::milliseconds(37),
        catch_up: 100,
    };
    schedules::insert(&db, &spec).await?;
    let random = StdRng::seed_from_u64(seed);
    // Those that are left work on until everything is counted.
    let (mut outcome, _replicas) = disturb(args, &settings, &mut cluster, random).await?;
    let rows = Database::connect(cluster.url()).await?;
    let due = stop_schedules(&rows).await?;
    calm(&rows).await?;
    outcome.tally = Tally::count(&rows, due).await?;
    if !outcome.tally.is_clean() && !args.forgetful {
        let log = std::fs::read_to_string(settings.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        eprintln!("{}", lines[lines.len().saturating_sub(100)..].join("\n"));
    }
    Ok(outcome)
}

/// Kills, freezes and cuts until the time is over, and then leaves replicas that work.
async fn disturb(
    args: &Args,
    settings: &Settings,
    cluster: &mut Cluster,
    mut random: StdRng,
) -> Result<(Outcome, Vec<Replica>)> {
    let mut outcome = Outcome::default();
    let mut replicas = Vec::new();
    for _ in 0..args.replicas {
        replicas.push(Replica::start(settings)?);
    }
    let mut frozen: Option<(Replica, Instant)> = None;
    let begin = Instant::now();
    while begin.elapsed() < args.duration {
        tokio::time::sleep(args.kill_every).await;
        match frozen.take() {
            Some((replica, since)) if since.elapsed() > LEASE + LEASE / 2 => {
                // It goes on as if it still held its runs.
                replica.thaw()?;
                replicas.push(replica);
            }
            Some(held) => frozen = Some(held),
            None => {
                let replica = replicas.swap_remove(random.random_range(0..replicas.len()));
                replica.freeze()?;
                outcome.freezes += 1;
                frozen = Some((replica, Instant::now()));
            }
        }
        replicas.swap_remove(random.random_range(0..replicas.len())).kill()?;
        outcome.kills += 1;
        replicas.push(Replica::start(settings)?);
        let part = args.duration * (outcome.stops + 1) / (args.stops + 1);
        if outcome.stops < args.stops && begin.elapsed() > part {
            cluster.cut()?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            cluster.begin()?;
            outcome.stops += 1;
        }
    }
    if let Some((replica, _)) = frozen {
        replica.thaw()?;
        replicas.push(replica);
    }
    Ok((outcome, replicas))
}

/// Has the schedules fire no more; how many times were due until now.
async fn stop_schedules(rows: &DatabaseConnection) -> Result<i64> {
    let stop = format!(
        "WITH old AS (SELECT id, next_fire_at, created_at FROM scheduler.schedule \
         WHERE key LIKE 'work-%' FOR UPDATE), \
         stopped AS (UPDATE scheduler.schedule SET next_fire_at = NULL FROM old \
         WHERE schedule.id = old.id) \
         SELECT CAST(sum(round(extract(epoch FROM next_fire_at - created_at) / {INTERVAL})) AS bigint) \
         FROM old"
    );
    tally::number(rows, &stop).await
}

/// Waits until every run has ended, or long enough.
async fn calm(rows: &DatabaseConnection) -> Result<()> {
    const BUSY: &str = "SELECT count(*) FROM scheduler.run WHERE state IN ('ready', 'running')";
    let begin = Instant::now();
    while begin.elapsed() < CALM && tally::number(rows, BUSY).await? > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
