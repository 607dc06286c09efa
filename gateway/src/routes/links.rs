//! One-time links: what an invite or a password reset is for, and using it. Whoever holds the link
//! needs no session.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    auth::{SignedIn, signed_in},
    users::Role,
};
use crate::{
    extract::Json,
    problem::Result,
    session::{Client, SessionCookie, Visitor},
    state::Gateway,
    trace::Arrival,
    wire::non_empty,
};

/// The token of a one-time link. It is sent in the body, so that no log of addresses has it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// From the link.
    token: String,
}

/// What an invite is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitePreview {
    /// Who is invited.
    email: String,
    /// Name of the support organisation.
    tenant_name: String,
    /// Name of the company; null for staff.
    company_name: Option<String>,
    /// What they will be.
    role: Role,
}

/// Somebody who comes in by an invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptInvite {
    /// From the link.
    token: String,
    /// 1 to 120 characters.
    name: String,
    /// 8 to 128 characters, not one of the common ones.
    password: String,
}

/// Who a password reset is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasswordResetPreview {
    name: String,
    email: String,
}

/// A new password by a reset link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPassword {
    /// From the link.
    token: String,
    /// 8 to 128 characters, not one of the common ones.
    password: String,
}

/// Look at an invite
///
/// By whoever holds its link. Only reads, so `Idempotency-Key` has no meaning here.
#[utoipa::path(
    post, path = "/api/auth/invites/preview", tag = "auth", security(()), request_body = Link,
    responses(
        (status = 200, description = "What the invite is for.", body = InvitePreview),
        (status = 401, description = "`invite_token_invalid`."),
    ),
)]
pub(crate) async fn preview_invite(
    State(gateway): State<Gateway>,
    visitor: Visitor,
    Json(body): Json<Link>,
) -> Result<Json<InvitePreview>> {
    let request = visitor.request(pb::GetInviteByTokenRequest { token: body.token });
    let invite = gateway.clients.invites().get_invite_by_token(request).await?.into_inner();
    Ok(Json(InvitePreview {
        email: invite.email,
        tenant_name: invite.tenant_name,
        company_name: non_empty(invite.company_name),
        role: Role::of(invite.role)?,
    }))
}

/// Accept an invite
///
/// Makes the person and signs them in. The link works once, which is why no `Idempotency-Key` is needed:
/// 401 `invite_token_invalid` when it is wrong, used, revoked, replaced or expired; 409 `email_taken`.
#[utoipa::path(
    post, path = "/api/auth/invites/accept", tag = "auth", security(()), request_body = AcceptInvite,
    responses(
        (status = 200, description = "Signed in; the session cookie is set.", body = SignedIn,
            headers(("Set-Cookie" = String, description = "The session."))),
        (status = 401, description = "`invite_token_invalid`."),
        (status = 409, description = "`email_taken`."),
    ),
)]
pub(crate) async fn accept_invite(
    State(gateway): State<Gateway>,
    visitor: Visitor,
    arrival: Arrival,
    client: Client,
    Json(body): Json<AcceptInvite>,
) -> Result<(SessionCookie, Json<SignedIn>)> {
    let request = visitor.request(pb::AcceptInviteRequest {
        token: body.token,
        name: body.name,
        password: body.password,
        client_address: client.address,
        user_agent: client.user_agent,
    });
    let answer = gateway.clients.invites().accept_invite(request).await?.into_inner();
    signed_in(&gateway, &arrival, answer).await
}

/// Look at a password reset
///
/// By whoever holds its link. Only reads, so `Idempotency-Key` has no meaning here.
#[utoipa::path(
    post, path = "/api/auth/password/reset/preview", tag = "auth", security(()), request_body = Link,
    responses(
        (status = 200, description = "Who the link is for.", body = PasswordResetPreview),
        (status = 401, description = "`reset_token_invalid`."),
    ),
)]
pub(crate) async fn preview_password_reset(
    State(gateway): State<Gateway>,
    visitor: Visitor,
    Json(body): Json<Link>,
) -> Result<Json<PasswordResetPreview>> {
    let request = visitor.request(pb::GetPasswordResetRequest { token: body.token });
    let reset = gateway.clients.passwords().get_password_reset(request).await?.into_inner();
    Ok(Json(PasswordResetPreview { name: reset.name, email: reset.email }))
}

/// Choose a new password by a reset link
///
/// Signs the person in. The link works once, which is why no `Idempotency-Key` is needed: 401
/// `reset_token_invalid` when it is wrong, used, replaced or older than 24 hours.
#[utoipa::path(
    post, path = "/api/auth/password/reset", tag = "auth", security(()), request_body = ResetPassword,
    responses(
        (status = 200, description = "Signed in; the session cookie is set.", body = SignedIn,
            headers(("Set-Cookie" = String, description = "The session."))),
        (status = 401, description = "`reset_token_invalid`."),
    ),
)]
pub(crate) async fn reset_password(
    State(gateway): State<Gateway>,
    visitor: Visitor,
    arrival: Arrival,
    client: Client,
    Json(body): Json<ResetPassword>,
) -> Result<(SessionCookie, Json<SignedIn>)> {
    let request = visitor.request(pb::ResetPasswordRequest {
        token: body.token,
        password: body.password,
        client_address: client.address,
        user_agent: client.user_agent,
    });
    let answer = gateway.clients.passwords().reset_password(request).await?.into_inner();
    signed_in(&gateway, &arrival, answer).await
}
