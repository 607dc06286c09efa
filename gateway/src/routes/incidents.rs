//! What looked like a fault of ours rather than of the devices.

use axum::extract::State;
use chamados_proto::device::v1 as pb;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::Json,
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{optional_time, time},
};

/// Many devices fell silent together. They are `unknown` until they speak or five minutes pass, and
/// nobody is told that each of them went offline.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Incident {
    /// UUIDv7.
    id: String,
    /// `mass_offline`: many of all devices; `company_offline`: half of a company's.
    #[serde(rename = "type")]
    kind: String,
    /// How many devices fell silent.
    devices: i64,
    raised_at: DateTime<Utc>,
    /// Null while it is open.
    resolved_at: Option<DateTime<Utc>>,
}

/// The incidents of a tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct Incidents {
    /// Newest first, at most 100.
    items: Vec<Incident>,
}

/// List incidents
///
/// Those open, and those resolved within the last day. Staff only.
#[utoipa::path(
    get, path = "/api/admin/incidents", tag = "devices",
    responses((status = 200, description = "The incidents.", body = Incidents)),
)]
pub(crate) async fn list_incidents(
    State(gateway): State<Gateway>,
    caller: Caller,
) -> Result<Json<Incidents>> {
    let request = caller.request(pb::ListIncidentsRequest {});
    let answer = gateway.clients.devices().list_incidents(request).await?.into_inner();
    let items = answer.incidents.into_iter().map(Incident::of).collect::<Result<_>>()?;
    Ok(Json(Incidents { items }))
}

impl Incident {
    fn of(incident: pb::Incident) -> Result<Self> {
        Ok(Self {
            id: incident.id,
            kind: incident.r#type,
            devices: incident.devices,
            raised_at: time(incident.raise_time)?,
            resolved_at: optional_time(incident.resolve_time),
        })
    }
}
