//! Whose a device is, as what they use it, and the tokens it has and had.

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
    problem::Result,
    session::Caller,
    state::Gateway,
    version::Tagged,
    wire::{List, mirror, optional_time, time},
};

mirror! {
    /// As what the assigned person uses a device. Tells staff whom they deal with; gives no right.
    Persona = pb::Persona {
        /// For their own work.
        Collaborator,
        /// For the company.
        Manager,
    }
}

/// Whose a device is to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AdjustAccess {
    /// E-mail address of the person, compared without regard to case.
    email: String,
    /// As what they use it.
    persona: Persona,
}

/// A token of a device, without what makes it one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceToken {
    /// Its first eight characters, for example `chd_x7Qa`; empty for one made before they were kept.
    prefix: String,
    /// Each enrolment and each reset raises the device's by one.
    generation: i64,
    created_at: DateTime<Utc>,
    /// When the device was last heard with it; null when it never was.
    last_used_at: Option<DateTime<Utc>>,
    /// When a reset or an enrolment revoked it; null for the valid one.
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<pb::DeviceToken> for DeviceToken {
    type Error = crate::problem::Problem;

    fn try_from(token: pb::DeviceToken) -> Result<Self> {
        Ok(Self {
            prefix: token.prefix,
            generation: token.generation,
            created_at: time(token.create_time)?,
            last_used_at: optional_time(token.last_use_time),
            revoked_at: optional_time(token.revoke_time),
        })
    }
}

/// Adjust access to a device
///
/// Says whose the device is and as what they use it, for example when a computer passes from one person to
/// another: reset its agent, adjust access, install it again with the new address. The address is one of
/// the device's company or of staff; one that nobody has becomes a collaborator of the company, as at
/// enrolment. Whoever it is assigned to is not linked any more. Staff only. 404 `device_not_found`,
/// `user_not_found`; 409 `user_not_in_company`, `user_inactive`.
#[utoipa::path(
    put, path = "/api/admin/devices/{id}/access", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device."), IdempotencyKey),
    request_body = AdjustAccess,
    responses(
        (status = 200, description = "The device from now on.", body = Device,
            headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "`user_not_in_company`, `user_inactive`, or the key stands for another request."),
    ),
)]
pub(crate) async fn adjust_access(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<AdjustAccess>,
) -> Result<Tagged<Device>> {
    let request = caller.request(pb::AdjustAccessRequest {
        request_id,
        id: id.to_string(),
        email: body.email,
        persona: body.persona.into(),
    });
    let device = gateway.clients.devices().adjust_access(request).await?.into_inner();
    devices::tagged(&gateway, &caller, device).await
}

/// List the tokens of a device
///
/// The valid one and those revoked in the last 90 days, newest first, at most 100; never what opens a
/// stream. Staff only.
#[utoipa::path(
    get, path = "/api/admin/devices/{id}/tokens", tag = "devices",
    params(("id" = Uuid, Path, description = "UUIDv7 of the device.")),
    responses((status = 200, description = "All of them.", body = List<DeviceToken>)),
)]
pub(crate) async fn list_device_tokens(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<List<DeviceToken>>> {
    let request = caller.request(pb::ListDeviceTokensRequest { device_id: id.to_string() });
    let answer = gateway.clients.devices().list_device_tokens(request).await?.into_inner();
    let tokens = answer.tokens.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
    Ok(Json(List::whole(tokens)))
}
