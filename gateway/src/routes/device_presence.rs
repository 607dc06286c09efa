//! When a device was alive.

use axum::extract::State;
use chamados_proto::device::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    names::Presence,
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{time, timestamp},
};

/// Which time is asked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetPresenceHistory {
    /// Where it begins, at most 31 days before the end; seven days before when left out.
    from: Option<DateTime<Utc>>,
    /// Where it ends; now when left out or later than now.
    to: Option<DateTime<Utc>>,
}

/// When a device was alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct PresenceHistory {
    /// Oldest first, each beginning where the one before ended; at most 2,000. The first begins with what
    /// was asked for, or with the device's enrolment.
    spans: Vec<PresenceSpan>,
    /// Whether there were more: then the first begins later.
    truncated: bool,
}

/// A time in which a device's presence stayed the same.
#[derive(Serialize, ToSchema)]
pub(crate) struct PresenceSpan {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    /// `online`, `offline` or `unknown`.
    state: Presence,
}

impl TryFrom<pb::PresenceSpan> for PresenceSpan {
    type Error = crate::problem::Problem;

    fn try_from(span: pb::PresenceSpan) -> Result<Self> {
        Ok(Self {
            start: time(span.start_time)?,
            end: time(span.end_time)?,
            state: Presence::of(span.presence)?,
        })
    }
}

/// Get when a device was alive
///
/// From the transitions in its timeline. A time for which it was not known counts as what it turned out to
/// be, unless the device was gone at its end.
#[utoipa::path(
    get, path = "/api/admin/devices/{id}/presence-history", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), GetPresenceHistory),
    responses((status = 200, description = "Without gaps.", body = PresenceHistory)),
)]
pub(crate) async fn get_presence_history(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<GetPresenceHistory>,
) -> Result<Json<PresenceHistory>> {
    let request = caller.request(pb::GetPresenceHistoryRequest {
        device_id: id.to_string(),
        from: query.from.map(timestamp),
        to: query.to.map(timestamp),
    });
    let history = gateway.clients.devices().get_presence_history(request).await?.into_inner();
    let spans = history.spans.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
    Ok(Json(PresenceHistory { spans, truncated: history.truncated }))
}
