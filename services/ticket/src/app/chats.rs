//! Live chats: opening, reading and ending them.

mod inactive;
mod messages;

pub use inactive::EndInactiveChats;
pub use messages::{NewMessage, list as list_messages, mark_read, send};

use chamados_chassis::{
    auth::{Actor, Denied, Permission},
    context::CallContext,
    id::TicketId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{
    Tx,
    idempotency::{self, Outcome},
};
use chrono::{DateTime, Utc};

use super::{App, Repeat, remembered, tickets, users};
use crate::{
    domain::{
        Chat, ChatEnd, ChatEnding, ChatId, Rejection, State, Ticket, TicketRef, Visibility, chat,
    },
    error::{Error, Result},
    store::{self, TimeKey},
};

/// Opens a chat on a ticket, or gives the one that is open.
///
/// # Errors
/// [`Error::TicketNotFound`]; [`Error::Denied`] for others than staff and the requester;
/// [`Error::Rejected`] on a resolved ticket.
pub async fn start(app: &App, cx: &CallContext, repeat: Repeat, ticket: TicketId) -> Result<Chat> {
    let tenant = cx.require(Permission::TicketsComment)?;
    let actor = cx.actor()?;
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "chat.start",
        request_id: &repeat.request_id,
    };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    if let Outcome::Replay(answer) = idempotency::begin(&tx, &key, repeat.fingerprint, now).await? {
        return remembered::decode(&answer);
    }
    let by = users::surviving_actor(&tx, tenant, actor.clone()).await?;
    let visibility = Visibility::of(cx.principal());
    let ticket = store::tickets::lock(&tx, tenant, visibility, ticket).await?;
    let ticket = ticket.ok_or(Error::TicketNotFound)?;
    if !chat::may_steer(cx.principal(), &ticket) {
        return Err(Denied::Forbidden.into());
    }
    if let State::Resolved { .. } = ticket.state {
        return Err(Rejection::Resolved.into());
    }
    let newest = store::chats::newest(&tx, tenant, ticket.id).await?;
    let (chat, is_new) = match newest {
        Some(open) if open.end.is_none() => (open, false),
        earlier => {
            let chat = Chat::start(&ticket, earlier.as_ref(), by, now);
            store::chats::insert(&tx, tenant, &chat).await?;
            let entry = chat.start_entry(ticket.version);
            store::timeline::append(&tx, tenant, ticket.id, &entry).await?;
            (chat, true)
        }
    };
    idempotency::finish(&tx, &key, remembered::encode(&chat)?).await?;
    tx.commit().await?;
    if is_new {
        app.chat_began_or_ended(&ticket, chat.id).await;
    }
    Ok(chat)
}

/// Ends a chat. One that has ended stays as it is.
///
/// # Errors
/// [`Error::ChatNotFound`]; [`Error::Denied`] for others than staff and the requester.
pub async fn end(app: &App, cx: &CallContext, repeat: Repeat, id: ChatId) -> Result<Chat> {
    let tenant = cx.require(Permission::TicketsComment)?;
    let actor = cx.actor()?;
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "chat.end",
        request_id: &repeat.request_id,
    };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    if let Outcome::Replay(answer) = idempotency::begin(&tx, &key, repeat.fingerprint, now).await? {
        return remembered::decode(&answer);
    }
    let by = users::surviving_actor(&tx, tenant, actor.clone()).await?;
    let visibility = Visibility::of(cx.principal());
    let known = store::chats::get(&tx, tenant, visibility, id).await?.ok_or(Error::ChatNotFound)?;
    let ticket = store::tickets::lock(&tx, tenant, visibility, known.ticket).await?;
    let ticket = ticket.ok_or(Error::ChatNotFound)?;
    if !chat::may_steer(cx.principal(), &ticket) {
        return Err(Denied::Forbidden.into());
    }
    // Only the newest chat of a ticket can be open, and the ticket's lock keeps it the newest.
    let newest = store::chats::newest(&tx, tenant, ticket.id).await?;
    let ended = match newest.filter(|chat| chat.id == id) {
        Some(_) => end_open(&tx, &ticket, by, ChatEnding::Closed, now).await?,
        None => None,
    };
    let is_new = ended.is_some();
    let chat = match ended {
        Some(chat) => chat,
        None => store::chats::get(&tx, tenant, visibility, id).await?.ok_or(Error::ChatNotFound)?,
    };
    idempotency::finish(&tx, &key, remembered::encode(&chat)?).await?;
    tx.commit().await?;
    if is_new {
        app.chat_began_or_ended(&ticket, chat.id).await;
    }
    Ok(chat)
}

/// Ends the open chat, if any, of a ticket that is locked.
pub(super) async fn end_open(
    tx: &Tx,
    ticket: &Ticket,
    by: Actor,
    ending: ChatEnding,
    now: DateTime<Utc>,
) -> Result<Option<Chat>> {
    let Some(open) = store::chats::lock_open(tx, ticket.tenant, ticket.id).await? else {
        return Ok(None);
    };
    close(tx, ticket, open, by, ending, now).await.map(Some)
}

/// Ends a chat that is open and locked, as its ticket is.
async fn close(
    tx: &Tx,
    ticket: &Ticket,
    open: Chat,
    by: Actor,
    ending: ChatEnding,
    now: DateTime<Utc>,
) -> Result<Chat> {
    let at = now.max(open.active_at).max(ticket.updated_at);
    let end = ChatEnd { by, at, ending };
    if !store::chats::end(tx, ticket.tenant, open.id, &end).await? {
        return Err(Error::ChatEnded);
    }
    let entry = open.end_entry(&end, ticket.version);
    store::timeline::append(tx, ticket.tenant, ticket.id, &entry).await?;
    Ok(Chat { end: Some(end), ..open })
}

/// Chats of a ticket the caller may see, newest first.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    ticket: TicketId,
    page: &PageRequest<TimeKey>,
) -> Result<Page<Chat>> {
    let ticket = tickets::get(app, cx, TicketRef::Id(ticket)).await?;
    Ok(store::chats::list(app.db.read(), ticket.tenant, ticket.id, page).await?)
}
