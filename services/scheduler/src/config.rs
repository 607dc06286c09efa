//! How the scheduler's loops run. The defaults are meant for production; tests make them shorter.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

/// Configuration of the scheduler.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Milliseconds between two looks for schedules that are due, and for runs to claim.
    pub poll_ms: u64,
    /// Milliseconds between two looks for leases that have run out.
    pub reap_ms: u64,
    /// Milliseconds a claim holds without being renewed. A run of a replica that died is given to
    /// another after this.
    pub lease_ms: u64,
    /// Milliseconds between two renewals; at most a third of the lease.
    pub renew_ms: u64,
    /// Runs a replica works on at once.
    pub concurrency: u32,
    /// Milliseconds that runs may go on after the process was asked to stop. What is not done by
    /// then goes back, for another replica or the next start.
    pub drain_ms: u64,
    /// Where archives are put; `exports` in the data directory when absent. With `ticket.attachment_bucket`
    /// they are in that bucket, below `exports`.
    pub export_directory: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            poll_ms: 1_000,
            reap_ms: 5_000,
            lease_ms: 30_000,
            renew_ms: 10_000,
            concurrency: 16,
            drain_ms: 10_000,
            export_directory: None,
        }
    }
}

impl Config {
    pub(crate) const fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    pub(crate) const fn reap(&self) -> Duration {
        Duration::from_millis(self.reap_ms)
    }

    pub(crate) const fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms)
    }

    pub(crate) const fn renew(&self) -> Duration {
        Duration::from_millis(self.renew_ms)
    }

    pub(crate) const fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}
