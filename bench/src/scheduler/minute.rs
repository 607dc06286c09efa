//! Many schedules due within one minute: how late their runs begin, what that costs, and what stays.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use chamados_store_kit::{DatabaseConfig, Db};
use chrono::{TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use super::{
    keyring,
    owner::{self, Manners},
    replica::{self, Replica, Settings},
    schedules::{self, Spec},
    tally,
};
use crate::{cpu::Who, place::Place};

/// After the last one was due.
const LIMIT: Duration = Duration::from_secs(300);
/// Before the first one is.
const HEAD_START: TimeDelta = TimeDelta::seconds(15);
/// Old runs that the retention is given, of one schedule.
const OLD: i64 = 10_000;

/// What to measure, and how much of it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server's program, built with optimisation
    #[arg(long, default_value = "target/release/chamados")]
    server: PathBuf,
    /// A superuser's URL of a PostgreSQL on this machine
    #[arg(long, value_name = "URL")]
    postgres: String,
    /// URL of a Redis
    #[arg(long, value_name = "URL")]
    redis: String,
    /// Schedules, spread over a minute
    #[arg(long, default_value_t = 10_000)]
    schedules: u32,
    /// Replicas of the scheduler
    #[arg(long, default_value_t = 1)]
    replicas: usize,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

/// Measures, and prints what was seen.
///
/// # Errors
/// Something does not start, or the runs do not end.
pub async fn measure(args: &Args) -> Result<()> {
    let place = Place::postgres(&args.folder, &args.postgres).await?;
    let measured = at(args, &place).await;
    place.remove().await?;
    measured
}

async fn at(args: &Args, place: &Place) -> Result<()> {
    let url = place.url();
    let folder = replica::folder(&args.folder)?;
    let (keyring_file, keyring) = keyring(folder.path())?;
    let manners = Manners { work: Duration::ZERO, silence: Duration::ZERO, remembers: true };
    let (owner, _db) = owner::serve(&url, keyring, manners).await?;
    let settings = Settings {
        server: args.server.clone(),
        database: url.clone(),
        redis: args.redis.clone(),
        keyring: keyring_file,
        folder: folder.path().to_owned(),
        owner,
        variables: vec![("CHAMADOS__TELEMETRY__LOG_FILTER", "warn".to_owned())],
    };
    settings.migrate()?;
    let db = Db::connect(&DatabaseConfig::new(url.clone()), "scheduler").await?;
    let spec = Spec {
        count: args.schedules,
        interval: 86_400,
        first: Utc::now() + HEAD_START,
        apart: TimeDelta::microseconds(60_000_000 / i64::from(args.schedules.max(1))),
        catch_up: 1,
    };
    schedules::insert(&db, &spec).await?;
    let rows = Database::connect(&url).await?;
    rows.execute_unprepared("ANALYZE").await?;
    let replicas: Vec<_> =
        (0..args.replicas).map(|_| Replica::start(&settings)).collect::<Result<_>>()?;
    let used = || -> Result<(Duration, Duration)> {
        let database = place.database_process().context("PostgreSQL has no process")?.used()?;
        let each = replicas.iter().map(|replica| Who::Process(replica.id()).used());
        Ok((database, each.sum::<Result<Duration>>()?))
    };
    let wait = (spec.first - Utc::now()).to_std().unwrap_or_default();
    tokio::time::sleep(wait).await;
    let (before, begin) = (used()?, Instant::now());
    finish(&rows, i64::from(args.schedules)).await?;
    let (after, took) = (used()?, begin.elapsed());
    let [p50, p99, most] = lateness(&rows).await?;
    println!("{} schedules due within a minute, {} replica(s)", args.schedules, args.replicas);
    println!(
        "runs begin {p50:.2} s (p50), {p99:.2} s (p99), {most:.2} s (most) after they were due"
    );
    println!(
        "the last ended {:.0} s after the first was due; CPU: PostgreSQL {:.1} s, scheduler {:.1} s",
        took.as_secs_f64(),
        (after.0 - before.0).as_secs_f64(),
        (after.1 - before.1).as_secs_f64(),
    );
    retention(&rows).await
}

/// Waits until so many runs have succeeded.
async fn finish(rows: &DatabaseConnection, wanted: i64) -> Result<()> {
    const DONE: &str = "SELECT count(*) FROM scheduler.run WHERE state = 'succeeded' \
                        AND job_type = 'ticket.work'";
    let begin = Instant::now();
    loop {
        let done = tally::number(rows, DONE).await?;
        if done >= wanted {
            return Ok(());
        }
        if begin.elapsed() > LIMIT {
            bail!("only {done} of {wanted} runs have ended");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Seconds from when a run was due to its beginning.
async fn lateness(rows: &DatabaseConnection) -> Result<[f64; 3]> {
    let late = "extract(epoch FROM started_at - due_at)";
    let of = |part: &str| {
        format!("CAST(percentile_cont({part}) WITHIN GROUP (ORDER BY {late}) AS float8)")
    };
    let select = format!(
        "SELECT {}, {}, {} FROM scheduler.run WHERE job_type = 'ticket.work'",
        of("0.5"),
        of("0.99"),
        of("1"),
    );
    let row = rows.query_one_raw(Statement::from_string(DbBackend::Postgres, select)).await?;
    let row = row.context("no runs")?;
    Ok([row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?])
}

/// Gives one schedule a past, has the retention run, and says what stays.
async fn retention(rows: &DatabaseConnection) -> Result<()> {
    const RUNS: &str = "SELECT count(*) FROM scheduler.run";
    const LINES: &str = "SELECT count(*) FROM scheduler.run_log";
    let past = format!(
        "INSERT INTO scheduler.run SELECT gen_random_uuid(), tenant_id, schedule_id, 'old ' || n, \
         nominal_time, due_at - interval '100 days', available_at, job_type, payload, \"trigger\", state, \
         attempt, max_attempts, timeout_seconds, backoff_base_ms, backoff_cap_ms, exclusive, lease_owner, \
         lease_until, fence, deadline_at, started_at, ended_at - interval '100 days', summary, skip_reason, \
         skipped_count, skipped_until, log_sequence, created_at FROM \
         (SELECT * FROM scheduler.run WHERE job_type = 'ticket.work' LIMIT 1) AS one, \
         generate_series(1, {OLD}) AS n"
    );
    rows.execute_unprepared(&past).await?;
    let lines = "INSERT INTO scheduler.run_log SELECT id, 1, 1, now(), 'info', 'old', 'old', '{}' \
                 FROM scheduler.run WHERE occurrence_key LIKE 'old %'";
    rows.execute_unprepared(lines).await?;
    let before = (tally::number(rows, RUNS).await?, tally::number(rows, LINES).await?);
    // A pattern that is due at night would wait for it.
    let due = "UPDATE scheduler.schedule SET kind = 'interval', expression = '86400', \
               next_fire_at = now() WHERE key = 'scheduler-purge-runs'";
    rows.execute_unprepared(due).await?;
    let purged = "SELECT count(*) FROM scheduler.run WHERE job_type = 'scheduler.purge_runs' \
                  AND state = 'succeeded'";
    let begin = Instant::now();
    while tally::number(rows, purged).await? == 0 {
        if begin.elapsed() > LIMIT {
            bail!("the retention has not run");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let after = (tally::number(rows, RUNS).await?, tally::number(rows, LINES).await?);
    println!(
        "retention, with {OLD} runs of 100 days ago in one schedule: {} runs and {} lines before, {} and {} \
         after",
        before.0, before.1, after.0, after.1
    );
    Ok(())
}
