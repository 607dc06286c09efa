//! The scheduler: S1 to S7.

use anyhow::Result;
use chamados_store_kit::Db;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::Value;

use super::{Rows, Violation, name};

/// How much later than its bound a run may be found by the reaper, and a schedule by its poll.
const SLACK: TimeDelta = TimeDelta::minutes(2);
/// How long ended runs are kept, with a day for the job that removes them.
const KEPT: TimeDelta = TimeDelta::days(91);
/// The newest runs of a schedule, which stay however old they are.
pub const KEPT_PER_SCHEDULE: i64 = 200;

/// S1: one row an occurrence.
///
/// # Errors
/// Rows cannot be read.
pub async fn occurrences_run_once(db: &Db) -> Result<Vec<Violation>> {
    let twice = "SELECT a.id FROM run a JOIN run b ON a.schedule_id = b.schedule_id AND a.id <> b.id \
        AND a.occurrence_key = b.occurrence_key";
    name(db, "S1", "its occurrence has another run", twice, vec![]).await
}

/// S2: every run ends within its bound; one that has ended says when, and one that has not does not.
///
/// # Errors
/// Rows cannot be read.
pub async fn runs_end(db: &Db, now: DateTime<Utc>) -> Result<Vec<Violation>> {
    let late = "SELECT id FROM run WHERE state = 'running' AND deadline_at < $1";
    let late = name(db, "S2", "it runs beyond its bound", late, at(now - SLACK)).await?;
    let ended = "SELECT id FROM run WHERE (state IN ('ready', 'running')) <> (ended_at IS NULL) \
        OR attempt > max_attempts";
    let ended = name(db, "S2", "its state and its end do not fit", ended, vec![]).await?;
    Ok([late, ended].concat())
}

/// S3: a run has one effect: its owner knows of it once, and a run that succeeded is known to one owner at most.
///
/// # Errors
/// Rows cannot be read.
pub async fn effects_are_single(rows: &Rows) -> Result<Vec<Violation>> {
    let known = super::tickets::ids(&rows.scheduler, "SELECT id FROM run").await?;
    let mut seen = std::collections::HashMap::new();
    let mut found = Vec::new();
    for db in rows.each() {
        for id in super::tickets::ids(db, "SELECT run_id FROM job_run").await? {
            if let Some(other) = seen.insert(id, db.schema())
                && known.contains(&id)
            {
                let what = format!("{other} and {} both did it", db.schema());
                found.push(Violation { invariant: "S3", what, id: id.to_string() });
            }
        }
    }
    Ok(found)
}

/// S4: a run has a lease exactly while it runs, and of a schedule whose runs exclude each other one runs.
///
/// # Errors
/// Rows cannot be read.
pub async fn leases_exclude_each_other(db: &Db) -> Result<Vec<Violation>> {
    let lease = "SELECT id FROM run WHERE state = 'running' \
        AND (lease_owner IS NULL OR lease_until IS NULL OR fence < attempt)";
    let lease = name(db, "S4", "it runs without a lease", lease, vec![]).await?;
    let beside = "SELECT a.id FROM run a JOIN run b ON a.schedule_id = b.schedule_id AND a.id <> b.id \
        WHERE a.state = 'running' AND b.state = 'running' AND a.exclusive AND b.exclusive";
    let beside = name(db, "S4", "another of its schedule runs beside it", beside, vec![]).await?;
    Ok([lease, beside].concat())
}

/// S5: every run that was attempted left a line, and its lines are numbered without a gap.
///
/// # Errors
/// Rows cannot be read.
pub async fn runs_leave_lines(db: &Db) -> Result<Vec<Violation>> {
    let silent = "SELECT id FROM run WHERE state NOT IN ('ready', 'running') \
        AND NOT EXISTS (SELECT 1 FROM run_log l WHERE l.run_id = run.id)";
    let silent = name(db, "S5", "it left no line", silent, vec![]).await?;
    let gaps = "SELECT run_id FROM run_log GROUP BY run_id HAVING max(sequence) <> count(*)";
    let gaps = name(db, "S5", "lines of it are missing", gaps, vec![]).await?;
    Ok([silent, gaps].concat())
}

/// S6: no active schedule's next time is long past.
///
/// # Errors
/// Rows cannot be read.
pub async fn schedules_go_on(db: &Db, now: DateTime<Utc>) -> Result<Vec<Violation>> {
    let past = "SELECT id FROM schedule WHERE state = 'active' AND next_fire_at < $1";
    name(db, "S6", "its next time is long past", past, at(now - SLACK)).await
}

/// S7: no run is kept for longer than is promised, but for the newest of each schedule, of which
/// [`KEPT_PER_SCHEDULE`] stay.
///
/// # Errors
/// Rows cannot be read.
pub async fn runs_are_forgotten(
    db: &Db,
    now: DateTime<Utc>,
    newest: i64,
) -> Result<Vec<Violation>> {
    let old = "SELECT r.id FROM run r WHERE r.ended_at < $1 AND $2 <= (SELECT count(*) FROM run n \
        WHERE n.schedule_id = r.schedule_id AND n.id > r.id)";
    let values = vec![(now - KEPT).into(), newest.into()];
    name(db, "S7", "it is kept too long", old, values).await
}

fn at(time: DateTime<Utc>) -> Vec<Value> {
    vec![time.into()]
}
