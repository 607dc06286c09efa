//! Signing in and out.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::users::{self, User};
use crate::{
    extract::Json,
    names::Mentions,
    problem::{Problem, Result},
    session::{Caller, Client, Credential, SessionCookie, SessionToken, Visitor},
    state::Gateway,
    trace::Arrival,
    wire::time,
};

/// Who asks to come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Compared without regard to case.
    email: String,
    /// At most 128 characters.
    password: String,
}

/// Who came in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    user: User,
}

/// Sign in by e-mail and password
///
/// Opens a session and sets its cookie. Wrong e-mail, wrong password and deactivated users get the
/// same 401 `credentials_invalid`; after ten failures from one address within 15 minutes, 429
/// `too_many_attempts`. Signing in twice opens two sessions, so `Idempotency-Key` has no meaning here.
#[utoipa::path(
    post, path = "/api/auth/sign-in/email", tag = "auth", security(()), request_body = SignIn,
    responses(
        (status = 200, description = "Signed in; the session cookie is set.", body = SignedIn,
            headers(("Set-Cookie" = String, description = "The session."))),
        (status = 401, description = "`credentials_invalid`."),
        (status = 429, description = "`too_many_attempts`; see `Retry-After`."),
    ),
)]
pub(crate) async fn sign_in_by_email(
    State(gateway): State<Gateway>,
    visitor: Visitor,
    arrival: Arrival,
    client: Client,
    Json(body): Json<SignIn>,
) -> Result<(SessionCookie, Json<SignedIn>)> {
    let request = visitor.request(pb::SignInRequest {
        email: body.email,
        password: body.password,
        client_address: client.address,
        user_agent: client.user_agent,
    });
    let answer = gateway.clients.sessions().sign_in(request).await?.into_inner();
    signed_in(&gateway, &arrival, answer).await
}

/// Sign out
///
/// Ends the session and takes its cookie away. Without a session, or with one that has ended, it
/// succeeds too, so sending it again does no harm and no `Idempotency-Key` is needed.
#[utoipa::path(
    post, path = "/api/auth/sign-out", tag = "auth", security(()),
    responses((status = 204, description = "Signed out.",
        headers(("Set-Cookie" = String, description = "Takes the session away.")))),
)]
pub(crate) async fn sign_out(
    State(gateway): State<Gateway>,
    caller: Result<Caller>,
) -> Result<(SessionCookie, StatusCode)> {
    match caller {
        Ok(caller) => {
            let session_token = caller.session().map(|token| token.0.clone()).unwrap_or_default();
            let request = caller.request(pb::SignOutRequest { session_token });
            gateway.clients.sessions().sign_out(request).await?;
        }
        Err(problem) if problem.is_unauthenticated() => {}
        Err(problem) => return Err(problem),
    }
    Ok((SessionCookie::end(&gateway), StatusCode::NO_CONTENT))
}

/// The answer to whoever has just come in.
pub(super) async fn signed_in(
    gateway: &Gateway,
    arrival: &Arrival,
    answer: pb::SignInResponse,
) -> Result<(SessionCookie, Json<SignedIn>)> {
    let token = SessionToken(answer.session_token);
    let cookie = SessionCookie::begin(gateway, &token, time(answer.expire_time)?);
    let user = answer.user.ok_or_else(|| Problem::internal("a sign-in without a user"))?;
    let mut mentions = Mentions::default();
    users::mention(&mut mentions, &user);
    let caller = Caller::authenticate(gateway, arrival, Credential::Session(token)).await?;
    let user = User::of(user, &mentions.resolve(gateway, &caller).await)?;
    Ok((cookie, Json(SignedIn { user })))
}
