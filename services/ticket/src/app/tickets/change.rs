//! Changing a ticket: every command goes the same way, in one transaction.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{TenantId, TicketId, UserId},
};
use chamados_store_kit::{
    Tx,
    idempotency::{self, Outcome},
};
use chrono::{DateTime, Utc};

use super::facts;
use crate::{
    app::{App, Repeat, chats, mentions, remembered, users},
    domain::{
        Change, ChatEnding, ChatId, Command, Comment, CommentId, CommentVisibility, EntryKind,
        Note, PauseReason, RichText, SessionEffect, Ticket, Visibility,
    },
    error::{Error, Result},
    store,
};

/// Which ticket is to change, and on what condition.
#[derive(Debug, Clone)]
pub struct Transition {
    /// Tells a repeat.
    pub repeat: Repeat,
    /// Which.
    pub ticket: TicketId,
    /// The version it must have; 0 for whichever it has.
    pub version: i64,
}

/// Play: somebody works on it from now on.
///
/// # Errors
/// [`Error::PersonRequired`] for automation, [`Error::TicketNotFound`], [`Error::StaleVersion`],
/// [`Error::Rejected`].
pub async fn start(app: &App, cx: &CallContext, request: Transition) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsWork)?;
    let by = cx.principal().user().ok_or(Error::PersonRequired)?;
    Work::new(tenant, "ticket.start", request, Command::Start { by }).run(app, cx).await
}

/// Pause: work stops, for a reason.
///
/// # Errors
/// [`Error::TicketNotFound`], [`Error::StaleVersion`], [`Error::Rejected`].
pub async fn pause(
    app: &App,
    cx: &CallContext,
    request: Transition,
    reason: PauseReason,
    note: Note,
) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsWork)?;
    Work::new(tenant, "ticket.pause", request, Command::Pause { reason, note }).run(app, cx).await
}

/// Encerrar. A message becomes a public comment; those of the staff whom it mentions watch the ticket.
///
/// # Errors
/// [`Error::TicketNotFound`], [`Error::StaleVersion`], [`Error::Rejected`].
pub async fn resolve(
    app: &App,
    cx: &CallContext,
    request: Transition,
    message: RichText,
) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsWork)?;
    let comment = (!message.is_empty()).then(CommentId::new);
    let mentioned = mentions::of(app, cx, &message).await?;
    let work = Work::new(tenant, "ticket.resolve", request, Command::Resolve { comment });
    Work { message, mentioned, ..work }.run(app, cx).await
}

/// Makes a resolved ticket pending again.
///
/// # Errors
/// [`Error::TicketNotFound`], [`Error::StaleVersion`], [`Error::Rejected`].
pub async fn reopen(
    app: &App,
    cx: &CallContext,
    request: Transition,
    reason: Note,
) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsReopen)?;
    let by_staff = cx.principal().is_staff();
    let command = Command::Reopen { reason, by_staff };
    Work::new(tenant, "ticket.reopen", request, command).run(app, cx).await
}

/// A command on its way to a ticket.
pub(super) struct Work {
    tenant: TenantId,
    method: &'static str,
    request: Transition,
    command: Command,
    message: RichText,
    mentioned: Vec<UserId>,
}

impl Work {
    pub(super) fn new(
        tenant: TenantId,
        method: &'static str,
        request: Transition,
        command: Command,
    ) -> Self {
        let (message, mentioned) = (RichText::default(), Vec::new());
        Self { tenant, method, request, command, message, mentioned }
    }

    pub(super) async fn run(self, app: &App, cx: &CallContext) -> Result<Ticket> {
        let Self { tenant, method, request, command, message, mentioned } = self;
        let Transition { repeat, ticket: id, version } = request;
        let actor = cx.actor()?;
        let request_id = &repeat.request_id;
        let key = idempotency::Key { tenant, actor: &actor, method, request_id };
        let now = app.clock.now();
        let tx = app.db.begin().await?;
        let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
        if let Outcome::Replay(answer) = outcome {
            return remembered::decode(&answer);
        }
        let mentioned = mentions::survivors(&tx, tenant, mentioned).await?;
        let by = users::surviving_actor(&tx, tenant, actor.clone()).await?;
        let target = Target { tenant, id, version };
        let (before, change) = decide(&tx, cx, &target, command, now).await?;
        let mut ended = None;
        if let Some(change) = &change {
            ended = save_with(&tx, cx, change, message).await?;
        }
        let ticket = change.map_or_else(|| before.clone(), |change| change.ticket);
        let ticket = mentions::watch(&tx, &ticket, &mentioned, &by, now).await?;
        idempotency::finish(&tx, &key, remembered::encode(&ticket)?).await?;
        tx.commit().await?;
        if ticket.version != before.version {
            app.ticket_changed(Some(&before), &ticket).await;
            app.mentioned(&ticket, &mentioned).await;
        }
        if let Some(chat) = ended {
            app.chat_changed(&ticket, chat).await;
        }
        Ok(ticket)
    }
}

/// The ticket a command is for.
pub(super) struct Target {
    pub(super) tenant: TenantId,
    pub(super) id: TicketId,
    /// The version it must have; 0 for whichever it has.
    pub(super) version: i64,
}

/// What a command makes of a ticket, and the ticket before it, which no other writer changes until the
/// transaction ends. Writes nothing.
pub(super) async fn decide(
    tx: &Tx,
    cx: &CallContext,
    target: &Target,
    command: Command,
    now: DateTime<Utc>,
) -> Result<(Ticket, Option<Change>)> {
    let &Target { tenant, id, version } = target;
    let command = users::surviving_command(tx, tenant, command).await?;
    let by = users::surviving_actor(tx, tenant, cx.actor()?).await?;
    let before = store::tickets::lock(tx, tenant, Visibility::of(cx.principal()), id).await?;
    let before = before.ok_or(Error::TicketNotFound)?;
    if version != 0 && version != before.version {
        return Err(Error::StaleVersion(before.version));
    }
    require_lists(tx, &before, &command).await?;
    let change = before.apply(command, by, now)?;
    Ok((before, change))
}

/// Nothing, when the queue and the category a ticket is to get are offered. Those it has it may keep.
async fn require_lists(tx: &Tx, before: &Ticket, command: &Command) -> Result<()> {
    let Command::Update(edit) = command else { return Ok(()) };
    let tenant = before.tenant;
    if let Some(id) = edit.queue.filter(|id| *id != before.queue)
        && !store::queues::is_offered(tx, tenant, id).await?
    {
        return Err(Error::QueueNotFound);
    }
    if let Some(id) = edit.category.flatten().filter(|id| Some(*id) != before.category)
        && !store::categories::is_offered(tx, tenant, id).await?
    {
        return Err(Error::CategoryNotFound);
    }
    Ok(())
}

/// Writes a change that a person asked for: what [`write`] does, and the fact where it is one.
pub(in crate::app) async fn save(tx: &Tx, cx: &CallContext, change: &Change) -> Result<()> {
    save_with(tx, cx, change, RichText::default()).await.map(drop)
}

/// The same with a closing message; the chat that ended with it, if any.
async fn save_with(
    tx: &Tx,
    cx: &CallContext,
    change: &Change,
    message: RichText,
) -> Result<Option<ChatId>> {
    let Change { ticket, entry, .. } = change;
    let id = ticket.id;
    if let Some(comment) = entry.comment {
        let comment = Comment {
            id: comment,
            ticket: id,
            author: entry.actor.clone(),
            visibility: CommentVisibility::Public,
            body: message,
            attachments: Vec::new(),
            created_at: entry.at,
        };
        store::comments::insert(tx, ticket, &comment).await?;
        store::figures::respond(tx, ticket, entry.at).await?;
    }
    write(tx, change).await?;
    if entry.kind != EntryKind::Resolved {
        return Ok(None);
    }
    facts::resolved(tx, cx, ticket, entry.actor.clone()).await?;
    let (by, at) = (entry.actor.clone(), entry.at);
    let chat = chats::end_open(tx, ticket, by, ChatEnding::Resolved, at).await?;
    Ok(chat.map(|chat| chat.id))
}

/// Writes a change over the version before it: the row, its work session, its timeline and what it
/// adds to the figures.
///
/// # Errors
/// [`Error::StaleVersion`], [`Error::Store`].
pub(in crate::app) async fn write(tx: &Tx, change: &Change) -> Result<()> {
    let Change { ticket, entry, session, figures } = change;
    let (tenant, id) = (ticket.tenant, ticket.id);
    if !store::tickets::update(tx, ticket, &entry.changes).await? {
        return Err(Error::StaleVersion(ticket.version));
    }
    match *session {
        SessionEffect::None => {}
        SessionEffect::Open { user, at } => {
            store::work_sessions::open(tx, tenant, id, user, at).await?;
        }
        SessionEffect::Close { at, seconds } => {
            store::work_sessions::close(tx, tenant, id, at, seconds).await?;
        }
    }
    store::timeline::append(tx, tenant, id, entry).await?;
    store::figures::add(tx, tenant, figures).await?;
    Ok(())
}
