//! A person left the tenant: their open tickets become nobody's, and nobody works on one in their name.

use chamados_chassis::{
    auth::Actor,
    id::{EventId, TenantId, UserId},
};
use chamados_store_kit::{Tx, inbox};
use chrono::{DateTime, Utc};

use super::surviving_actor;
use crate::{
    app::{App, tickets},
    domain::{Command, Note, PauseReason, State, Ticket},
    error::Result,
    store,
};

/// Name under which taken facts are remembered.
pub const CONSUMER: &str = "ticket.user_moved";

/// Why the work on a ticket stopped, in its timeline.
const NOTE: &str = "The person who worked on it left the organisation.";

/// A person's departure, as identity tells it.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The fact.
    pub event: EventId,
    /// The tenant they left.
    pub tenant: TenantId,
    /// Who left.
    pub user: UserId,
    /// Who moved them.
    pub by: Actor,
}

/// Takes the person off every open ticket, some in each transaction; the last one remembers the fact,
/// so that it takes nothing from somebody who came back.
///
/// # Errors
/// [`crate::Error::Store`].
pub async fn depart(app: &App, departure: &Departure) -> Result<()> {
    while step(app, departure).await? {}
    Ok(())
}

async fn step(app: &App, departure: &Departure) -> Result<bool> {
    let (tenant, user, now) = (departure.tenant, departure.user, app.clock.now());
    let tx = app.db.begin().await?;
    if inbox::is_accepted(&tx, CONSUMER, departure.event).await? {
        return Ok(false);
    }
    let actor = surviving_actor(&tx, tenant, departure.by.clone()).await?;
    let open = store::references::lock_held(&tx, tenant, user).await?;
    let more = !open.is_empty();
    let mut changed = Vec::with_capacity(open.len());
    for before in open {
        let after = release(&tx, &before, user, &actor, now).await?;
        changed.push((before, after));
    }
    if !more {
        store::drafts::delete_all(&tx, tenant, user).await?;
        inbox::accept(&tx, CONSUMER, departure.event, now).await?;
    }
    tx.commit().await?;
    for (before, after) in &changed {
        app.ticket_changed(Some(before), after).await;
    }
    Ok(more)
}

/// Pauses the ticket when it is in progress, and takes the person off it.
async fn release(
    tx: &Tx,
    ticket: &Ticket,
    user: UserId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let mut ticket = ticket.clone();
    if matches!(ticket.state, State::InProgress { .. }) {
        let note = Note::parse(NOTE).unwrap_or_default();
        let pause = Command::Pause { reason: PauseReason::Other, note };
        ticket = apply(tx, ticket, pause, actor, now).await?;
    }
    if ticket.assignee == Some(user) {
        ticket = apply(tx, ticket, Command::Assign { assignee: None }, actor, now).await?;
    }
    Ok(ticket)
}

async fn apply(
    tx: &Tx,
    before: Ticket,
    command: Command,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    match before.apply(command, actor.clone(), now)? {
        Some(change) => {
            tickets::write(tx, &change).await?;
            Ok(change.ticket)
        }
        None => Ok(before),
    }
}
