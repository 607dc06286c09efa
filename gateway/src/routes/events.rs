//! Live updates.

use axum::{
    extract::State,
    response::{IntoResponse, Response, Sse},
};
use http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL};
use utoipa::ToSchema;

use crate::{live, problem::Result, session::Caller, state::Gateway};

/// One frame of the stream.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described here; frames are written in `live`")]
pub(crate) struct Frame {
    /// `ready`, `signal` or `reset`.
    event: String,
    /// What to send as `Last-Event-ID` after a reconnect.
    id: String,
    /// JSON: `{"topic": …, "ids": […]}` for a signal, else `{}`.
    data: String,
}

/// Listen to what changes
///
/// Server-sent events, only about what the caller may see. The first frame is `event: ready`. Then
/// each change is `event: signal` with data `{"topic": …, "ids": […]}`, where the topic is
/// `ticket.changed`, `ticket.chat` (the ids are the ticket's and the chat's), `ticket.activity`,
/// `device.presence`, `device.changed`, `company.changed`, `user.changed` or `job.changed`: a hint to fetch
/// those records again; or `ticket.mentioned`, to staff, whose ids are the ticket and then who was mentioned
/// on it. `event: reset` means that some may have been
/// lost: fetch everything again. A comment comes every 15 seconds. The stream ends with the session.
#[utoipa::path(
    get, path = "/api/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header,
        description = "Id of the last frame seen; what came after it is sent again.")),
    responses((status = 200, description = "The stream.", body = Frame,
        content_type = "text/event-stream")),
)]
pub(crate) async fn listen(
    State(gateway): State<Gateway>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response> {
    // One that cannot be read is one that is not known: the browser must fetch everything again.
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default());
    let subscription = gateway.hub.subscribe(last)?;
    let stream = live::stream(gateway, caller, subscription);
    // Proxies must pass frames on as they come.
    let unbuffered = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((unbuffered, Sse::new(stream)).into_response())
}
