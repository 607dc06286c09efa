//! The caller's own sessions and password.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    problem::Result,
    session::{Client, Person},
    state::Gateway,
    wire::{List, Paging, time},
};

/// A signed-in browser.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// UUIDv7.
    id: String,
    created_at: DateTime<Utc>,
    /// Its last request, to within 5 minutes.
    last_seen_at: DateTime<Utc>,
    /// When it ends at the latest: 12 hours after its last request, 30 days after it was opened.
    expires_at: DateTime<Utc>,
    /// Address it was opened from; empty when unknown.
    client_address: String,
    /// Name the browser gave itself; empty when unknown.
    user_agent: String,
    /// Whether it is the one of this very request.
    current: bool,
}

impl Session {
    fn of(session: pb::Session) -> Result<Self> {
        Ok(Self {
            id: session.id,
            created_at: time(session.create_time)?,
            last_seen_at: time(session.last_seen_time)?,
            expires_at: time(session.expire_time)?,
            client_address: session.client_address,
            user_agent: session.user_agent,
            current: session.current,
        })
    }
}

/// The caller's new password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangePassword {
    current_password: String,
    /// 8 to 128 characters, not one of the common ones.
    new_password: String,
}

/// What a change of password did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordChanged {
    /// How many other sessions ended.
    ended_sessions: i32,
}

/// List the caller's sessions
///
/// Those that still hold, the last used first.
#[utoipa::path(
    get, path = "/api/me/sessions", tag = "me", params(Paging),
    responses((status = 200, description = "One page.", body = List<Session>)),
)]
pub(crate) async fn list_sessions(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<Session>>> {
    let request = caller.request(pb::ListSessionsRequest { page_size, page_token });
    let page = gateway.clients.sessions().list_sessions(request).await?.into_inner();
    let sessions = page.sessions.into_iter().map(Session::of).collect::<Result<_>>()?;
    Ok(Json(List::page(sessions, page.next_page_token, page.total_size)))
}

/// End one of the caller's sessions
///
/// At once, on every replica. Ending an ended one succeeds.
#[utoipa::path(
    delete, path = "/api/me/sessions/{id}", tag = "me",
    params(("id" = Uuid, Path, description = "UUIDv7 of the session.")),
    responses((status = 204, description = "Ended.")),
)]
pub(crate) async fn revoke_session(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let request = caller.request(pb::RevokeSessionRequest { id: id.to_string() });
    gateway.clients.sessions().revoke_session(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change the caller's password
///
/// Ends every other session of theirs. 403 `current_password_wrong`; after ten failures within 15 minutes
/// 429 `too_many_attempts`. Sent again it fails, as the password is no longer the present one, so
/// `Idempotency-Key` has no meaning here.
#[utoipa::path(
    post, path = "/api/me/password", tag = "me", request_body = ChangePassword,
    responses((status = 200, description = "Changed.", body = PasswordChanged)),
)]
pub(crate) async fn change_password(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    client: Client,
    Json(body): Json<ChangePassword>,
) -> Result<Json<PasswordChanged>> {
    let request = caller.request(pb::ChangePasswordRequest {
        current_password: body.current_password,
        new_password: body.new_password,
        client_address: client.address,
    });
    let done = gateway.clients.passwords().change_password(request).await?.into_inner();
    Ok(Json(PasswordChanged { ended_sessions: done.ended_sessions }))
}
