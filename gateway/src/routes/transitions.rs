//! What moves a ticket: assign, start, pause, resolve, reopen. The verbs are the services' own.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tickets::{PauseReason, Ticket, tagged};
use crate::{
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::Result,
    session::Caller,
    state::Gateway,
    version::Tagged,
};

/// Who gets the ticket.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AssignTicket {
    /// A member of staff; null gives it to nobody.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    assignee_id: Option<Uuid>,
    /// When given, must be the present version.
    #[serde(default)]
    version: i64,
}

/// Play.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StartTicket {
    /// When given, must be the present version.
    version: i64,
}

/// Why work stops.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PauseTicket {
    reason: PauseReason,
    /// At most 500 characters; must be given for the reason `other`.
    #[serde(default)]
    note: String,
    /// When given, must be the present version.
    #[serde(default)]
    version: i64,
}

/// The last word.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ResolveTicket {
    /// Closing message, HTML; becomes a public comment when not empty.
    message: String,
    /// When given, must be the present version.
    version: i64,
}

/// Why it begins again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReopenTicket {
    /// At most 500 characters.
    reason: String,
    /// When given, must be the present version.
    version: i64,
}

/// Give a ticket to a member of staff, or to nobody
///
/// Staff only, and not on a resolved ticket. 409 `assignee_not_staff`, or `ticket_in_progress` when
/// it is taken from everybody while someone works on it.
#[utoipa::path(
    post, path = "/api/tickets/{id}/assign", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = AssignTicket,
    responses((status = 200, description = "The ticket from now on.", body = Ticket),
        (status = 412, description = "`stale_version`.")),
)]
pub(crate) async fn assign_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(AssignTicket { assignee_id, version }): Json<AssignTicket>,
) -> Result<Tagged<Ticket>> {
    let (id, assignee_id) = (id.to_string(), assignee_id.map(|id| id.to_string()));
    let message = pb::AssignTicketRequest { request_id, id, assignee_id, version };
    let answer = gateway.clients.tickets().assign_ticket(caller.request(message)).await?;
    tagged(&gateway, &caller, answer.into_inner()).await
}

/// Begin to work on a ticket
///
/// Play: it is in progress, a work session opens, and it becomes the caller's if nobody had it.
/// Staff only, from pending or paused; else 409 `illegal_transition`.
#[utoipa::path(
    post, path = "/api/tickets/{id}/start", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = Option<StartTicket>,
    responses((status = 200, description = "The ticket from now on.", body = Ticket),
        (status = 412, description = "`stale_version`.")),
)]
pub(crate) async fn start_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    body: Option<Json<StartTicket>>,
) -> Result<Tagged<Ticket>> {
    let StartTicket { version } = body.map(|Json(body)| body).unwrap_or_default();
    let message = pb::StartTicketRequest { request_id, id: id.to_string(), version };
    let answer = gateway.clients.tickets().start_ticket(caller.request(message)).await?;
    tagged(&gateway, &caller, answer.into_inner()).await
}

/// Stop to work on a ticket
///
/// Pause: the work session closes. Staff only, from in progress only; else 409
/// `illegal_transition`.
#[utoipa::path(
    post, path = "/api/tickets/{id}/pause", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = PauseTicket,
    responses((status = 200, description = "The ticket from now on.", body = Ticket),
        (status = 412, description = "`stale_version`.")),
)]
pub(crate) async fn pause_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(PauseTicket { reason, note, version }): Json<PauseTicket>,
) -> Result<Tagged<Ticket>> {
    let (id, reason) = (id.to_string(), reason.into());
    let message = pb::PauseTicketRequest { request_id, id, version, reason, note };
    let answer = gateway.clients.tickets().pause_ticket(caller.request(message)).await?;
    tagged(&gateway, &caller, answer.into_inner()).await
}

/// Resolve a ticket
///
/// From any open state; nothing else ever resolves one. Staff only. 409 `illegal_transition` when it
/// is resolved already.
#[utoipa::path(
    post, path = "/api/tickets/{id}/resolve", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = Option<ResolveTicket>,
    responses((status = 200, description = "The ticket from now on.", body = Ticket),
        (status = 412, description = "`stale_version`.")),
)]
pub(crate) async fn resolve_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    body: Option<Json<ResolveTicket>>,
) -> Result<Tagged<Ticket>> {
    let ResolveTicket { message, version } = body.map(|Json(body)| body).unwrap_or_default();
    let message = pb::ResolveTicketRequest { request_id, id: id.to_string(), version, message };
    let answer = gateway.clients.tickets().resolve_ticket(caller.request(message)).await?;
    tagged(&gateway, &caller, answer.into_inner()).await
}

/// Reopen a resolved ticket
///
/// It is pending again. Managers and collaborators within 7 days (409 `reopen_window_over`); 409
/// `illegal_transition` when it is not resolved.
#[utoipa::path(
    post, path = "/api/tickets/{id}/reopen", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = Option<ReopenTicket>,
    responses((status = 200, description = "The ticket from now on.", body = Ticket),
        (status = 412, description = "`stale_version`.")),
)]
pub(crate) async fn reopen_ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    body: Option<Json<ReopenTicket>>,
) -> Result<Tagged<Ticket>> {
    let ReopenTicket { reason, version } = body.map(|Json(body)| body).unwrap_or_default();
    let message = pb::ReopenTicketRequest { request_id, id: id.to_string(), version, reason };
    let answer = gateway.clients.tickets().reopen_ticket(caller.request(message)).await?;
    tagged(&gateway, &caller, answer.into_inner()).await
}
