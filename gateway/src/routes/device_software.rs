//! What is installed on a device.

use axum::extract::State;
use chamados_proto::device::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{non_empty, optional_time},
};

/// A program or package on a computer.
#[derive(Serialize, ToSchema)]
pub(crate) struct InstalledSoftware {
    /// As the system has it.
    name: String,
    /// As its maker writes it; may be empty.
    version: String,
    /// Who made or packed it; may be empty.
    publisher: String,
}

/// One page of what is installed on a device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceSoftware {
    /// By name.
    items: Vec<InstalledSoftware>,
    /// For the next page; null on the last.
    next_page_token: Option<String>,
    /// All programs that match.
    total: i64,
    /// Whether the installation collects software now.
    is_collected: bool,
    /// When the agent last told a change; null when it never told anything.
    reported_at: Option<DateTime<Utc>>,
}

/// Which programs.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SoftwareQuery {
    /// Programs whose name has it in it, whatever the case and accents.
    #[param(max_length = 200)]
    #[serde(default)]
    q: String,
    /// Rows of a page: 1 to 100, by default 25.
    #[serde(default)]
    page_size: i32,
    /// From the page before.
    #[serde(default)]
    page_token: String,
}

/// List what is installed on a device
///
/// By name. Agents tell it only where the installation collects software (`device.collect_software`), which
/// it does not unless it is told to. Staff only.
#[utoipa::path(
    get, path = "/api/admin/devices/{id}/software", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), SoftwareQuery),
    responses((status = 200, description = "One page.", body = DeviceSoftware)),
)]
pub(crate) async fn list_device_software(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<SoftwareQuery>,
) -> Result<Json<DeviceSoftware>> {
    let SoftwareQuery { q, page_size, page_token } = query;
    let device_id = id.to_string();
    let message = pb::ListDeviceSoftwareRequest { device_id, query: q, page_size, page_token };
    let answer = gateway.clients.devices().list_device_software(caller.request(message)).await?;
    let answer = answer.into_inner();
    let items =
        answer.software.into_iter().map(|pb::InstalledSoftware { name, version, publisher }| {
            InstalledSoftware { name, version, publisher }
        });
    Ok(Json(DeviceSoftware {
        items: items.collect(),
        next_page_token: non_empty(answer.next_page_token),
        total: answer.total_size,
        is_collected: answer.is_collected,
        reported_at: optional_time(answer.report_time),
    }))
}
