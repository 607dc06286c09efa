//! Identity and device as tickets know them: a directory of who and what there is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use chamados_chassis::{
    auth::Role,
    context::CallContext,
    error::DOMAIN,
    id::{CompanyId, DeviceId, TenantId, UserId},
};
use chamados_proto::{
    device::v1::{
        self as device,
        device_service_server::{DeviceService, DeviceServiceServer},
    },
    identity::v1::{
        self as identity,
        company_service_server::{CompanyService, CompanyServiceServer},
        user_service_server::{UserService, UserServiceServer},
    },
};
use futures::future::BoxFuture;
use tonic::{Code, Request, Response, Status, service::Routes};
use tonic_types::{ErrorDetails, StatusExt as _};

#[derive(Default)]
struct Entries {
    users: HashMap<(TenantId, String), identity::User>,
    companies: HashMap<(TenantId, String), identity::CompanySummary>,
    devices: HashMap<(TenantId, String), device::DeviceSummary>,
}

/// Who and what there is. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Directory(Arc<Mutex<Entries>>);

impl Directory {
    pub(crate) fn routes(&self) -> Routes {
        Routes::new(UserServiceServer::new(self.clone()))
            .add_service(CompanyServiceServer::new(self.clone()))
            .add_service(DeviceServiceServer::new(self.clone()))
    }

    pub(crate) fn add_user(
        &self,
        tenant: TenantId,
        role: Role,
        company: Option<CompanyId>,
    ) -> UserId {
        let id = UserId::new();
        let user = identity::User {
            id: id.to_string(),
            role: match role {
                Role::Admin => identity::Role::Admin,
                Role::Agent => identity::Role::Agent,
                Role::Manager => identity::Role::Manager,
                Role::Collaborator => identity::Role::Collaborator,
                Role::Machine => identity::Role::Machine,
            }
            .into(),
            company_id: company.map(|id| id.to_string()),
            active: true,
            ..Default::default()
        };
        self.0.lock().unwrap().users.insert((tenant, id.to_string()), user);
        id
    }

    pub(crate) fn deactivate(&self, tenant: TenantId, user: UserId) {
        let mut entries = self.0.lock().unwrap();
        entries.users.get_mut(&(tenant, user.to_string())).unwrap().active = false;
    }

    pub(crate) fn add_company(&self, tenant: TenantId) -> CompanyId {
        let id = CompanyId::new();
        let company = identity::CompanySummary { id: id.to_string(), ..Default::default() };
        self.0.lock().unwrap().companies.insert((tenant, id.to_string()), company);
        id
    }

    pub(crate) fn add_device(&self, tenant: TenantId, company: CompanyId) -> DeviceId {
        let id = DeviceId::new();
        let device = device::DeviceSummary {
            id: id.to_string(),
            company_id: company.to_string(),
            ..Default::default()
        };
        self.0.lock().unwrap().devices.insert((tenant, id.to_string()), device);
        id
    }

    fn look<T, R: Clone>(
        &self,
        request: &Request<T>,
        table: impl Fn(&Entries) -> &HashMap<(TenantId, String), R>,
        ids: &[String],
    ) -> Result<Vec<R>, Status> {
        let tenant = CallContext::of(request)?.principal().tenant().unwrap();
        let entries = self.0.lock().unwrap();
        let table = table(&entries);
        Ok(ids.iter().filter_map(|id| table.get(&(tenant, id.clone())).cloned()).collect())
    }
}

/// What tickets never ask. Spelt as `async_trait` would, which does not see into macros.
macro_rules! never_asked {
    ($($method:ident($request:ty) -> $response:ty;)+) => {
        $(fn $method<'a, 'f>(&'a self, _: Request<$request>) -> BoxFuture<'f, Answer<$response>>
        where
            'a: 'f,
            Self: 'f,
        {
            Box::pin(async { Err(Status::unimplemented(stringify!($method))) })
        })+
    };
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl UserService for Directory {
    async fn get_user(
        &self,
        request: Request<identity::GetUserRequest>,
    ) -> Result<Response<identity::User>, Status> {
        let id = std::slice::from_ref(&request.get_ref().id);
        let found = self.look(&request, |entries| &entries.users, id)?.pop();
        found.map(Response::new).ok_or_else(|| {
            let details = ErrorDetails::with_error_info("user_not_found", DOMAIN, HashMap::new());
            Status::with_error_details(Code::NotFound, "no such user", details)
        })
    }

    async fn batch_get_user_summaries(
        &self,
        request: Request<identity::BatchGetUserSummariesRequest>,
    ) -> Result<Response<identity::BatchGetUserSummariesResponse>, Status> {
        let users = self.look(&request, |entries| &entries.users, &request.get_ref().ids)?;
        let summary = |user: identity::User| identity::UserSummary {
            id: user.id,
            name: user.name,
            role: user.role,
        };
        let users = users.into_iter().map(summary).collect();
        Ok(Response::new(identity::BatchGetUserSummariesResponse { users }))
    }

    never_asked! {
        get_user_by_email(identity::GetUserByEmailRequest) -> identity::User;
        update_user(identity::UpdateUserRequest) -> identity::User;
        get_current_user(identity::GetCurrentUserRequest) -> identity::GetCurrentUserResponse;
        list_users(identity::ListUsersRequest) -> identity::ListUsersResponse;
        create_user(identity::CreateUserRequest) -> identity::User;
        update_preferences(identity::UpdatePreferencesRequest) -> identity::Preferences;
    }
}

#[tonic::async_trait]
impl CompanyService for Directory {
    async fn batch_get_company_summaries(
        &self,
        request: Request<identity::BatchGetCompanySummariesRequest>,
    ) -> Result<Response<identity::BatchGetCompanySummariesResponse>, Status> {
        let companies =
            self.look(&request, |entries| &entries.companies, &request.get_ref().ids)?;
        Ok(Response::new(identity::BatchGetCompanySummariesResponse { companies }))
    }

    never_asked! {
        create_company(identity::CreateCompanyRequest) -> identity::Company;
        get_company(identity::GetCompanyRequest) -> identity::Company;
        list_companies(identity::ListCompaniesRequest) -> identity::ListCompaniesResponse;
        update_company(identity::UpdateCompanyRequest) -> identity::Company;
        rotate_provisioning_code(identity::RotateProvisioningCodeRequest) -> identity::Company;
    }
}

#[tonic::async_trait]
impl DeviceService for Directory {
    async fn batch_get_device_summaries(
        &self,
        request: Request<device::BatchGetDeviceSummariesRequest>,
    ) -> Result<Response<device::BatchGetDeviceSummariesResponse>, Status> {
        let devices = self.look(&request, |entries| &entries.devices, &request.get_ref().ids)?;
        Ok(Response::new(device::BatchGetDeviceSummariesResponse { devices }))
    }

    never_asked! {
        get_device(device::GetDeviceRequest) -> device::Device;
        list_devices(device::ListDevicesRequest) -> device::ListDevicesResponse;
        update_device(device::UpdateDeviceRequest) -> device::Device;
        link_user(device::LinkUserRequest) -> device::Device;
        unlink_user(device::UnlinkUserRequest) -> device::Device;
        get_user_references(device::GetUserReferencesRequest) -> device::UserReferences;
        reset_agent(device::ResetAgentRequest) -> device::ResetAgentResponse;
        set_usb_policy(device::SetUsbPolicyRequest) -> device::Device;
        list_incidents(device::ListIncidentsRequest) -> device::ListIncidentsResponse;
        list_timeline(device::ListDeviceTimelineRequest) -> device::ListDeviceTimelineResponse;
        adjust_access(device::AdjustAccessRequest) -> device::Device;
        list_device_tokens(device::ListDeviceTokensRequest) -> device::ListDeviceTokensResponse;
        list_device_software(device::ListDeviceSoftwareRequest) -> device::ListDeviceSoftwareResponse;
        get_presence_history(device::GetPresenceHistoryRequest) -> device::GetPresenceHistoryResponse;
        get_presence_by_company(device::GetPresenceByCompanyRequest) -> device::GetPresenceByCompanyResponse;
    }
}
