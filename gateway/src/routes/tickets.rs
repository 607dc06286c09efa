//! Tickets: list, open, read, change. What moves their status is in [`super::transitions`].

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ticket_filter::{self, TicketFilter};
use crate::{
    extract::{Json, Path, Query, nullable},
    idempotency::IdempotencyKey,
    names::{CategoryRef, CompanyRef, DeviceRef, Mentions, Names, QueueRef, UserRef},
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{Created, List, Mask, Paging, created, mirror, optional_time, time},
};

mirror! {
    /// Where a ticket stands.
    TicketStatus = pb::Status {
        /// Nobody works on it.
        Pending,
        /// Somebody works on it now.
        InProgress,
        /// Work stopped, with a reason.
        Paused,
        /// A person closed it.
        Resolved,
    }
}

mirror! {
    /// How much a ticket matters.
    Priority = pb::Priority {
        /// Can wait.
        Low,
        /// As usual.
        Normal,
        /// Before others.
        High,
        /// At once.
        Urgent,
    }
}

mirror! {
    /// Why work stopped.
    PauseReason = pb::PauseReason {
        /// Waiting for the person who asked.
        WaitingRequester,
        /// Waiting for another company or a part.
        WaitingThirdParty,
        /// Agreed to go on at a later time.
        Scheduled,
        /// End of the working day, or a break.
        Break,
        /// Anything else; the note says what.
        Other,
    }
}

/// A request for help.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ticket {
    /// UUIDv7.
    pub(super) id: String,
    /// Counts up from 1 in the tenant, never reused.
    pub(super) number: i64,
    pub(super) subject: String,
    /// Safe HTML.
    pub(super) description: String,
    pub(super) status: TicketStatus,
    pub(super) priority: Priority,
    pub(super) queue: QueueRef,
    /// What sort of help is asked for.
    pub(super) category: Option<CategoryRef>,
    /// Words to find it by, sorted.
    pub(super) tags: Vec<String>,
    /// Who asks.
    pub(super) requester: UserRef,
    pub(super) company: Option<CompanyRef>,
    /// The device it is about.
    pub(super) device: Option<DeviceRef>,
    /// The member of staff who has it.
    pub(super) assignee: Option<UserRef>,
    /// Who sees it and hears of its changes besides those it concerns.
    pub(super) watchers: Vec<UserRef>,
    /// Why it is paused, while it is.
    pub(super) pause_reason: Option<PauseReason>,
    /// Closed work sessions together, in seconds.
    pub(super) worked_seconds: i64,
    /// When the open work session began, while in progress.
    pub(super) working_since: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    /// When it was last resolved, while it is.
    pub(super) resolved_at: Option<DateTime<Utc>>,
    /// Number of changes.
    pub(super) version: i64,
}

impl Ticket {
    pub(super) fn of(ticket: pb::Ticket, names: &Names) -> Result<Self> {
        Ok(Self {
            id: ticket.id,
            number: ticket.number,
            subject: ticket.subject,
            description: ticket.description,
            status: TicketStatus::of(ticket.status)?,
            priority: Priority::of(ticket.priority)?,
            queue: names.queue(ticket.queue_id),
            category: ticket.category_id.map(|id| names.category(id)),
            tags: ticket.tags,
            requester: names.user(ticket.requester_id),
            company: ticket.company_id.map(|id| names.company(id)),
            device: ticket.device_id.map(|id| names.device(id)),
            assignee: ticket.assignee_id.map(|id| names.user(id)),
            watchers: ticket.watcher_ids.into_iter().map(|id| names.user(id)).collect(),
            pause_reason: PauseReason::known(ticket.pause_reason),
            worked_seconds: ticket.worked_seconds,
            working_since: optional_time(ticket.working_since),
            created_at: time(ticket.create_time)?,
            updated_at: time(ticket.update_time)?,
            resolved_at: optional_time(ticket.resolve_time),
            version: ticket.version,
        })
    }
}

impl Versioned for Ticket {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Notes what a ticket names.
pub(super) fn mention(mentions: &mut Mentions, ticket: &pb::Ticket) {
    mentions.queue();
    mentions.category(ticket.category_id.as_ref());
    ticket.watcher_ids.iter().for_each(|id| mentions.user(Some(id)));
    mentions.user(Some(&ticket.requester_id));
    mentions.user(ticket.assignee_id.as_ref());
    mentions.company(ticket.company_id.as_ref());
    mentions.device(ticket.device_id.as_ref());
}

/// A ticket to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateTicket {
    /// 1 to 200 characters of plain text.
    subject: String,
    /// HTML, at most 64 KiB; what is not in the safe subset is removed.
    #[serde(default)]
    description: String,
    /// The default queue when left out.
    queue_id: Option<Uuid>,
    /// The requester's when left out; the device's when they have none.
    company_id: Option<Uuid>,
    /// The caller when left out.
    requester_id: Option<Uuid>,
    device_id: Option<Uuid>,
    /// Normal when left out.
    priority: Option<Priority>,
    /// UUIDv7 of files the caller uploaded and attached nowhere yet, at most 20.
    #[serde(default)]
    attachment_ids: Vec<Uuid>,
    /// The id of a category that is not archived; none when left out.
    category: Option<Uuid>,
    /// At most 20 of 1 to 50 characters; of those that differ in case and accents alone the first counts.
    #[serde(default)]
    tags: Vec<String>,
    /// People of the tenant, at most 50. Staff only.
    #[serde(default)]
    watcher_ids: Vec<Uuid>,
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateTicket {
    /// 1 to 200 characters of plain text.
    subject: Option<String>,
    /// HTML, at most 64 KiB; what is not in the safe subset is removed.
    description: Option<String>,
    queue_id: Option<Uuid>,
    /// Null takes the company away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    company_id: Option<Option<Uuid>>,
    requester_id: Option<Uuid>,
    /// Null takes the device away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    device_id: Option<Option<Uuid>>,
    priority: Option<Priority>,
    /// The id of a category that is not archived. Null takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    category: Option<Option<Uuid>>,
    /// All of them from now on: at most 20 of 1 to 50 characters.
    tags: Option<Vec<String>>,
    /// All of them from now on: people of the tenant, at most 50.
    watcher_ids: Option<Vec<Uuid>>,
}

/// List tickets
///
/// Those that match and that the caller may see, newest first unless another order is asked for. A page
/// token belongs to the order it came with.
#[utoipa::path(
    get, path = "/api/tickets", tag = "tickets", params(TicketFilter, Paging),
    responses((status = 200, description = "One page.", body = List<Ticket>)),
)]
pub(crate) async fn list_tickets(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<TicketFilter>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<Ticket>>> {
    Ok(Json(page(&gateway, &caller, filter.message(page_size, page_token)).await?))
}

/// A page of tickets, with names.
pub(super) async fn page(
    gateway: &Gateway,
    caller: &Caller,
    message: pb::ListTicketsRequest,
) -> Result<List<Ticket>> {
    let page = gateway.clients.tickets().list_tickets(caller.request(message)).await;
    let page = page.map_err(ticket_filter::refused)?.into_inner();
    let mut mentions = Mentions::default();
    page.tickets.iter().for_each(|ticket| mention(&mut mentions, ticket));
    let names = mentions.resolve(gateway, caller).await;
    let tickets = page.tickets.into_iter().map(|ticket| Ticket::of(ticket, &names));
    Ok(List::page(tickets.collect::<Result<_>>()?, page.next_page_token, page.total_size))
}

/// Open a ticket
///
/// It is pending and in the default queue unless another is named. 404 `queue_not_found`,
/// `category_not_found`, `user_not_found`, `company_not_found` or `device_not_found` for ids that are
/// not the tenant's.
#[utoipa::path(
    post, path = "/api/tickets", tag = "tickets",
    params(IdempotencyKey), request_body = CreateTicket,
    responses(
        (status = 201, description = "The new ticket.", body = Ticket,
            headers(("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version."))),
        (status = 404, description = "Something the ticket names is not there."),
    ),
)]
pub(crate) async fn create_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<CreateTicket>,
) -> Result<Created<Tagged<Ticket>>> {
    let text = |id: Uuid| id.to_string();
    let request = caller.request(pb::CreateTicketRequest {
        request_id,
        subject: body.subject,
        description: body.description,
        queue_id: body.queue_id.map(text),
        requester_id: body.requester_id.map(text),
        company_id: body.company_id.map(text),
        device_id: body.device_id.map(text),
        priority: body.priority.map_or(pb::Priority::Unspecified.into(), Into::into),
        attachment_ids: body.attachment_ids.into_iter().map(text).collect(),
        category_id: body.category.map(text),
        tags: body.tags,
        watcher_ids: body.watcher_ids.into_iter().map(text).collect(),
    });
    let ticket = gateway.clients.tickets().create_ticket(request).await?.into_inner();
    let location = format!("/api/tickets/{}", ticket.id);
    Ok(created(location, tagged(&gateway, &caller, ticket).await?))
}

/// Get a ticket
///
/// By id or by number.
#[utoipa::path(
    get, path = "/api/tickets/{id}", tag = "tickets",
    params(("id" = String, Path, description = "UUIDv7 or number of the ticket.")),
    responses((status = 200, description = "The ticket.", body = Ticket,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn get_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Tagged<Ticket>> {
    if chamados_chassis::id::parse(&id).is_err() && !is_number(&id) {
        return Err(Problem::not_found());
    }
    let request = caller.request(pb::GetTicketRequest { id });
    let ticket = gateway.clients.tickets().get_ticket(request).await?.into_inner();
    tagged(&gateway, &caller, ticket).await
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}

/// Change facts of a ticket
///
/// Staff only. The status is moved by its own requests, such as `/start`.
#[utoipa::path(
    patch, path = "/api/tickets/{id}", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IfMatch),
    request_body = UpdateTicket,
    responses((status = 200, description = "The ticket from now on.", body = Ticket,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateTicket>,
) -> Result<Tagged<Ticket>> {
    let text = |id: Uuid| id.to_string();
    let mut mask = Mask::default();
    let ticket = pb::Ticket {
        id: id.to_string(),
        version,
        subject: mask.set("subject", body.subject),
        description: mask.set("description", body.description),
        queue_id: mask.set("queue_id", body.queue_id.map(text)),
        company_id: mask.set("company_id", body.company_id.map(|id| id.map(text))),
        requester_id: mask.set("requester_id", body.requester_id.map(text)),
        device_id: mask.set("device_id", body.device_id.map(|id| id.map(text))),
        priority: mask.set("priority", body.priority.map(Into::into)),
        category_id: mask.set("category_id", body.category.map(|id| id.map(text))),
        tags: mask.set("tags", body.tags),
        watcher_ids: mask
            .set("watcher_ids", body.watcher_ids.map(|ids| ids.into_iter().map(text).collect())),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let request = caller.request(pb::UpdateTicketRequest { ticket: Some(ticket), update_mask });
    let ticket = gateway.clients.tickets().update_ticket(request).await?.into_inner();
    tagged(&gateway, &caller, ticket).await
}

/// A ticket as an answer, with names.
pub(super) async fn tagged(
    gateway: &Gateway,
    caller: &Caller,
    ticket: pb::Ticket,
) -> Result<Tagged<Ticket>> {
    let mut mentions = Mentions::default();
    mention(&mut mentions, &ticket);
    Ok(Tagged(Ticket::of(ticket, &mentions.resolve(gateway, caller).await)?))
}
