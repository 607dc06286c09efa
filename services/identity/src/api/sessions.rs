//! `SessionService`.

use chamados_chassis::error::{Checks, status};
use chamados_proto::identity::v1::{self as pb, session_service_server::SessionService};
use secrecy::SecretString;
use tonic::{Request, Response, Status};

use crate::app::{
    App,
    sessions::{self, Client},
};

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
        let client = Client {
            address: request.client_address.chars().take(64).collect(),
            user_agent: request.user_agent.chars().take(256).collect(),
        };
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
        let token = SecretString::from(request.into_inner().session_token);
        let authenticated = sessions::authenticate(&self.0, &token).await.map_err(status)?;
        Ok(Response::new(pb::AuthenticateResponse {
            principal_token: authenticated.principal_token,
            session_id: authenticated.session.to_string(),
        }))
    }
}
