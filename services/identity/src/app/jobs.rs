//! Scheduled work.

use chamados_store_kit::jobs::{Context, Done, Job, JobError};

use crate::{
    domain::{invite, mail, reset, service_account, session, throttle},
    store,
};

/// Removes what is over: sessions, counted sign-ins, resets, sent e-mail, old invites and keys.
#[derive(Debug, Clone, Copy)]
pub struct PurgeExpired;

#[tonic::async_trait]
impl Job for PurgeExpired {
    fn name(&self) -> &'static str {
        "identity.purge_expired"
    }

    fn description(&self) -> &'static str {
        "Removes expired sessions, used links, sent e-mail, old invites and keys"
    }

    async fn run(&self, Context { db, now, .. }: Context) -> Result<Done, JobError> {
        let tx = db.begin().await?;
        let sessions =
            store::sessions::purge(&tx, now - session::IDLE, now - session::LIFETIME).await?;
        let failures = store::sign_in_failures::purge(&tx, now - throttle::WINDOW).await?;
        let resets = store::resets::purge(&tx, now - reset::VALIDITY).await?;
        let mails = store::mails::purge(&tx, now - mail::RETENTION).await?;
        let invites = store::invites::purge(&tx, now - invite::RETENTION).await?;
        let keys = store::api_keys::purge(&tx, now - service_account::KEPT_AFTER_END).await?;
        let figures = [
            ("sessions", sessions),
            ("failures", failures),
            ("resets", resets),
            ("mails", mails),
            ("invites", invites),
            ("keys", keys),
        ];
        let total: u64 = figures.iter().map(|(_, count)| count).sum();
        let summary = format!("{total} expired rows removed");
        Ok(Done::new(tx, summary).with_line("purged", "Expired rows removed", &figures))
    }
}
