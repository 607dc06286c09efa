//! Live updates.

use axum::{
    extract::State,
    response::{IntoResponse, Response, Sse},
};
use http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{extract::Query, live, problem::Result, session::Caller, state::Gateway};

/// One frame of the stream.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described here; frames are written in `live`")]
pub(crate) struct Frame {
    /// `ready`, `signal`, `ping` or `reset`.
    event: String,
    /// What to send as `Last-Event-ID` after a reconnect.
    id: String,
    /// JSON: `{"topic": …, "ids": […]}` for a signal, `{"pingMillis": …}` when ready, else `{}`.
    data: String,
}

/// Where a stream goes on.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Resume {
    /// The same as the header, which a page cannot set. The header counts when there are both.
    #[serde(default)]
    last_event_id: Option<String>,
}

/// Listen to what changes
///
/// Server-sent events, only about what the caller may see. The first frame is `event: ready` with data
/// `{"pingMillis": …}`, and at that interval comes `event: ping`: who hears nothing for much longer has lost the
/// connection, and connects anew with the id of the last frame, as header or parameter. Then
/// each change is `event: signal` with data `{"topic": …, "ids": […]}`, where the topic is
/// `ticket.changed`, `ticket.chat` (the ids are the ticket's and the chat's), `ticket.activity`,
/// `device.presence`, `device.changed`, `company.changed`, `user.changed` or `job.changed`: a hint to fetch
/// those records again; or `ticket.mentioned`, to staff, whose ids are the ticket and then who was mentioned
/// on it. `event: reset` means that some may have been
/// lost: fetch everything again. The stream ends with the session.
#[utoipa::path(
    get, path = "/api/events", tag = "events",
    params(
        ("Last-Event-ID" = Option<String>, Header,
            description = "Id of the last frame seen; what came after it is sent again."),
        Resume,
    ),
    responses((status = 200, description = "The stream.", body = Frame,
        content_type = "text/event-stream")),
)]
pub(crate) async fn listen(
    State(gateway): State<Gateway>,
    caller: Caller,
    headers: HeaderMap,
    Query(Resume { last_event_id }): Query<Resume>,
) -> Result<Response> {
    // One that cannot be read is one that is not known: the browser must fetch everything again.
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default());
    // A stream that broke sends again the address it began with, and the header says how far it came since.
    let subscription = gateway.hub.subscribe(header.or(last_event_id.as_deref()))?;
    let stream = live::stream(gateway, caller, subscription);
    // Proxies must pass frames on as they come.
    let unbuffered = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((unbuffered, Sse::new(stream)).into_response())
}
