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
    user_service_server::{UserService, UserServiceServer},
};
use futures::future::BoxFuture;
use tonic::{Request, Response, Status, service::Routes};

/// Provisioning codes and people, as a test sets them.
#[derive(Default)]
pub(crate) struct Identity {
    codes: Mutex<HashMap<String, (TenantId, CompanyId)>>,
    people: Mutex<HashMap<(TenantId, String), UserId>>,
    accounts_of_people: Mutex<HashMap<UserId, pb::User>>,
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

    /// Somebody with a role, a company or none, who may sign in or not.
    pub(crate) fn add_person(
        &self,
        tenant: TenantId,
        email: &str,
        role: pb::Role,
        company: Option<CompanyId>,
        active: bool,
    ) -> UserId {
        let id = self.person(tenant, email);
        let user = pb::User {
            id: id.to_string(),
            email: email.to_owned(),
            role: role.into(),
            company_id: company.map(|id| id.to_string()),
            active,
            ..Default::default()
        };
        self.accounts_of_people.lock().unwrap().insert(id, user);
        id
    }

    /// The person of an address, if there is one with an account.
    pub(crate) fn account(&self, tenant: TenantId, email: &str) -> Option<pb::User> {
        let id = self.people.lock().unwrap().get(&(tenant, email.to_owned())).copied()?;
        self.accounts_of_people.lock().unwrap().get(&id).cloned()
    }

    pub(crate) fn channel(self: &Arc<Self>, stack: &Stack) -> GrpcChannel {
        let routes = Routes::new(EnrolmentServiceServer::from_arc(Arc::clone(self)))
            .add_service(UserServiceServer::from_arc(Arc::clone(self)));
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

type Answer<T> = Result<Response<T>, Status>;

/// What devices never ask. Spelt as `async_trait` would, which does not see into macros.
macro_rules! never_asked {
    ($($method:ident($request:ident) -> $response:ident;)+) => {
        $(fn $method<'a, 'f>(&'a self, _: Request<pb::$request>) -> BoxFuture<'f, Answer<pb::$response>>
        where
            'a: 'f,
            Self: 'f,
        {
            Box::pin(async { Err(Status::unimplemented(stringify!($method))) })
        })+
    };
}

#[tonic::async_trait]
impl UserService for Identity {
    async fn get_user_by_email(
        &self,
        request: Request<pb::GetUserByEmailRequest>,
    ) -> Result<Response<pb::User>, Status> {
        use chamados_chassis::error::Kind;

        let cx = CallContext::of(&request)?;
        let (tenant, email) = (cx.principal().tenant().map_err(status)?, &request.get_ref().email);
        if !cx.principal().is_staff() {
            return Err(status(Refused("permission_denied", Kind::Forbidden)));
        }
        let id = self.people.lock().unwrap().get(&(tenant, email.to_lowercase())).copied();
        let known = self.accounts_of_people.lock().unwrap();
        let user = id.and_then(|id| known.get(&id).cloned());
        user.map(Response::new).ok_or_else(|| status(Refused("user_not_found", Kind::NotFound)))
    }

    async fn create_user(
        &self,
        request: Request<pb::CreateUserRequest>,
    ) -> Result<Response<pb::User>, Status> {
        use chamados_chassis::{auth::Permission, error::Kind};

        let cx = CallContext::of(&request)?;
        let tenant = cx.require(Permission::UsersCreate).map_err(status)?;
        let message = request.into_inner();
        let email = message.email.to_lowercase();
        if self.people.lock().unwrap().contains_key(&(tenant, email.clone())) {
            return Err(status(Refused("email_taken", Kind::Exists)));
        }
        let company = message.company_id.as_deref().map(|id| id.parse().unwrap());
        let id = self.add_person(tenant, &email, message.role(), company, true);
        let mut known = self.accounts_of_people.lock().unwrap();
        let user = known.get_mut(&id).unwrap();
        user.name = message.name;
        Ok(Response::new(user.clone()))
    }

    never_asked! {
        get_current_user(GetCurrentUserRequest) -> GetCurrentUserResponse;
        get_user(GetUserRequest) -> User;
        batch_get_user_summaries(BatchGetUserSummariesRequest) -> BatchGetUserSummariesResponse;
        list_users(ListUsersRequest) -> ListUsersResponse;
        update_user(UpdateUserRequest) -> User;
        update_preferences(UpdatePreferencesRequest) -> Preferences;
    }
}
