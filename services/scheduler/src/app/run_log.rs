//! The log of an attempt while it goes on: lines are kept in batches, up to the quota.

use super::{App, claim::Claim};
use crate::{
    domain::log::{Line, Quota},
    error::Result,
    store,
};

/// Lines written together.
const BATCH: usize = 50;

/// Lines on their way to the database.
pub(super) struct RunLog<'a> {
    app: &'a App,
    claim: &'a Claim,
    quota: Quota,
    pending: Vec<Line>,
}

impl<'a> RunLog<'a> {
    pub(super) fn new(app: &'a App, claim: &'a Claim) -> Self {
        Self { app, claim, quota: Quota::default(), pending: Vec::new() }
    }

    /// Adds a line, or counts it when the quota is used up.
    pub(super) async fn push(&mut self, line: Line) {
        if self.quota.admit() {
            self.pending.push(line);
        }
        if self.pending.len() >= BATCH {
            self.flush().await;
        }
    }

    /// Writes what is pending. What cannot be written now stays pending: there is never more of it
    /// than the quota.
    pub(super) async fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        match self.write().await {
            Ok(()) => self.pending.clear(),
            Err(error) => {
                tracing::warn!(run = %self.claim.run.id, %error, "log lines could not be written");
            }
        }
    }

    /// After a lost lease nothing is written: the lines are those of nobody's attempt.
    async fn write(&self) -> Result<()> {
        let run = &self.claim.run;
        let tx = self.app.db.begin().await?;
        let now = store::clock::now(&tx).await?;
        if store::leases::append(&tx, run.id, run.fence, now, &self.pending).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Lines that were not kept.
    pub(super) const fn truncated(&self) -> u32 {
        self.quota.truncated()
    }
}
