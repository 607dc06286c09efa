//! Ends the attempts that nobody ends any more: their holder died, or lost the database, or took
//! too long.

use super::{App, settle};
use crate::{
    domain::run::{Failure, Outcome},
    error::Result,
    store,
};

/// Runs ended in one go.
const BATCH: u64 = 100;

/// Ends attempts whose lease has run out; how many.
///
/// # Errors
/// [`crate::Error::Store`].
pub async fn expired(app: &App) -> Result<usize> {
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    let expired = store::leases::expired(&tx, now, BATCH).await?;
    let mut ended = Vec::with_capacity(expired.len());
    for lease in &expired {
        let failure = if lease.overtime {
            Failure::overtime()
        } else {
            Failure::passing("lease_expired", "the scheduler that worked on it went away")
        };
        ended.push(settle::end(&tx, &lease.run, Outcome::Failed(failure), 0, now).await?);
    }
    tx.commit().await?;
    for (lease, state) in expired.iter().zip(ended) {
        if let Some(state) = state {
            app.count_end(&lease.run, state);
        }
        tracing::warn!(run = %lease.run.id, job = lease.run.job_type, "reaped a run");
        app.job_changed(lease.run.tenant, lease.run.schedule, Some(lease.run.id)).await;
    }
    Ok(expired.len())
}
