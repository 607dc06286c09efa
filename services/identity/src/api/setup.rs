//! `SetupService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::identity::v1::{self as pb, setup_service_server::SetupService};
use secrecy::{ExposeSecret as _, SecretString};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, setup},
    domain::{email::Email, name::Name, password::NewPassword},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl SetupService for Api {
    async fn get_setup(
        &self,
        _request: Request<pb::GetSetupRequest>,
    ) -> Result<Response<pb::GetSetupResponse>, Status> {
        let required = setup::is_required(&self.0).await.map_err(status)?;
        Ok(Response::new(pb::GetSetupResponse { required }))
    }

    async fn issue_setup_token(
        &self,
        request: Request<pb::IssueSetupTokenRequest>,
    ) -> Result<Response<pb::IssueSetupTokenResponse>, Status> {
        CallContext::of(&request)?.principal().require_service().map_err(status)?;
        let token = setup::issue_token(&self.0).await.map_err(status)?;
        let token = token.expose_secret().to_owned();
        Ok(Response::new(pb::IssueSetupTokenResponse { token }))
    }

    async fn complete_setup(
        &self,
        request: Request<pb::CompleteSetupRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let request = request.into_inner();
        let token = SecretString::from(request.token.clone());
        let admin = first_admin(&request).map_err(status)?;
        let client = convert::client(&request.client_address, &request.user_agent);
        let signed_in = setup::complete(&self.0, &token, admin, client).await.map_err(status)?;
        Ok(Response::new(signed_in.into()))
    }
}

fn first_admin(request: &pb::CompleteSetupRequest) -> Result<setup::FirstAdmin, Invalid> {
    let mut checks = Checks::default();
    let tenant_name = checks.take("tenant_name", Name::parse(&request.tenant_name));
    let name = checks.take("name", Name::parse(&request.name));
    let email = checks.take("email", Email::parse(&request.email));
    let password = checks.take("password", NewPassword::parse(&request.password));
    match (tenant_name, name, email, password) {
        (Some(tenant_name), Some(name), Some(email), Some(password)) => {
            Ok(setup::FirstAdmin { tenant_name, name, email, password })
        }
        _ => Err(checks.into_invalid()),
    }
}
