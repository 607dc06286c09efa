//! Changing a ticket: every command goes the same way, in one transaction.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{TenantId, TicketId},
};
use chamados_store_kit::{
    StoreError, Tx,
    idempotency::{self, Outcome},
};

use super::facts;
use crate::{
    app::{App, Repeat, users},
    domain::{
        Change, Command, Comment, CommentId, CommentVisibility, Edit, EntryKind, Note, PauseReason,
        RichText, SessionEffect, Ticket, Visibility,
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

/// Encerrar. A message becomes a public comment.
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
    let work = Work::new(tenant, "ticket.resolve", request, Command::Resolve { comment });
    Work { message, ..work }.run(app, cx).await
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
}

impl Work {
    pub(super) fn new(
        tenant: TenantId,
        method: &'static str,
        request: Transition,
        command: Command,
    ) -> Self {
        Self { tenant, method, request, command, message: RichText::default() }
    }

    pub(super) async fn run(self, app: &App, cx: &CallContext) -> Result<Ticket> {
        let Self { tenant, method, request, command, message } = self;
        let Transition { repeat, ticket: id, version } = request;
        let actor = cx.actor()?;
        let request_id = &repeat.request_id;
        let key = idempotency::Key { tenant, actor: &actor, method, request_id };
        let now = app.clock.now();
        let tx = app.db.begin().await?;
        let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
        if let Outcome::Replay(answer) = outcome {
            return decode(&answer);
        }
        let command = users::surviving_command(&tx, tenant, command).await?;
        let by = users::surviving_actor(&tx, tenant, actor.clone()).await?;
        let visibility = Visibility::of(cx.principal());
        let before = store::tickets::lock(&tx, tenant, visibility, id).await?;
        let before = before.ok_or(Error::TicketNotFound)?;
        if version != 0 && version != before.version {
            return Err(Error::StaleVersion);
        }
        require_queue(&tx, tenant, &command).await?;
        let change = before.apply(command, by, now)?;
        if let Some(change) = &change {
            save(&tx, cx, change, message).await?;
        }
        let ticket = change.map_or_else(|| before.clone(), |change| change.ticket);
        idempotency::finish(&tx, &key, encode(&ticket)?).await?;
        tx.commit().await?;
        if ticket.version != before.version {
            app.ticket_changed(Some(&before), &ticket).await;
        }
        Ok(ticket)
    }
}

async fn require_queue(tx: &Tx, tenant: TenantId, command: &Command) -> Result<()> {
    match command {
        Command::Update(edit) => match **edit {
            Edit { queue: Some(id), .. } if !store::queues::exists(tx, tenant, id).await? => {
                Err(Error::QueueNotFound)
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn save(tx: &Tx, cx: &CallContext, change: &Change, message: RichText) -> Result<()> {
    let Change { ticket, entry, .. } = change;
    let (tenant, id) = (ticket.tenant, ticket.id);
    if let Some(comment) = entry.comment {
        let comment = Comment {
            id: comment,
            ticket: id,
            author: entry.actor.clone(),
            visibility: CommentVisibility::Public,
            body: message,
            created_at: entry.at,
        };
        store::comments::insert(tx, tenant, &comment).await?;
    }
    write(tx, change).await?;
    if entry.kind == EntryKind::Resolved {
        facts::resolved(tx, cx, ticket, entry.actor.clone()).await?;
    }
    Ok(())
}

/// Writes a change over the version before it: the row, its work session and its timeline.
///
/// # Errors
/// [`Error::StaleVersion`], [`Error::Store`].
pub(in crate::app) async fn write(tx: &Tx, change: &Change) -> Result<()> {
    let Change { ticket, entry, session } = change;
    let (tenant, id) = (ticket.tenant, ticket.id);
    if !store::tickets::update(tx, ticket).await? {
        return Err(Error::StaleVersion);
    }
    match *session {
        SessionEffect::None => {}
        SessionEffect::Open { user, at } => {
            store::work_sessions::open(tx, tenant, id, user, at).await?;
        }
        SessionEffect::Close { at } => store::work_sessions::close(tx, tenant, id, at).await?,
    }
    store::timeline::append(tx, tenant, id, entry).await?;
    Ok(())
}

/// A ticket as the answer that a repeated request gets again. It is remembered for a day, also over
/// an upgrade: a field that comes later needs a default.
pub(super) fn encode(ticket: &Ticket) -> Result<Vec<u8>> {
    let encoded = serde_json::to_vec(ticket);
    encoded.map_err(|error| StoreError::Corrupt(format!("remembered ticket: {error}")).into())
}

pub(super) fn decode(answer: &[u8]) -> Result<Ticket> {
    let decoded = serde_json::from_slice(answer);
    decoded.map_err(|error| StoreError::Corrupt(format!("remembered ticket: {error}")).into())
}
