//! The part of identity that the device service calls.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use chamados_chassis::{
    context::CallContext,
    error::status,
    grpc::{GrpcChannel, Stack, local},
    id::{CompanyId, TenantId, UserId},
};
use chamados_proto::identity::v1::{
    self as pb,
    enrolment_service_server::{EnrolmentService, EnrolmentServiceServer},
};
use tonic::{Request, Response, Status, service::Routes};

/// Provisioning codes and people, as a test sets them.
#[derive(Default)]
pub(crate) struct Identity {
    codes: Mutex<HashMap<String, (TenantId, CompanyId)>>,
    people: Mutex<HashMap<(TenantId, String), UserId>>,
    /// Devices with an account.
    pub(crate) accounts: Mutex<HashSet<String>>,
    /// Whether accounts cannot be made now.
    pub(crate) refuses_accounts: AtomicBool,
}

#[derive(Debug, thiserror::Error)]
#[error("no")]
struct Refused(&'static str, chamados_chassis::error::Kind);

impl chamados_chassis::error::Describe for Refused {
    fn kind(&self) -> chamados_chassis::error::Kind {
        self.1
    }
    fn reason(&self) -> std::borrow::Cow<'static, str> {
        self.0.into()
    }
}

impl Identity {
    pub(crate) fn add_company(&self, tenant: TenantId, code: &str) -> CompanyId {
        let company = CompanyId::new();
        self.codes.lock().unwrap().insert(code.to_owned(), (tenant, company));
        company
    }

    pub(crate) fn person(&self, tenant: TenantId, email: &str) -> UserId {
        *self.people.lock().unwrap().entry((tenant, email.to_owned())).or_insert_with(UserId::new)
    }

    pub(crate) fn channel(self: &Arc<Self>, stack: &Stack) -> GrpcChannel {
        let routes = Routes::new(EnrolmentServiceServer::from_arc(Arc::clone(self)));
        local(stack.layered(routes, &[]))
    }
}

#[tonic::async_trait]
impl EnrolmentService for Identity {
    async fn admit_device(
        &self,
        request: Request<pb::AdmitDeviceRequest>,
    ) -> Result<Response<pb::AdmitDeviceResponse>, Status> {
        use chamados_chassis::error::Kind;

        CallContext::of(&request)?.principal().require_service().map_err(status)?;
        let message = request.into_inner();
        let known = self.codes.lock().unwrap().get(&message.provisioning_code).copied();
        let (tenant, company) = known
            .ok_or_else(|| status(Refused("provisioning_code_invalid", Kind::Unauthenticated)))?;
        if message.email.ends_with("@elsewhere.example") {
            return Err(status(Refused("email_not_in_company", Kind::Forbidden)));
        }
        Ok(Response::new(pb::AdmitDeviceResponse {
            tenant_id: tenant.to_string(),
            company_id: company.to_string(),
            user_id: self.person(tenant, &message.email).to_string(),
        }))
    }

    async fn ensure_device_account(
        &self,
        request: Request<pb::EnsureDeviceAccountRequest>,
    ) -> Result<Response<pb::EnsureDeviceAccountResponse>, Status> {
        CallContext::of(&request)?.principal().require_service().map_err(status)?;
        if self.refuses_accounts.load(Ordering::SeqCst) {
            return Err(Status::unavailable("away"));
        }
        self.accounts.lock().unwrap().insert(request.into_inner().device_id);
        Ok(Response::new(pb::EnsureDeviceAccountResponse { user_id: UserId::new().to_string() }))
    }
}
