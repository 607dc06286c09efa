//! A list of devices as CSV.

use axum::{extract::State, response::Response};
use chrono::{DateTime, SecondsFormat, Utc};

use super::devices::{self, Device, DeviceFilter};
use crate::{
    extract::Query,
    problem::Result,
    session::Caller,
    spreadsheet::{self, Rows, word},
    state::Gateway,
};

const COLUMNS: [&str; 17] = [
    "name",
    "hostName",
    "company",
    "assignedUser",
    "persona",
    "linkedUsers",
    "presence",
    "presenceSince",
    "lastSeenAt",
    "os",
    "vendor",
    "model",
    "serial",
    "agentVersion",
    "enrolled",
    "createdAt",
    "id",
];

/// Devices as CSV
///
/// All that match and that the caller may see, by name; UTF-8 with a byte order mark, people separated by
/// "; ".
#[utoipa::path(
    get, path = "/api/admin/devices.csv", tag = "devices", params(DeviceFilter),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "Makes it a download.")))),
)]
pub(crate) async fn export_devices(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<DeviceFilter>,
) -> Result<Response> {
    // Asked for before anything is answered: who may not is told so.
    let first = rows(&gateway, &caller, filter.clone(), String::new()).await?;
    spreadsheet::download("devices.csv", &COLUMNS, first, move |token| {
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
    filter: DeviceFilter,
    token: String,
) -> Result<Rows> {
    let page = devices::page(gateway, caller, filter.message(spreadsheet::PAGE, token)).await?;
    let rows = page.items.into_iter().map(row).collect::<Result<_>>()?;
    Ok(Rows { rows, next_page_token: page.next_page_token.unwrap_or_default() })
}

fn row(device: Device) -> Result<Vec<String>> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let linked: Vec<String> = device.linked_users.into_iter().map(|user| user.name).collect();
    let (vendor, model, serial) = device.inventory.into_machine();
    Ok(vec![
        device.name,
        device.host_name,
        device.company.name,
        device.assigned_user.map(|user| user.name).unwrap_or_default(),
        word(&device.persona)?,
        linked.join("; "),
        word(&device.presence)?,
        device.presence_since.map(time).unwrap_or_default(),
        device.last_seen_at.map(time).unwrap_or_default(),
        device.os_label,
        vendor,
        model,
        serial,
        device.agent_version,
        device.enrolled.to_string(),
        time(device.created_at),
        device.id,
    ])
}
