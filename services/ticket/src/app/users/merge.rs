//! An account was merged into another: what refers to it refers to the survivor from now on.
//!
//! First the merge is noted, so that nothing new comes to refer to the account; then references are
//! moved, some in each transaction. What was moved is counted in the same transactions, and the last
//! one tells identity. A crash at any point loses nothing: the fact comes again, and what is moved
//! already is not found again.

use chamados_chassis::{
    auth::Actor,
    id::{EventId, TenantId, UserId},
};
use chamados_proto::ticket::v1::{TicketReferencesMoved, UserReferences as Counts};
use chamados_store_kit::{
    Tx, inbox, merged,
    outbox::{self, OutboxEvent},
};
use uuid::Uuid;

use super::surviving_actor;
use crate::{
    app::{App, tickets},
    domain::{Command, Ticket, UserReferences},
    error::Result,
    store,
};

/// Name under which taken facts are remembered.
pub const CONSUMER: &str = "ticket.users_merged";

/// A merge, as identity tells it.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The fact.
    pub event: EventId,
    /// Tenant of both accounts.
    pub tenant: TenantId,
    /// The merge.
    pub id: Uuid,
    /// The account that is no more.
    pub from: UserId,
    /// The survivor.
    pub into: UserId,
    /// Who merged them.
    pub by: Actor,
    /// The request that did.
    pub request_id: String,
}

/// Moves everything that refers to the account, and tells identity what that was.
///
/// # Errors
/// [`Error::Store`].
pub async fn merge(app: &App, merge: &Merge) -> Result<()> {
    let tx = app.db.begin().await?;
    merged::record(&tx, merge.tenant, merge.from, merge.into).await?;
    merged::begin_move::<UserReferences>(&tx, merge.tenant, merge.id).await?;
    tx.commit().await?;
    while step(app, merge).await? {}
    Ok(())
}

/// One transaction of it; whether there is more to do.
async fn step(app: &App, merge: &Merge) -> Result<bool> {
    let (tenant, from) = (merge.tenant, merge.from);
    let tx = app.db.begin().await?;
    let mut moved: UserReferences = merged::lock_move(&tx, tenant, merge.id).await?;
    let into = merged::survivor(&tx, tenant, from).await?;
    let by = surviving_actor(&tx, tenant, merge.by.clone()).await?;
    let changed = move_tickets(app, &tx, merge, into, &by, &mut moved).await?;
    let more = !changed.is_empty() || others(&tx, tenant, from, into, &mut moved).await?;
    if more {
        merged::save_move(&tx, tenant, merge.id, &moved).await?;
    } else if inbox::accept(&tx, CONSUMER, merge.event, app.clock.now()).await? {
        tell(app, &tx, merge, moved).await?;
    }
    tx.commit().await?;
    for (before, after) in &changed {
        app.ticket_changed(Some(before), after).await;
    }
    Ok(more)
}

/// Some tickets, each before and after. They change as by any other command, so that their timelines
/// still tell how they came to be what they are.
async fn move_tickets(
    app: &App,
    tx: &Tx,
    merge: &Merge,
    into: UserId,
    by: &Actor,
    moved: &mut UserReferences,
) -> Result<Vec<(Ticket, Ticket)>> {
    let (tenant, from, now) = (merge.tenant, merge.from, app.clock.now());
    let refer = store::references::lock_tickets(tx, tenant, from).await?;
    let mut changed = Vec::with_capacity(refer.len());
    for before in refer {
        moved.tickets_requested += i64::from(before.requester == from);
        moved.tickets_assigned += i64::from(before.assignee == Some(from));
        moved.tickets_watched += i64::from(before.watchers.contains(from));
        let replace = Command::Replace { from, into };
        let Some(change) = before.apply(replace, by.clone(), now)? else { continue };
        tickets::write(tx, &change).await?;
        changed.push((before, change.ticket));
    }
    Ok(changed)
}

/// Some of what is no ticket; whether there was any.
async fn others(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
    moved: &mut UserReferences,
) -> Result<bool> {
    use store::references::{
        move_actors, move_authors, move_chat_messages, move_chats, move_uploaders,
        move_work_sessions,
    };

    let comments = move_authors(tx, tenant, from, into).await?;
    let sessions = move_work_sessions(tx, tenant, from, into).await?;
    let entries = move_actors(tx, tenant, from, into).await?;
    let files = move_uploaders(tx, tenant, from, into).await?;
    let messages = move_chat_messages(tx, tenant, from, into).await?;
    let chats = move_chats(tx, tenant, from, into).await?;
    moved.comments_written += comments;
    moved.work_sessions += sessions;
    moved.chat_messages += messages;
    // Short-lived, and nobody else's business: they are not counted.
    store::drafts::give(tx, tenant, from, into).await?;
    Ok(comments + sessions + entries + files + messages + chats > 0)
}

async fn tell(app: &App, tx: &Tx, merge: &Merge, moved: UserReferences) -> Result<()> {
    let moved = Counts {
        tickets_requested: moved.tickets_requested,
        tickets_assigned: moved.tickets_assigned,
        comments_written: moved.comments_written,
        work_sessions: moved.work_sessions,
        tickets_watched: moved.tickets_watched,
        chat_messages: moved.chat_messages,
    };
    let payload = TicketReferencesMoved { merge_id: merge.id.to_string(), moved: Some(moved) };
    let event = OutboxEvent {
        tenant: merge.tenant,
        subject: merge.from.as_uuid(),
        payload,
        actor: Actor::Service("ticket".to_owned()),
        request_id: &merge.request_id,
        now: app.clock.now(),
    };
    outbox::append(tx, event).await?;
    Ok(())
}
