//! Ends an attempt: the run's state, the line that tells of it, and what it means for the schedule,
//! in one transaction.

use chamados_store_kit::Tx;
use chrono::{DateTime, Utc};

use super::{App, claim::Claim};
use crate::{
    domain::{
        log::Line,
        run::{Outcome, Run, State},
        schedule::FAILING,
    },
    error::Result,
    store,
};

/// Ends the attempt of a claim. While the database is away it tries again, until the lease would
/// have run out; then a reaper ends it.
pub async fn finish(app: &App, claim: &Claim, outcome: Outcome, truncated: u32) {
    let limit = app.clock.instant() + app.config.lease();
    loop {
        match try_finish(app, &claim.run, outcome.clone(), truncated).await {
            Ok(true) => return,
            Ok(false) => {
                tracing::warn!(run = %claim.run.id, "another holder has this run; its end is not kept");
                return;
            }
            Err(error) if app.clock.instant() >= limit => {
                tracing::error!(run = %claim.run.id, %error, "the end of a run could not be written");
                return;
            }
            Err(error) => {
                tracing::warn!(run = %claim.run.id, %error, "the end of a run is not written yet");
                tokio::time::sleep(app.config.poll()).await;
            }
        }
    }
}

async fn try_finish(app: &App, run: &Run, outcome: Outcome, truncated: u32) -> Result<bool> {
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    let Some(state) = end(&tx, run, outcome, truncated, now).await? else { return Ok(false) };
    tx.commit().await?;
    app.count_end(run, state);
    app.ready.notify_one();
    app.job_changed(run.tenant, run.schedule, Some(run.id)).await;
    Ok(true)
}

/// Ends an attempt in a transaction: the run's state then, unless the lease was lost.
pub(super) async fn end(
    tx: &Tx,
    run: &Run,
    outcome: Outcome,
    truncated: u32,
    now: DateTime<Utc>,
) -> Result<Option<State>> {
    let verdict = run.judge(outcome, rand::random(), truncated);
    if !store::leases::end(tx, run.id, run.fence, now, &verdict).await? {
        return Ok(None);
    }
    if verdict.state == State::Ready {
        return Ok(Some(verdict.state));
    }
    let succeeded = verdict.state == State::Succeeded;
    if store::schedules::count_end(tx, run.schedule, succeeded, now).await? {
        tracing::error!(schedule = %run.schedule, job = run.job_type, "schedule paused: {FAILING}");
        let line = Line::error("schedule_paused", FAILING);
        store::leases::append_after_end(tx, run.id, now, &line).await?;
    }
    Ok(Some(verdict.state))
}
