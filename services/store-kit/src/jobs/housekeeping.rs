//! The job every service has: forgetting what the kit's tables need no longer.

use super::{Context, Done, Job, JobError, in_batches, runs};
use crate::{idempotency, inbox, outbox};

/// Rows deleted in one transaction.
const BATCH: u64 = 1_000;

/// Purges remembered requests, taken and sent events, and finished runs past their time.
#[derive(Debug, Clone, Copy)]
pub struct PurgeProcessed {
    /// Stable name, `<service>.purge_processed`.
    pub name: &'static str,
}

#[tonic::async_trait]
impl Job for PurgeProcessed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> &'static str {
        "Forgets remembered requests and delivered events past their time"
    }

    async fn run(&self, context: Context) -> Result<Done, JobError> {
        let Context { db, now, .. } = context;
        let requests =
            in_batches(BATCH, |n| idempotency::purge(&db, now - idempotency::RETENTION, n)).await?;
        let taken = in_batches(BATCH, |n| inbox::purge(&db, now - inbox::RETENTION, n)).await?;
        let sent = in_batches(BATCH, |n| outbox::purge(&db, now - outbox::RETENTION, n)).await?;
        let tx = db.begin().await?;
        let finished = runs::purge(&tx, now - runs::RETENTION).await?;
        let total = requests + taken + sent + finished;
        Ok(Done::new(tx, format!("{total} rows past their time removed")).with_line(
            "purged",
            "Remembered requests, delivered events and finished runs past their time",
            &[("requests", requests), ("taken", taken), ("sent", sent), ("runs", finished)],
        ))
    }
}
