//! Invitations of people.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::users::Role;
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    names::{CompanyRef, Mentions, Names, UserRef},
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    wire::{Created, List, created, mirror, time},
};

mirror! {
    /// Where an invite stands.
    InviteState = pb::InviteState {
        /// The link works.
        Pending,
        /// The person came in.
        Accepted,
        /// Taken back by staff.
        Revoked,
        /// Not used within 7 days; may be resent.
        Expired,
    }
}

/// An invitation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invite {
    /// UUIDv7.
    id: String,
    /// Who is invited.
    email: String,
    /// What they will be.
    role: Role,
    /// Set for managers and collaborators.
    company: Option<CompanyRef>,
    state: InviteState,
    /// Null when it was not a person.
    invited_by: Option<UserRef>,
    created_at: DateTime<Utc>,
    /// When the present link was made.
    sent_at: DateTime<Utc>,
    /// When the present link stops working.
    expires_at: DateTime<Utc>,
    /// The person it became, once accepted.
    user: Option<UserRef>,
}

/// An invite with its link, which is not shown again.
#[derive(Serialize, ToSchema)]
pub(crate) struct SentInvite {
    invite: Invite,
    /// The one-time link, to hand over.
    url: String,
    /// Whether the link is also on its way by e-mail.
    emailed: bool,
}

impl Invite {
    fn of(invite: pb::Invite, names: &Names) -> Result<Self> {
        Ok(Self {
            role: Role::of(invite.role)?,
            company: invite.company_id.map(|id| names.company(id)),
            state: InviteState::of(invite.state)?,
            invited_by: invite.invited_by_id.map(|id| names.user(id)),
            created_at: time(invite.create_time)?,
            sent_at: time(invite.send_time)?,
            expires_at: time(invite.expire_time)?,
            user: invite.user_id.map(|id| names.user(id)),
            id: invite.id,
            email: invite.email,
        })
    }
}

/// Which invites a list holds.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListInvites {
    /// Only those that stand here.
    state: Option<InviteState>,
    /// Part of the e-mail address, without regard to case, at most 200 characters.
    q: String,
    /// Records a page; 25 when left out, and never more than 100.
    page_size: i32,
    /// `nextPageToken` of the page before.
    page_token: String,
}

/// Somebody to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateInvite {
    email: String,
    /// Any but `machine`.
    role: Role,
    /// Needed for managers and collaborators.
    company_id: Option<Uuid>,
}

/// List invites
///
/// The newest first. Staff only.
#[utoipa::path(
    get, path = "/api/admin/invites", tag = "invites", params(ListInvites),
    responses((status = 200, description = "One page.", body = List<Invite>)),
)]
pub(crate) async fn list_invites(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(query): Query<ListInvites>,
) -> Result<Json<List<Invite>>> {
    let request = caller.request(pb::ListInvitesRequest {
        page_size: query.page_size,
        page_token: query.page_token,
        state: query.state.map_or(0, Into::into),
        query: query.q,
    });
    let page = gateway.clients.invites().list_invites(request).await?.into_inner();
    let mut mentions = Mentions::default();
    page.invites.iter().for_each(|invite| mention(&mut mentions, invite));
    let names = mentions.resolve(&gateway, &caller).await;
    let invites = page.invites.into_iter().map(|invite| Invite::of(invite, &names));
    let invites = invites.collect::<Result<_>>()?;
    Ok(Json(List::page(invites, page.next_page_token, page.total_size)))
}

/// Invite somebody
///
/// Admins with any role, agents only collaborators. The link is shown in this answer and, where e-mail
/// is set up, sent. 409 `email_taken`, `invite_pending`.
#[utoipa::path(
    post, path = "/api/admin/invites", tag = "invites",
    params(IdempotencyKey), request_body = CreateInvite,
    responses((status = 201, description = "The invite and its link.", body = SentInvite,
        headers(("Location" = String, description = "Address of the list it is in.")))),
)]
pub(crate) async fn create_invite(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<CreateInvite>,
) -> Result<Created<Json<SentInvite>>> {
    let request = caller.request(pb::CreateInviteRequest {
        request_id,
        email: body.email,
        role: body.role.into(),
        company_id: body.company_id.map(|id| id.to_string()),
    });
    let sent = gateway.clients.invites().create_invite(request).await?.into_inner();
    let sent = self::sent(&gateway, &caller, sent.invite, sent.url, sent.emailed).await?;
    Ok(created("/api/admin/invites".to_owned(), Json(sent)))
}

/// Send an invite again
///
/// Makes a new link, valid from now; the one before stops working. 409 `invite_accepted`,
/// `invite_revoked`.
#[utoipa::path(
    post, path = "/api/admin/invites/{id}/resend", tag = "invites",
    params(("id" = Uuid, Path, description = "UUIDv7 of the invite."), IdempotencyKey),
    responses((status = 200, description = "The invite and its new link.", body = SentInvite)),
)]
pub(crate) async fn resend_invite(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<SentInvite>> {
    let request = caller.request(pb::ResendInviteRequest { id: id.to_string(), request_id });
    let sent = gateway.clients.invites().resend_invite(request).await?.into_inner();
    Ok(Json(self::sent(&gateway, &caller, sent.invite, sent.url, sent.emailed).await?))
}

/// Revoke an invite
///
/// Its link stops working. Revoking a revoked one succeeds. 409 `invite_accepted`.
#[utoipa::path(
    delete, path = "/api/admin/invites/{id}", tag = "invites",
    params(("id" = Uuid, Path, description = "UUIDv7 of the invite.")),
    responses(
        (status = 204, description = "Revoked."),
        (status = 409, description = "`invite_accepted`."),
    ),
)]
pub(crate) async fn revoke_invite(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let request = caller.request(pb::RevokeInviteRequest { id: id.to_string() });
    gateway.clients.invites().revoke_invite(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn mention(mentions: &mut Mentions, invite: &pb::Invite) {
    mentions.company(invite.company_id.as_ref());
    mentions.user(invite.invited_by_id.as_ref());
    mentions.user(invite.user_id.as_ref());
}

async fn sent(
    gateway: &Gateway,
    caller: &Caller,
    invite: Option<pb::Invite>,
    url: String,
    emailed: bool,
) -> Result<SentInvite> {
    let invite = invite.ok_or_else(|| Problem::internal("an answer without its invite"))?;
    let mut mentions = Mentions::default();
    mention(&mut mentions, &invite);
    let invite = Invite::of(invite, &mentions.resolve(gateway, caller).await)?;
    Ok(SentInvite { invite, url, emailed })
}
