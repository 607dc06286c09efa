//! `EnrolmentService`.

use chamados_chassis::{
    context::CallContext,
    error::{Invalid, status},
};
use chamados_proto::identity::v1::{self as pb, enrolment_service_server::EnrolmentService};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, enrolment},
    domain::{email::Email, name::Name},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl EnrolmentService for Api {
    async fn admit_device(
        &self,
        request: Request<pb::AdmitDeviceRequest>,
    ) -> Result<Response<pb::AdmitDeviceResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let email = Email::parse(&request.email)
            .map_err(|e| status(Invalid::field("email", e.to_string())))?;
        let code = &request.provisioning_code;
        let admission =
            enrolment::admit_device(&self.0, &cx, code, &email).await.map_err(status)?;
        Ok(Response::new(pb::AdmitDeviceResponse {
            tenant_id: admission.tenant.to_string(),
            company_id: admission.company.to_string(),
            user_id: admission.user.to_string(),
        }))
    }

    async fn ensure_device_account(
        &self,
        request: Request<pb::EnsureDeviceAccountRequest>,
    ) -> Result<Response<pb::EnsureDeviceAccountResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let tenant = convert::id("tenant_id", &request.tenant_id).map_err(status)?;
        let company = convert::id("company_id", &request.company_id).map_err(status)?;
        let device = convert::id("device_id", &request.device_id).map_err(status)?;
        let name = Name::parse(&request.name)
            .map_err(|e| status(Invalid::field("name", e.to_string())))?;
        let user =
            enrolment::ensure_device_account(&self.0, &cx, tenant, company, device, &name).await;
        let user_id = user.map_err(status)?.to_string();
        Ok(Response::new(pb::EnsureDeviceAccountResponse { user_id }))
    }
}
