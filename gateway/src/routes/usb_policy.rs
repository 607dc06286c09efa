//! What a device lets be done with USB storage.

use axum::extract::State;
use chamados_proto::device::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::devices::{self, Device};
use crate::{
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    names::{Actor, Mentions, Names},
    problem::Result,
    session::Caller,
    state::Gateway,
    version::Tagged,
    wire::{mirror, optional_time, time},
};

mirror! {
    /// What may be done with USB storage.
    UsbPolicy = pb::UsbPolicy {
        /// As the system has it: read and write.
        Allow,
        /// Files can be read and not written.
        ReadOnly,
        /// Storage is not made available at all.
        Block,
    }
}

mirror! {
    /// What became of a policy.
    UsbPolicyState = pb::UsbPolicyState {
        /// The agent has not answered yet.
        Pending,
        /// In force.
        Applied,
        /// The agent could not apply it. It is tried again whenever the agent connects.
        Failed,
        /// The agent did not answer in time and is asked no more.
        Expired,
        /// The device was reset before the agent answered; it is asked no more.
        Cancelled,
    }
}

/// What staff last set for USB storage of a device, and what became of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceUsbPolicy {
    policy: UsbPolicy,
    state: UsbPolicyState,
    /// Why it failed: `no_permission`, `read_only_file_system`, `system_disk`, `no_udev`, `unsupported`,
    /// `other`, or another word of a newer agent. Null unless it failed.
    reason: Option<String>,
    /// What the device's system said of the failure, one line. Null when it said nothing.
    detail: Option<String>,
    set_at: DateTime<Utc>,
    set_by: Actor,
    /// When the agent last said whether it is in force; null until then.
    reported_at: Option<DateTime<Utc>>,
}

impl DeviceUsbPolicy {
    pub(super) fn of(policy: pb::DeviceUsbPolicy, names: &Names) -> Result<Self> {
        let said = |text: String| (!text.is_empty()).then_some(text);
        Ok(Self {
            policy: UsbPolicy::of(policy.policy)?,
            state: UsbPolicyState::of(policy.state)?,
            reason: said(policy.reason),
            detail: said(policy.detail),
            set_at: time(policy.set_time)?,
            set_by: names.actor(policy.set_by),
            reported_at: optional_time(policy.report_time),
        })
    }

    pub(super) fn mentioned(mentions: &mut Mentions, policy: Option<&pb::DeviceUsbPolicy>) {
        mentions.actor(policy.and_then(|policy| policy.set_by.as_ref()));
    }
}

/// What a device is to let be done with USB storage.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetUsbPolicy {
    policy: UsbPolicy,
}

/// Set what may be done with USB storage
///
/// The device's agent is told at once, or when it connects; until it answers the policy is `pending`,
/// at most a day by default. Keyboards, printers and other devices are never touched. Setting the same
/// policy again asks the agent again. Staff only.
#[utoipa::path(
    put, path = "/api/admin/devices/{id}/usb-policy", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), IdempotencyKey),
    request_body = SetUsbPolicy,
    responses(
        (status = 200, description = "The device from now on.", body = Device,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`device_not_found`."),
    ),
)]
pub(crate) async fn set_usb_policy(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<SetUsbPolicy>,
) -> Result<Tagged<Device>> {
    let (device_id, policy) = (id.to_string(), body.policy.into());
    let request = caller.request(pb::SetUsbPolicyRequest { request_id, device_id, policy });
    let device = gateway.clients.devices().set_usb_policy(request).await?.into_inner();
    devices::tagged(&gateway, &caller, device).await
}
