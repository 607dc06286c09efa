//! `InviteService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
    page::PageRequest,
};
use chamados_proto::identity::v1::{self as pb, invite_service_server::InviteService};
use chamados_store_kit::idempotency::Fingerprint;
use secrecy::{ExposeSecret as _, SecretString};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, invites},
    domain::{
        email::Email,
        invite::{InviteFilter, State},
        name::Name,
        password::NewPassword,
    },
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl InviteService for Api {
    async fn create_invite(
        &self,
        request: Request<pb::CreateInviteRequest>,
    ) -> Result<Response<pb::CreateInviteResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_invite(request.get_ref()).map_err(status)?;
        let sent = invites::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(pb::CreateInviteResponse {
            url: sent.link.url.expose_secret().to_owned(),
            emailed: sent.invite.emailed,
            invite: Some(convert::invite(sent.invite, self.0.clock.now())),
        }))
    }

    async fn list_invites(
        &self,
        request: Request<pb::ListInvitesRequest>,
    ) -> Result<Response<pb::ListInvitesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let filter = filter(request).map_err(status)?;
        let (page, now) = invites::list(&self.0, &cx, &filter, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListInvitesResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            invites: page.items.into_iter().map(|i| convert::invite(i, now)).collect(),
        }))
    }

    async fn resend_invite(
        &self,
        request: Request<pb::ResendInviteRequest>,
    ) -> Result<Response<pb::ResendInviteResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let resend = invites::ResendInvite {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            id: convert::id("id", &request.id).map_err(status)?,
        };
        let sent = invites::resend(&self.0, &cx, resend).await.map_err(status)?;
        Ok(Response::new(pb::ResendInviteResponse {
            url: sent.link.url.expose_secret().to_owned(),
            emailed: sent.invite.emailed,
            invite: Some(convert::invite(sent.invite, self.0.clock.now())),
        }))
    }

    async fn revoke_invite(
        &self,
        request: Request<pb::RevokeInviteRequest>,
    ) -> Result<Response<pb::Invite>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::id("id", &request.get_ref().id).map_err(status)?;
        let invite = invites::revoke(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(convert::invite(invite, self.0.clock.now())))
    }

    async fn get_invite_by_token(
        &self,
        request: Request<pb::GetInviteByTokenRequest>,
    ) -> Result<Response<pb::GetInviteByTokenResponse>, Status> {
        let token = SecretString::from(request.into_inner().token);
        let invitation = invites::by_token(&self.0, &token).await.map_err(status)?;
        Ok(Response::new(pb::GetInviteByTokenResponse {
            email: invitation.invite.email,
            tenant_name: invitation.tenant_name,
            company_name: invitation.company_name.unwrap_or_default(),
            role: convert::role_to_proto(invitation.invite.role).into(),
        }))
    }

    async fn accept_invite(
        &self,
        request: Request<pb::AcceptInviteRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.into_inner();
        let mut checks = Checks::default();
        let name = checks.take("name", Name::parse(&request.name));
        let password = checks.take("password", NewPassword::parse(&request.password));
        let (Some(name), Some(password)) = (name, password) else {
            return Err(status(checks.into_invalid()));
        };
        let client = convert::client(&request.client_address, &request.user_agent);
        let token = SecretString::from(request.token);
        let signed_in = invites::accept(&self.0, &cx, &token, name, password, client).await;
        Ok(Response::new(signed_in.map_err(status)?.into()))
    }
}

fn new_invite(request: &pb::CreateInviteRequest) -> Result<invites::CreateInvite, Invalid> {
    let mut checks = Checks::default();
    let email = checks.take("email", Email::parse(&request.email));
    let role = convert::role(request.role);
    checks.ensure("role", role.is_some(), "must be given");
    let company =
        checks.take("company_id", request.company_id.as_deref().map(str::parse).transpose());
    match (email, role, company) {
        (Some(email), Some(role), Some(company)) => Ok(invites::CreateInvite {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            email,
            role,
            company,
        }),
        _ => Err(checks.into_invalid()),
    }
}

fn filter(request: &pb::ListInvitesRequest) -> Result<InviteFilter, Invalid> {
    let mut checks = Checks::default();
    let query = convert::query(&mut checks, &request.query);
    let state = pb::InviteState::try_from(request.state);
    checks.ensure("state", state.is_ok(), "is no state");
    checks.finish()?;
    let state = match state.unwrap_or_default() {
        pb::InviteState::Unspecified => None,
        pb::InviteState::Pending => Some(State::Pending),
        pb::InviteState::Accepted => Some(State::Accepted),
        pb::InviteState::Revoked => Some(State::Revoked),
        pb::InviteState::Expired => Some(State::Expired),
    };
    Ok(InviteFilter { state, query })
}
