//! First start of an installation.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{SignedIn, signed_in};
use crate::{
    extract::Json,
    problem::Result,
    session::{Client, SessionCookie, Visitor},
    state::Gateway,
    trace::Arrival,
};

/// What kind of installation it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Setup {
    /// True until the first admin exists.
    required: bool,
    /// True where all records are invented, to show the product to newcomers.
    demo: bool,
}

/// The first tenant and its admin.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CompleteSetup {
    /// From the set-up link.
    token: String,
    /// Name of the support organisation, 1 to 120 characters.
    tenant_name: String,
    /// Name of the admin, 1 to 120 characters.
    name: String,
    /// E-mail address of the admin.
    email: String,
    /// 8 to 128 characters, not one of the common ones.
    password: String,
}

/// Tell whether set-up is still to be done, and whether it is a demonstration
///
/// Needs no sign-in.
#[utoipa::path(
    get, path = "/api/setup", tag = "setup", security(()),
    responses((status = 200, description = "Whether set-up is still to be done.", body = Setup)),
)]
pub(crate) async fn get_setup(
    State(gateway): State<Gateway>,
    visitor: Visitor,
) -> Result<Json<Setup>> {
    let request = visitor.request(pb::GetSetupRequest {});
    let setup = gateway.clients.setup().get_setup(request).await?.into_inner();
    Ok(Json(Setup { required: setup.required, demo: gateway.config.demo }))
}

/// Make the first tenant and its admin
///
/// By whoever holds the one-time set-up link; signs the admin in. The token works once, which is why
/// no `Idempotency-Key` is needed: 401 `setup_token_invalid` when it is wrong, used or older than 24
/// hours, 409 `setup_done` once an admin exists.
#[utoipa::path(
    post, path = "/api/setup", tag = "setup", security(()), request_body = CompleteSetup,
    responses(
        (status = 200, description = "Done; the session cookie is set.", body = SignedIn,
            headers(("Set-Cookie" = String, description = "The session."))),
        (status = 401, description = "`setup_token_invalid`."),
        (status = 409, description = "`setup_done`."),
    ),
)]
pub(crate) async fn complete_setup(
    State(gateway): State<Gateway>,
    visitor: Visitor,
    arrival: Arrival,
    client: Client,
    Json(body): Json<CompleteSetup>,
) -> Result<(SessionCookie, Json<SignedIn>)> {
    let request = visitor.request(pb::CompleteSetupRequest {
        token: body.token,
        tenant_name: body.tenant_name,
        name: body.name,
        email: body.email,
        password: body.password,
        client_address: client.address,
        user_agent: client.user_agent,
    });
    let answer = gateway.clients.setup().complete_setup(request).await?.into_inner();
    signed_in(&gateway, &arrival, answer).await
}
