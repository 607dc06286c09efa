//! A list of tickets as CSV.

use axum::{extract::State, response::Response};
use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    ticket_filter::TicketFilter,
    tickets::{self, Ticket},
};
use crate::{
    extract::Query,
    problem::Result,
    session::Caller,
    spreadsheet::{self, Rows, word},
    state::Gateway,
};

const COLUMNS: [&str; 16] = [
    "number",
    "subject",
    "status",
    "priority",
    "queue",
    "category",
    "tags",
    "requester",
    "company",
    "device",
    "assignee",
    "createdAt",
    "updatedAt",
    "resolvedAt",
    "workedSeconds",
    "id",
];

/// Tickets as CSV
///
/// All that match and that the caller may see, in the order of the list; UTF-8 with a byte order mark,
/// tags separated by "; ".
#[utoipa::path(
    get, path = "/api/tickets.csv", tag = "tickets", params(TicketFilter),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "Makes it a download.")))),
)]
pub(crate) async fn export_tickets(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<TicketFilter>,
) -> Result<Response> {
    // Asked for before anything is answered: who may not is told so.
    let first = rows(&gateway, &caller, filter.clone(), String::new()).await?;
    spreadsheet::download("tickets.csv", &COLUMNS, first, move |token| {
        let (gateway, caller, filter) = (gateway.clone(), caller.clone(), filter.clone());
        async move {
            let caller = caller.renewed(&gateway).await?;
            rows(&gateway, &caller, filter, token).await
        }
    })
}

async fn rows(
    gateway: &Gateway,
    caller: &Caller,
    filter: TicketFilter,
    token: String,
) -> Result<Rows> {
    let page = tickets::page(gateway, caller, filter.message(spreadsheet::PAGE, token)).await?;
    let rows = page.items.into_iter().map(row).collect::<Result<_>>()?;
    Ok(Rows { rows, next_page_token: page.next_page_token.unwrap_or_default() })
}

fn row(ticket: Ticket) -> Result<Vec<String>> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(vec![
        ticket.number.to_string(),
        ticket.subject,
        word(&ticket.status)?,
        word(&ticket.priority)?,
        ticket.queue.name,
        ticket.category.map(|category| category.name).unwrap_or_default(),
        ticket.tags.join("; "),
        ticket.requester.name,
        ticket.company.map(|company| company.name).unwrap_or_default(),
        ticket.device.map(|device| device.name).unwrap_or_default(),
        ticket.assignee.map(|assignee| assignee.name).unwrap_or_default(),
        time(ticket.created_at),
        time(ticket.updated_at),
        ticket.resolved_at.map(time).unwrap_or_default(),
        ticket.worked_seconds.to_string(),
        ticket.id,
    ])
}
