//! Takes runs that are ready, for this replica to work on.

use std::time::Duration;

use chamados_store_kit::StoreError;
use tokio::time::Instant;

use super::App;
use crate::{
    domain::{log::Line, run::Run},
    error::Result,
    store,
};

/// A run that this replica works on.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The run, with the fence token of the claim.
    pub run: Run,
    /// A moment before the claim, by the replica's own clock: whatever the lease and the deadline
    /// are counted from, it is not earlier.
    pub since: Instant,
}

impl Claim {
    /// When the attempt is over time.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.since + self.run.timeout
    }

    /// What is left until then.
    #[must_use]
    pub fn time_left(&self, now: Instant) -> Duration {
        self.deadline().saturating_duration_since(now)
    }
}

/// Claims up to `limit` runs.
///
/// # Errors
/// [`crate::Error::Store`].
pub async fn ready(app: &App, limit: u64) -> Result<Vec<Claim>> {
    let since = app.clock.instant();
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    let claimed =
        store::leases::claim(&tx, app.replica, now, app.config.lease(), limit, first_line).await;
    let runs = match claimed {
        Ok(runs) => runs,
        // Two replicas reached for runs of one schedule at once; the other has one now.
        Err(error) if error.is_unique_violation() => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    for run in &runs {
        app.job_changed(run.tenant, run.schedule, Some(run.id)).await;
    }
    Ok(runs.into_iter().map(|run| Claim { run, since }).collect())
}

fn first_line(run: &Run) -> Line {
    let message = format!("attempt {} of {}", run.attempt, run.max_attempts);
    Line::info("attempt_started", &message)
}

/// Keeps a lease alive. Ends only when it is lost: given to another, run out, or not renewed in time
/// because the database was away.
pub async fn hold(app: &App, claim: &Claim) {
    let mut renewed = claim.since;
    loop {
        tokio::time::sleep(app.config.renew()).await;
        let before = app.clock.instant();
        match renew(app, claim).await {
            Ok(true) => renewed = before,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(run = %claim.run.id, %error, "a lease could not be renewed");
                if app.clock.instant() >= renewed + app.config.lease() {
                    return;
                }
            }
        }
    }
}

async fn renew(app: &App, claim: &Claim) -> Result<bool, StoreError> {
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    let (id, fence) = (claim.run.id, claim.run.fence);
    let held = store::leases::renew(&tx, id, fence, now, app.config.lease()).await?;
    tx.commit().await?;
    Ok(held)
}
