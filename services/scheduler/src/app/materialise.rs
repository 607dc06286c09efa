//! Makes a run of each occurrence that is due. Every replica tries; the one that moves the
//! schedule's next time on, makes the runs in the same transaction, so each occurrence has one.

use std::time::Duration;

use chamados_store_kit::Tx;
use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::{
        plan::{Plan, plan},
        run::SkipReason,
        schedule::Schedule,
    },
    error::Result,
    store,
};

/// Schedules looked at in one go.
const BATCH: u64 = 100;
/// Goes without a pause, so that many schedules due at once do not wait for each other's polls.
const GOES: usize = 100;

/// Makes the runs that are due; how many schedules were.
///
/// # Errors
/// [`crate::Error::Store`]; what was made until then stays.
pub async fn due(app: &App) -> Result<usize> {
    let mut fired = 0;
    for _ in 0..GOES {
        let now = store::clock::now(app.db.read()).await?;
        let schedules = store::schedules::due(app.db.read(), now, BATCH).await?;
        for schedule in &schedules {
            fire(app, schedule).await?;
        }
        fired += schedules.len();
        if (schedules.len() as u64) < BATCH {
            break;
        }
    }
    Ok(fired)
}

/// Makes the runs of one schedule, unless another replica does.
async fn fire(app: &App, schedule: &Schedule) -> Result<()> {
    let Some(due) = schedule.next_fire_at else { return Ok(()) };
    let timing = match schedule.timing() {
        Ok(timing) => timing,
        Err(error) => return retire(app, schedule, &error.to_string()).await,
    };
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    let unfinished = store::runs::unfinished(&tx, schedule.id).await?;
    let plan = plan(&timing, &schedule.catch_up, schedule.overlap, due, unfinished, now);
    if !store::schedules::advance(&tx, schedule, &plan).await? {
        return Ok(());
    }
    write(&tx, schedule, &plan, now).await?;
    tx.commit().await?;
    if plan.next.is_none() {
        retire(app, schedule, "never fires again").await?;
    }
    app.ready.notify_one();
    app.job_changed(schedule.tenant, schedule.id, None).await;
    Ok(())
}

async fn write(tx: &Tx, schedule: &Schedule, plan: &Plan, now: DateTime<Utc>) -> Result<()> {
    let skipped = [(plan.missed, SkipReason::Missed), (plan.overlapped, SkipReason::Overlap)];
    for (window, reason) in skipped {
        if let Some(window) = window {
            store::runs::skip(tx, schedule, window, reason, now).await?;
        }
    }
    for (occurrence, trigger) in &plan.runs {
        let delay = jitter(schedule.jitter_seconds);
        store::runs::insert_due(tx, schedule, occurrence, *trigger, delay, now).await?;
    }
    Ok(())
}

/// Pauses a schedule that cannot go on by itself, so that it is not found due again and again.
async fn retire(app: &App, read: &Schedule, reason: &str) -> Result<()> {
    tracing::error!(schedule = read.key, reason, "a schedule cannot go on");
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    if store::schedules::update(&tx, read, &read.retired(reason, now)).await? {
        tx.commit().await?;
        app.job_changed(read.tenant, read.id, None).await;
    }
    Ok(())
}

fn jitter(seconds: i32) -> Duration {
    Duration::from_secs(seconds.unsigned_abs().into()).mul_f64(rand::random())
}
