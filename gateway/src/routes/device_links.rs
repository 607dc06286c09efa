//! People tied to a device besides the one it belongs to. The two addresses are those of the old system, so
//! that its scripts keep working.

use axum::extract::State;
use chamados_proto::device::v1 as pb;
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::devices::{self, Device};
use crate::{
    extract::{Json, Query},
    idempotency::IdempotencyKey,
    problem::Result,
    session::Caller,
    state::Gateway,
    version::Tagged,
};

/// Who is to be tied to which device.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LinkUser {
    /// UUIDv7 of the device.
    machine_id: Uuid,
    /// E-mail address of the person, compared without regard to case.
    email: String,
}

/// Who is to be untied from which device.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct UnlinkUser {
    /// UUIDv7 of the device.
    machine_id: Uuid,
    /// UUIDv7 of the person.
    user_id: Uuid,
}

/// Link a person to a device
///
/// One of its company or of staff. Linking a linked person changes nothing. Staff only. 404 `user_not_found`,
/// `device_not_found`; 409 `user_not_in_company`, `user_is_assigned`, `user_inactive`, `too_many_links`.
#[utoipa::path(
    post, path = "/api/admin/devices/links", tag = "devices",
    params(IdempotencyKey), request_body = LinkUser,
    responses(
        (status = 200, description = "The device from now on.", body = Device,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`device_not_found` or `user_not_found`."),
    ),
)]
pub(crate) async fn link_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<LinkUser>,
) -> Result<Tagged<Device>> {
    let device_id = body.machine_id.to_string();
    let request = caller.request(pb::LinkUserRequest { request_id, device_id, email: body.email });
    let device = gateway.clients.devices().link_user(request).await?.into_inner();
    devices::tagged(&gateway, &caller, device).await
}

/// Unlink a person from a device
///
/// Who is not linked need not be: it succeeds. Staff only.
#[utoipa::path(
    delete, path = "/api/admin/devices/links", tag = "devices", params(UnlinkUser),
    responses(
        (status = 204, description = "Not linked any more."),
        (status = 404, description = "`device_not_found`."),
    ),
)]
pub(crate) async fn unlink_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(UnlinkUser { machine_id, user_id }): Query<UnlinkUser>,
) -> Result<StatusCode> {
    let (device_id, user_id) = (machine_id.to_string(), user_id.to_string());
    let request = caller.request(pb::UnlinkUserRequest { device_id, user_id });
    gateway.clients.devices().unlink_user(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
