//! Scheduled work.

use chamados_store_kit::jobs::{Context, Done, Job, JobError};

use crate::{
    domain::{session, throttle},
    store,
};

/// Removes sessions that ended and sign-in failures that are over.
#[derive(Debug, Clone, Copy)]
pub struct PurgeExpired;

#[tonic::async_trait]
impl Job for PurgeExpired {
    fn name(&self) -> &'static str {
        "identity.purge_expired"
    }

    fn description(&self) -> &'static str {
        "Removes expired sessions and forgets old failed sign-ins"
    }

    async fn run(&self, Context { db, now, .. }: Context) -> Result<Done, JobError> {
        let tx = db.begin().await?;
        let sessions =
            store::sessions::purge(&tx, now - session::IDLE, now - session::LIFETIME).await?;
        let failures = store::sign_in_failures::purge(&tx, now - throttle::WINDOW).await?;
        let summary = format!("{sessions} sessions and {failures} counts of failures removed");
        let figures = [("sessions", sessions), ("failures", failures)];
        Ok(Done::new(tx, summary).with_line("purged", "Expired rows removed", &figures))
    }
}
