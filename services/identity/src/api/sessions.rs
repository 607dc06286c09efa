//! `SessionService`.

use chamados_chassis::{
    auth::Principal,
    context::CallContext,
    error::{Checks, Invalid, status},
    page::PageRequest,
};
use chamados_proto::identity::v1::{
    self as pb, authenticate_request::Credential, session_service_server::SessionService,
};
use secrecy::SecretString;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{App, api_keys, sessions};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl SessionService for Api {
    async fn sign_in(
        &self,
        request: Request<pb::SignInRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let request = request.into_inner();
        let mut checks = Checks::default();
        checks.ensure("email", request.email.len() <= 254, "must have at most 254 characters");
        let length = request.password.chars().count();
        checks.ensure("password", length <= 128, "must have at most 128 characters");
        checks.finish().map_err(status)?;
        let client = convert::client(&request.client_address, &request.user_agent);
        let password = SecretString::from(request.password);
        let signed_in =
            sessions::sign_in(&self.0, &request.email, password, client).await.map_err(status)?;
        Ok(Response::new(signed_in.into()))
    }

    async fn sign_out(
        &self,
        request: Request<pb::SignOutRequest>,
    ) -> Result<Response<pb::SignOutResponse>, Status> {
        let token = SecretString::from(request.into_inner().session_token);
        sessions::sign_out(&self.0, &token).await.map_err(status)?;
        Ok(Response::new(pb::SignOutResponse {}))
    }

    async fn authenticate(
        &self,
        request: Request<pb::AuthenticateRequest>,
    ) -> Result<Response<pb::AuthenticateResponse>, Status> {
        let (principal_token, session_id) = match request.into_inner().credential {
            Some(Credential::SessionToken(token)) => {
                let token = SecretString::from(token);
                let session = sessions::authenticate(&self.0, &token).await.map_err(status)?;
                (session.principal_token, session.session.to_string())
            }
            Some(Credential::ApiKey(secret)) => {
                let secret = SecretString::from(secret);
                let token = api_keys::authenticate(&self.0, &secret).await.map_err(status)?;
                (token, String::new())
            }
            None => return Err(status(Invalid::field("credential", "must be given"))),
        };
        Ok(Response::new(pb::AuthenticateResponse { principal_token, session_id }))
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let page = sessions::list(&self.0, &cx, &page).await.map_err(status)?;
        let current = match cx.principal() {
            Principal::Person { session, .. } => Some(*session),
            _ => None,
        };
        Ok(Response::new(pb::ListSessionsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            sessions: page.items.into_iter().map(|s| convert::session(s, current)).collect(),
        }))
    }

    async fn revoke_session(
        &self,
        request: Request<pb::RevokeSessionRequest>,
    ) -> Result<Response<pb::RevokeSessionResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::id("id", &request.get_ref().id).map_err(status)?;
        sessions::revoke(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(pb::RevokeSessionResponse {}))
    }
}
