//! Reading tickets.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::TicketId,
    page::{Page, PageRequest},
};

use crate::{
    app::App,
    domain::{RecordedEntry, Ticket, TicketFilter, TicketRef, TicketSort, Visibility, WorkSession},
    error::{Error, Result},
    store::{self, ListKey, TimeKey, timeline::EntryKey},
};

/// One ticket.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn get(app: &App, cx: &CallContext, which: TicketRef) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let visibility = Visibility::of(cx.principal());
    let ticket = store::tickets::get(app.db.read(), tenant, visibility, which).await?;
    ticket.ok_or(Error::TicketNotFound)
}

/// Tickets that match, in the order wanted.
///
/// # Errors
/// [`crate::Error`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    filter: &TicketFilter,
    sort: TicketSort,
    page: &PageRequest<ListKey>,
) -> Result<Page<Ticket>> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let visibility = Visibility::of(cx.principal());
    Ok(store::listing::list(app.db.read(), tenant, visibility, filter, sort, page).await?)
}

/// Every change of a ticket the caller may see, without what staff said to each other, that made a version above `above`, oldest first.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn list_timeline(
    app: &App,
    cx: &CallContext,
    ticket: TicketId,
    above: i64,
    page: &PageRequest<EntryKey>,
) -> Result<Page<RecordedEntry>> {
    let ticket = get(app, cx, TicketRef::Id(ticket)).await?;
    let visibility = Visibility::of(cx.principal());
    let db = app.db.read();
    let mut page =
        store::timeline::list(db, ticket.tenant, visibility, ticket.id, above, page).await?;
    if !visibility.includes_internal() {
        page.items.iter_mut().for_each(|recorded| recorded.entry.keep_from_requester());
    }
    Ok(page)
}

/// Who worked on a ticket and when, oldest first.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn list_work_sessions(
    app: &App,
    cx: &CallContext,
    ticket: TicketId,
    page: &PageRequest<TimeKey>,
) -> Result<Page<WorkSession>> {
    let ticket = get(app, cx, TicketRef::Id(ticket)).await?;
    Ok(store::work_sessions::list(app.db.read(), ticket.tenant, ticket.id, page).await?)
}
