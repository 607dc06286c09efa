//! Scheduled work.

use chamados_store_kit::jobs::{Context, Done, Job, JobError, housekeeping};
use chrono::TimeDelta;

use super::{App, usb_policies};
use crate::{presence, store};

/// How long a revoked token is told from an unknown one.
const REVOKED_RETENTION: TimeDelta = TimeDelta::days(90);

/// Makes the records of presence right where a crash left them behind.
pub struct SettlePresence {
    /// The service.
    pub app: App,
}

#[tonic::async_trait]
impl Job for SettlePresence {
    fn name(&self) -> &'static str {
        "device.settle_presence"
    }

    fn description(&self) -> &'static str {
        "Writes presence that a crash left behind"
    }

    async fn run(&self, Context { db, .. }: Context) -> Result<Done, JobError> {
        let swept = presence::settle(&self.app).await?;
        let figures = [
            ("online", swept.online),
            ("offline", swept.offline),
            ("unknown", swept.unknown),
            ("unstable", swept.unstable),
        ];
        let moved: u64 = figures.iter().map(|(_, count)| count).sum();
        Ok(Done::new(db.begin().await?, format!("{moved} devices changed their presence"))
            .with_line("presence_settled", "Records and hot store compared", &figures))
    }
}

/// Gives up policies for USB storage that no agent answered.
pub struct ExpireUsbPolicies {
    /// The service.
    pub app: App,
}

#[tonic::async_trait]
impl Job for ExpireUsbPolicies {
    fn name(&self) -> &'static str {
        "device.expire_usb_policies"
    }

    fn description(&self) -> &'static str {
        "Gives up USB policies that no agent answered in time"
    }

    async fn run(&self, Context { db, now, .. }: Context) -> Result<Done, JobError> {
        let expired = usb_policies::expire(&self.app, now).await?;
        let summary = format!("{expired} USB policies that no agent answered were given up");
        Ok(Done::new(db.begin().await?, summary).with_line(
            "usb_policies_expired",
            "USB policies that no agent answered in time",
            &[("policies", expired)],
        ))
    }
}

/// Forgets what the tables need no longer.
#[derive(Debug, Clone, Copy)]
pub struct PurgeProcessed;

#[tonic::async_trait]
impl Job for PurgeProcessed {
    fn name(&self) -> &'static str {
        "device.purge_processed"
    }

    fn description(&self) -> &'static str {
        "Forgets remembered requests, delivered events and revoked tokens past their time"
    }

    async fn run(&self, context: Context) -> Result<Done, JobError> {
        let before = context.now - REVOKED_RETENTION;
        let base = housekeeping::PurgeProcessed { name: self.name() };
        let done = base.run(context).await?;
        let tokens = store::tokens::purge_revoked(&done.tx, before).await?;
        Ok(done.with_line(
            "tokens_forgotten",
            "Revoked tokens past their time",
            &[("tokens", tokens)],
        ))
    }
}
