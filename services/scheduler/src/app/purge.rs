//! The scheduler's own scheduled work, which it does as any other owner would.

use std::time::Duration;

use chamados_store_kit::jobs::{Context, Done, Job, JobError, in_batches};

use crate::store;

/// Runs removed in one transaction.
const BATCH: u64 = 500;

/// Removes runs past their retention, with their logs.
#[derive(Debug, Clone, Copy)]
pub struct PurgeRuns;

#[tonic::async_trait]
impl Job for PurgeRuns {
    fn name(&self) -> &'static str {
        "scheduler.purge_runs"
    }

    fn description(&self) -> &'static str {
        "Removes runs and their logs that are past their retention."
    }

    fn default_timeout(&self) -> Duration {
        Duration::from_secs(300)
    }

    async fn run(&self, context: Context) -> Result<Done, JobError> {
        let db = context.db;
        let now = store::clock::now(db.read()).await?;
        let runs = in_batches(BATCH, |limit| store::retention::purge(&db, now, limit)).await?;
        let tx = db.begin().await?;
        Ok(Done::new(tx, format!("{runs} runs removed")).with_line(
            "runs_purged",
            "removed runs past their retention",
            &[("runs", runs)],
        ))
    }
}
