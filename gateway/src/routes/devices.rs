//! Computers with an agent.

use axum::extract::State;
use chamados_proto::device::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    changes::Change, device_access::Persona, inventory::Inventory, usb_policy::DeviceUsbPolicy,
};
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    names::{Actor, CompanyRef, Mentions, Names, Presence, UserRef},
    problem::Result,
    session::{Caller, Person},
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{List, Mask, Paging, optional_time, time},
};

/// A computer with an agent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device {
    /// UUIDv7, for the computer's whole life.
    pub(super) id: String,
    /// Chosen by staff; may be empty.
    display_name: String,
    /// As the agent says.
    pub(super) host_name: String,
    /// Display name, or host name.
    pub(super) name: String,
    pub(super) company: CompanyRef,
    /// The person it belongs to now.
    pub(super) assigned_user: Option<UserRef>,
    /// As what they use it; gives no right.
    pub(super) persona: Persona,
    /// Further people tied to it, in the order in which they were linked.
    pub(super) linked_users: Vec<UserRef>,
    /// Name and edition, then the build in brackets: "Windows 11 Pro (26100)". Empty until reported.
    pub(super) os_label: String,
    pub(super) agent_version: String,
    pub(super) presence: Presence,
    /// Since when, as far as known.
    pub(super) presence_since: Option<DateTime<Utc>>,
    /// Last message; null when never seen.
    pub(super) last_seen_at: Option<DateTime<Utc>>,
    /// False after a reset, until it enrols again.
    pub(super) enrolled: bool,
    /// Since when two computers seem to have its token, as after cloning an image; a reset resolves it.
    identity_conflict_at: Option<DateTime<Utc>>,
    /// Staff's notes, plain text.
    notes: String,
    pub(super) inventory: Inventory,
    /// Null when staff never set one.
    usb_policy: Option<DeviceUsbPolicy>,
    pub(super) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Number of changes of the record. Heartbeats do not count.
    version: i64,
}

impl Device {
    fn of(device: pb::Device, names: &Names) -> Result<Self> {
        let shown =
            if device.display_name.is_empty() { &device.host_name } else { &device.display_name };
        Ok(Self {
            name: shown.clone(),
            id: device.id,
            display_name: device.display_name,
            host_name: device.host_name,
            company: names.company(device.company_id),
            assigned_user: device.assigned_user_id.map(|id| names.user(id)),
            persona: Persona::of(device.persona)?,
            linked_users: device.linked_user_ids.into_iter().map(|id| names.user(id)).collect(),
            os_label: device.os_label,
            agent_version: device.agent_version,
            presence: Presence::known(device.presence).unwrap_or(Presence::Unknown),
            presence_since: optional_time(device.presence_since),
            last_seen_at: optional_time(device.last_seen_time),
            enrolled: device.enrolled,
            identity_conflict_at: optional_time(device.identity_conflict_time),
            notes: device.notes,
            inventory: device.inventory.unwrap_or_default().into(),
            usb_policy: device.usb_policy.map(|p| DeviceUsbPolicy::of(p, names)).transpose()?,
            created_at: time(device.create_time)?,
            updated_at: time(device.update_time)?,
            version: device.version,
        })
    }
}

impl Versioned for Device {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Which devices a list holds.
#[derive(Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceFilter {
    /// Only this company's.
    company_id: Option<Uuid>,
    /// Part of display name, host name, serial or address, without regard to case, at most 200
    /// characters.
    q: String,
    /// Any of these. Repeatable.
    presence: Vec<Presence>,
}

impl DeviceFilter {
    /// A page of what matches, as the service is asked for it.
    pub(super) fn message(self, page_size: i32, page_token: String) -> pb::ListDevicesRequest {
        pb::ListDevicesRequest {
            page_size,
            page_token,
            company_id: self.company_id.map(|id| id.to_string()),
            query: self.q,
            presences: self.presence.into_iter().map(Into::into).collect(),
            assigned_user_id: None,
            user_id: None,
        }
    }
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateDevice {
    /// Empty shows the host name.
    display_name: Option<String>,
    /// Plain text, at most 4,000 characters.
    notes: Option<String>,
}

/// What a reset did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentReset {
    /// How many tokens were valid until now.
    revoked_tokens: i32,
}

/// One change of a device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceTimelineEntry {
    /// UUIDv7.
    id: String,
    /// What happened: `enrolled`, `reenrolled`, `reset`, `updated`, `inventory_changed`, `online`,
    /// `offline`, `unstable`, `identity_conflict`, `user_linked`, `user_unlinked`, `access_adjusted`,
    /// `usb_policy_set`, `usb_policy_applied`, `usb_policy_failed`, `usb_policy_expired`, `ticket_opened` or
    /// `ticket_resolved`.
    #[serde(rename = "type")]
    kind: String,
    actor: Actor,
    occurred_at: DateTime<Utc>,
    /// What changed, where something did.
    changes: Vec<Change>,
    /// UUIDv7 of the ticket, for the ticket entries.
    ticket_id: Option<String>,
    /// Number and subject of the ticket; of a policy that failed the reason, as in `usbPolicy`; or
    /// empty.
    note: String,
}

/// List devices
///
/// By name. Staff see all of the tenant, managers their company's, collaborators their own.
#[utoipa::path(
    get, path = "/api/admin/devices", tag = "devices", params(DeviceFilter, Paging),
    responses((status = 200, description = "One page.", body = List<Device>)),
)]
pub(crate) async fn list_devices(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<DeviceFilter>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<Device>>> {
    Ok(Json(page(&gateway, &caller, filter.message(page_size, page_token)).await?))
}

/// List the caller's own devices
///
/// Those the caller is assigned or linked to, by name.
#[utoipa::path(
    get, path = "/api/devices", tag = "devices", params(Paging),
    responses((status = 200, description = "One page.", body = List<Device>)),
)]
pub(crate) async fn list_own_devices(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<Device>>> {
    let user_id = caller.principal().user().map(|id| id.to_string());
    let message = pb::ListDevicesRequest { page_size, page_token, user_id, ..Default::default() };
    Ok(Json(page(&gateway, &caller, message).await?))
}

/// Get a device
///
/// With its inventory. Staff see any of the tenant, managers their company's, collaborators their own.
#[utoipa::path(
    get, path = "/api/admin/devices/{id}", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device.")),
    responses((status = 200, description = "The device.", body = Device,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn get_device(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<Device>> {
    let request = caller.request(pb::GetDeviceRequest { id: id.to_string() });
    let device = gateway.clients.devices().get_device(request).await?.into_inner();
    tagged(&gateway, &caller, device).await
}

/// Change what staff say of a device
///
/// Display name and notes; everything else comes from its agent. Staff only.
#[utoipa::path(
    patch, path = "/api/admin/devices/{id}", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), IfMatch),
    request_body = UpdateDevice,
    responses((status = 200, description = "The device from now on.", body = Device,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_device(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateDevice>,
) -> Result<Tagged<Device>> {
    let mut mask = Mask::default();
    let device = pb::Device {
        id: id.to_string(),
        version,
        display_name: mask.set("display_name", body.display_name),
        notes: mask.set("notes", body.notes),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let request = caller.request(pb::UpdateDeviceRequest { device: Some(device), update_mask });
    let device = gateway.clients.devices().update_device(request).await?.into_inner();
    tagged(&gateway, &caller, device).await
}

/// Reset a device's agent
///
/// Revokes every token of the device and cuts its stream at once; nothing sent with an old token
/// changes anything from then on, and the device must enrol again. Its record and history stay. Staff
/// only.
#[utoipa::path(
    post, path = "/api/admin/devices/{id}/reset-agent", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), IdempotencyKey),
    responses((status = 200, description = "Done.", body = AgentReset)),
)]
pub(crate) async fn reset_agent(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<AgentReset>> {
    let request = caller.request(pb::ResetAgentRequest { request_id, id: id.to_string() });
    let answer = gateway.clients.devices().reset_agent(request).await?.into_inner();
    Ok(Json(AgentReset { revoked_tokens: answer.revoked_tokens }))
}

/// List what happened to a device
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/admin/devices/{id}/timeline", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), Paging),
    responses((status = 200, description = "One page.", body = List<DeviceTimelineEntry>)),
)]
pub(crate) async fn list_device_timeline(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<DeviceTimelineEntry>>> {
    let message =
        pb::ListDeviceTimelineRequest { device_id: id.to_string(), page_size, page_token };
    let answer = gateway.clients.devices().list_timeline(caller.request(message)).await?;
    let page = answer.into_inner();
    let mut mentions = Mentions::default();
    for entry in &page.entries {
        mentions.actor(entry.actor.as_ref());
        for change in &entry.changes {
            mentions.value(&change.field, change.old_value.as_ref());
            mentions.value(&change.field, change.new_value.as_ref());
        }
    }
    let names = mentions.resolve(&gateway, &caller).await;
    let entries = page.entries.into_iter().map(|entry| DeviceTimelineEntry::of(entry, &names));
    let entries = entries.collect::<Result<_>>()?;
    Ok(Json(List::page(entries, page.next_page_token, page.total_size)))
}

impl DeviceTimelineEntry {
    fn of(entry: pb::DeviceTimelineEntry, names: &Names) -> Result<Self> {
        let changes = entry.changes.into_iter();
        let changes = changes.map(|c| Change::of(&c.field, c.old_value, c.new_value, names));
        Ok(Self {
            id: entry.id,
            kind: entry.r#type,
            actor: names.actor(entry.actor),
            occurred_at: time(entry.occur_time)?,
            changes: changes.collect(),
            ticket_id: entry.ticket_id,
            note: entry.note,
        })
    }
}

fn mentioned(mentions: &mut Mentions, device: &pb::Device) {
    mentions.company(Some(&device.company_id));
    mentions.user(device.assigned_user_id.as_ref());
    device.linked_user_ids.iter().for_each(|id| mentions.user(Some(id)));
    DeviceUsbPolicy::mentioned(mentions, device.usb_policy.as_ref());
}

pub(super) async fn tagged(
    gateway: &Gateway,
    caller: &Caller,
    device: pb::Device,
) -> Result<Tagged<Device>> {
    let mut mentions = Mentions::default();
    mentioned(&mut mentions, &device);
    Ok(Tagged(Device::of(device, &mentions.resolve(gateway, caller).await)?))
}

pub(super) async fn page(
    gateway: &Gateway,
    caller: &Caller,
    message: pb::ListDevicesRequest,
) -> Result<List<Device>> {
    let answer = gateway.clients.devices().list_devices(caller.request(message)).await?;
    let page = answer.into_inner();
    let mut mentions = Mentions::default();
    page.devices.iter().for_each(|device| mentioned(&mut mentions, device));
    let names = mentions.resolve(gateway, caller).await;
    let devices = page.devices.into_iter().map(|device| Device::of(device, &names));
    let devices = devices.collect::<Result<_>>()?;
    Ok(List::page(devices, page.next_page_token, page.total_size))
}
