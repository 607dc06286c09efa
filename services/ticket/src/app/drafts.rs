//! What people have begun to write and not sent. Only who writes it ever sees it.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{TenantId, TicketId, UserId},
};
use chamados_store_kit::merged;

use super::{App, tickets};
use crate::{
    domain::{CommentVisibility, Sketch, SketchKind, TicketRef},
    error::{Error, Result},
    store,
};

/// Writes a draft over the one before. It may be begun where it could not be sent now: a ticket may get
/// an assignee, or be reopened, meanwhile.
///
/// # Errors
/// [`Error::Denied`] for what the caller may never send, [`Error::PersonRequired`],
/// [`Error::TicketNotFound`].
pub async fn save(app: &App, cx: &CallContext, sketch: Sketch) -> Result<Sketch> {
    let tenant = cx.require(permission(&sketch))?;
    let (_, user) = person_on(app, cx, sketch.ticket).await?;
    let sketch = Sketch { updated_at: app.clock.now(), ..sketch };
    let tx = app.db.begin().await?;
    let user = merged::survivor(&tx, tenant, user).await?;
    store::drafts::save(&tx, tenant, user, &sketch).await?;
    tx.commit().await?;
    Ok(sketch)
}

/// The caller's drafts on a ticket, at most one a kind.
///
/// # Errors
/// [`Error::PersonRequired`], [`Error::TicketNotFound`].
pub async fn list(app: &App, cx: &CallContext, ticket: TicketId) -> Result<Vec<Sketch>> {
    let (tenant, user) = person_on(app, cx, ticket).await?;
    Ok(store::drafts::list(app.db.read(), tenant, user, ticket).await?)
}

/// Throws a draft away; one that is not there is none already.
///
/// # Errors
/// [`Error::PersonRequired`], [`Error::TicketNotFound`].
pub async fn delete(app: &App, cx: &CallContext, ticket: TicketId, kind: SketchKind) -> Result<()> {
    let (tenant, user) = person_on(app, cx, ticket).await?;
    let tx = app.db.begin().await?;
    let user = merged::survivor(&tx, tenant, user).await?;
    store::drafts::delete(&tx, tenant, user, ticket, kind).await?;
    tx.commit().await?;
    Ok(())
}

/// What it takes to send what a draft is to become.
fn permission(sketch: &Sketch) -> Permission {
    match (sketch.kind, sketch.visibility) {
        (SketchKind::Comment, CommentVisibility::Public) => Permission::TicketsComment,
        (SketchKind::Comment, CommentVisibility::Internal) => Permission::TicketsCommentInternal,
        (SketchKind::Closing | SketchKind::Facts, _) => Permission::TicketsWork,
    }
}

/// The caller, who must be a person that sees the ticket.
async fn person_on(app: &App, cx: &CallContext, ticket: TicketId) -> Result<(TenantId, UserId)> {
    cx.require(Permission::TicketsRead)?;
    let user = cx.principal().user().ok_or(Error::PersonRequired)?;
    let ticket = tickets::get(app, cx, TicketRef::Id(ticket)).await?;
    Ok((ticket.tenant, user))
}
