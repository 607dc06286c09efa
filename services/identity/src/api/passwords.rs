//! `PasswordService`.

use chamados_chassis::{
    clock::to_proto,
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::identity::v1::{self as pb, password_service_server::PasswordService};
use chamados_store_kit::idempotency::Fingerprint;
use secrecy::{ExposeSecret as _, SecretString};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, passwords},
    domain::password::{MAX_CHARS, NewPassword},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl PasswordService for Api {
    async fn change_password(
        &self,
        request: Request<pb::ChangePasswordRequest>,
    ) -> Result<Response<pb::ChangePasswordResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.into_inner();
        let mut checks = Checks::default();
        let length = request.current_password.chars().count();
        checks.ensure("current_password", length <= MAX_CHARS, "must have at most 128 characters");
        let new = checks.take("new_password", NewPassword::parse(&request.new_password));
        let (Some(new), true) = (new, length <= MAX_CHARS) else {
            return Err(status(checks.into_invalid()));
        };
        let client = convert::client(&request.client_address, "");
        let current = SecretString::from(request.current_password);
        let ended_sessions = passwords::change(&self.0, &cx, current, new, &client.address).await;
        let ended_sessions = ended_sessions.map_err(status)?;
        Ok(Response::new(pb::ChangePasswordResponse { ended_sessions }))
    }

    async fn issue_password_reset(
        &self,
        request: Request<pb::IssuePasswordResetRequest>,
    ) -> Result<Response<pb::IssuePasswordResetResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let issue = passwords::IssueReset {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            user: convert::id("user_id", &request.user_id).map_err(status)?,
        };
        let issued = passwords::issue_reset(&self.0, &cx, issue).await.map_err(status)?;
        Ok(Response::new(pb::IssuePasswordResetResponse {
            url: issued.link.url.expose_secret().to_owned(),
            expire_time: Some(to_proto(issued.reset.expires_at)),
            emailed: issued.reset.emailed,
            ended_sessions: issued.reset.ended_sessions,
        }))
    }

    async fn get_password_reset(
        &self,
        request: Request<pb::GetPasswordResetRequest>,
    ) -> Result<Response<pb::GetPasswordResetResponse>, Status> {
        let token = SecretString::from(request.into_inner().token);
        let user = passwords::get_reset(&self.0, &token).await.map_err(status)?;
        let email = user.email.unwrap_or_default();
        Ok(Response::new(pb::GetPasswordResetResponse { name: user.name, email }))
    }

    async fn reset_password(
        &self,
        request: Request<pb::ResetPasswordRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.into_inner();
        let password = NewPassword::parse(&request.password)
            .map_err(|e| status(Invalid::field("password", e.to_string())))?;
        let client = convert::client(&request.client_address, &request.user_agent);
        let token = SecretString::from(request.token);
        let signed_in = passwords::reset(&self.0, &cx, &token, password, client).await;
        Ok(Response::new(signed_in.map_err(status)?.into()))
    }
}
