//! Who is at a ticket now.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Json, Path},
    names::{Mentions, UserRef},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{List, mirror, time},
};

mirror! {
    /// What somebody does at a ticket.
    Activity = pb::Activity {
        /// Reads it.
        Viewing,
        /// Writes something everybody who sees the ticket will read.
        Typing,
        /// Writes an internal note, or changes facts. Staff only.
        TypingInternal,
        /// Went away.
        Left,
    }
}

/// What the caller does.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportActivity {
    activity: Activity,
    /// Where the caller does it, a UUID of their choice: in two tabs somebody is there until they left both.
    place: Option<Uuid>,
}

/// Somebody at a ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Participant {
    user: UserRef,
    /// Never `left`.
    activity: Activity,
    /// Since when they do it.
    since: DateTime<Utc>,
}

/// List who is at a ticket
///
/// The others, as far as the caller may know: what staff do is told to staff alone, except that they
/// type an answer. Nothing of it is kept.
#[utoipa::path(
    get, path = "/api/tickets/{id}/activity", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket.")),
    responses((status = 200, description = "Everybody else who is there.", body = List<Participant>)),
)]
pub(crate) async fn list_activity(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<List<Participant>>> {
    let request = caller.request(pb::ListActivityRequest { ticket_id: id.to_string() });
    let here = gateway.clients.activity().list_activity(request).await?.into_inner().participants;
    let mut mentions = Mentions::default();
    here.iter().for_each(|participant| mentions.user(Some(&participant.user_id)));
    let names = mentions.resolve(&gateway, &caller).await;
    let participants = here.into_iter().map(|participant| {
        Ok(Participant {
            user: names.user(participant.user_id),
            activity: Activity::of(participant.activity)?,
            since: time(participant.since)?,
        })
    });
    Ok(Json(List::whole(participants.collect::<Result<_>>()?)))
}

/// Say what one does at a ticket
///
/// To be repeated every 10 seconds, and when it changes; 30 seconds after the last time one counts as gone.
/// People only.
#[utoipa::path(
    put, path = "/api/tickets/{id}/activity", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket.")),
    request_body = ReportActivity,
    responses((status = 204, description = "Noted.")),
)]
pub(crate) async fn report_activity(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(ReportActivity { activity, place }): Json<ReportActivity>,
) -> Result<StatusCode> {
    let message = pb::ReportActivityRequest {
        ticket_id: id.to_string(),
        activity: activity.into(),
        place: place.map(|place| place.to_string()).unwrap_or_default(),
    };
    gateway.clients.activity().report_activity(caller.request(message)).await?;
    Ok(StatusCode::NO_CONTENT)
}
