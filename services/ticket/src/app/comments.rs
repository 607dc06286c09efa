//! The conversation of a ticket.

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    id::TicketId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{
    StoreError,
    idempotency::{self, Outcome},
};

use super::{App, Repeat, attachments, mentions, tickets, users};
use crate::{
    domain::{
        AttachmentId, Comment, CommentId, CommentVisibility, Place, RichText, TicketRef, Visibility,
    },
    error::{Error, Result},
    store::{self, TimeKey},
};

/// A comment as somebody writes it.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// Tells a repeat.
    pub repeat: Repeat,
    /// On which ticket.
    pub ticket: TicketId,
    /// What it says.
    pub body: RichText,
    /// Who may read it.
    pub visibility: CommentVisibility,
    /// Files that come with it.
    pub attachments: Vec<AttachmentId>,
}

/// Adds a comment. Those of the staff whom it mentions watch the ticket from then on.
///
/// # Errors
/// [`Error::TicketNotFound`]; [`Error::Denied`] for internal comments by others than staff;
/// [`Error::Rejected`] on a resolved ticket, and for staff on one without assignee;
/// [`Error::AttachmentNotFound`].
pub async fn create(app: &App, cx: &CallContext, input: NewComment) -> Result<Comment> {
    let tenant = cx.require(match input.visibility {
        CommentVisibility::Public => Permission::TicketsComment,
        CommentVisibility::Internal => Permission::TicketsCommentInternal,
    })?;
    let actor = cx.actor()?;
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "comment.create",
        request_id: &input.repeat.request_id,
    };
    let mentioned = mentions::of(app, cx, &input.body).await?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, input.repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        let known = store::comments::get(&tx, tenant, idempotency::replayed_id(&answer)?).await?;
        return Ok(known.ok_or_else(|| StoreError::Corrupt("remembered comment: gone".to_owned()))?);
    }
    let author = users::surviving_actor(&tx, tenant, actor.clone()).await?;
    let mentioned = mentions::survivors(&tx, tenant, mentioned).await?;
    let visibility = Visibility::of(cx.principal());
    let ticket = store::tickets::lock(&tx, tenant, visibility, input.ticket).await?;
    let ticket = ticket.ok_or(Error::TicketNotFound)?;
    ticket.accepts_comment(cx.principal().is_staff())?;
    let mut comment = Comment {
        id: CommentId::new(),
        ticket: ticket.id,
        author,
        visibility: input.visibility,
        body: input.body,
        attachments: Vec::new(),
        created_at: now.max(ticket.updated_at),
    };
    store::comments::insert(&tx, &ticket, &comment).await?;
    // With the comment, so that whoever leaves at once does not find it as a draft again.
    if let Actor::User(user) = &comment.author {
        let body = comment.body.to_string();
        store::drafts::delete_sent(&tx, tenant, *user, ticket.id, &body).await?;
    }
    if !input.attachments.is_empty() {
        let internal = comment.visibility == CommentVisibility::Internal;
        let place = Place { ticket: ticket.id, comment: Some(comment.id), internal };
        attachments::attach(&tx, tenant, &actor, &input.attachments, place).await?;
        let known = store::comments::get(&tx, tenant, comment.id).await?;
        comment.attachments = known.map(|known| known.attachments).unwrap_or_default();
    }
    store::timeline::append(&tx, tenant, ticket.id, &comment.entry(ticket.version)).await?;
    let by = &comment.author;
    let after = mentions::watch(&tx, &ticket, &mentioned, by, comment.created_at).await?;
    if comment.visibility == CommentVisibility::Public && cx.principal().is_staff() {
        store::figures::respond(&tx, &ticket, comment.created_at).await?;
    }
    // Comments never change, so their id is answer enough.
    idempotency::finish(&tx, &key, comment.id.as_uuid().as_bytes().to_vec()).await?;
    tx.commit().await?;
    match comment.visibility {
        CommentVisibility::Internal if after.version == ticket.version => {
            app.ticket_changed_for_staff(&ticket).await;
        }
        // Who watches is for all to see; that there was a note is not.
        _ => app.ticket_changed(Some(&ticket), &after).await,
    }
    app.mentioned(&after, &mentioned).await;
    Ok(comment)
}

/// Comments on a ticket the caller may see, oldest first.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    ticket: TicketId,
    page: &PageRequest<TimeKey>,
) -> Result<Page<Comment>> {
    let ticket = tickets::get(app, cx, TicketRef::Id(ticket)).await?;
    let visibility = Visibility::of(cx.principal());
    let db = app.db.read();
    Ok(store::comments::list(db, ticket.tenant, visibility, ticket.id, page).await?)
}
