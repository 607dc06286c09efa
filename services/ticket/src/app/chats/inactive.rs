//! Ending chats nobody writes in.

use chamados_chassis::{
    auth::Actor,
    id::{TenantId, TicketId},
};
use chamados_store_kit::jobs;
use chrono::{DateTime, TimeDelta, Utc};

use super::close;
use crate::{
    app::App,
    domain::{ChatEnding, Visibility},
    error::{Error, Result},
    store,
};

/// The job that ends chats nobody writes in.
pub struct EndInactiveChats(pub App);

#[tonic::async_trait]
impl jobs::Job for EndInactiveChats {
    fn name(&self) -> &'static str {
        "ticket.end_inactive_chats"
    }

    fn description(&self) -> &'static str {
        "Ends live chats nobody writes in"
    }

    async fn run(&self, context: jobs::Context) -> Result<jobs::Done, jobs::JobError> {
        /// Chats looked for at a time.
        const BATCH: u64 = 100;

        let idle = TimeDelta::minutes(self.0.config.chat_idle_minutes.into());
        let before = context.now - idle;
        let mut ended = 0;
        loop {
            let silent = store::chats::silent(context.db.read(), before, BATCH).await?;
            for (tenant, ticket) in &silent {
                ended += u64::from(end(&self.0, *tenant, *ticket, before, context.now).await?);
            }
            // What was found has ended or was written in, so it is not found again.
            if (silent.len() as u64) < BATCH {
                break;
            }
        }
        let tx = context.db.begin().await?;
        let done = jobs::Done::new(tx, format!("{ended} chats nobody wrote in ended"));
        Ok(done.with_line("ended", "Live chats nobody wrote in", &[("chats", ended)]))
    }
}

/// Ends the ticket's chat unless somebody wrote meanwhile; whether it did. Each in a transaction of its
/// own, so that nobody waits for more than one.
async fn end(
    app: &App,
    tenant: TenantId,
    ticket: TicketId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let tx = app.db.begin().await?;
    let ticket = store::tickets::lock(&tx, tenant, Visibility::All, ticket).await?;
    let ticket = ticket.ok_or(Error::TicketNotFound)?;
    let open = store::chats::lock_open(&tx, tenant, ticket.id).await?;
    let Some(open) = open.filter(|chat| chat.active_at < before) else { return Ok(false) };
    let by = Actor::Service("ticket".to_owned());
    let chat = close(&tx, &ticket, open, by, ChatEnding::Inactive, now).await?;
    tx.commit().await?;
    app.chat_began_or_ended(&ticket, chat.id).await;
    Ok(true)
}
