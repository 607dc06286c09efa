//! What the ticket service asks of the others: whether the ids in a request are the tenant's, and
//! what else it must know of them. Asked on the caller's behalf, so the others' own rules about who
//! sees what hold here too.

use std::collections::BTreeSet;

use chamados_chassis::{
    auth::Role,
    clock::SharedClock,
    context::CallContext,
    error::{Describe as _, Kind, Remote},
    grpc::GrpcChannel,
    id::{CompanyId, DeviceId, UserId},
};
use chamados_proto::{
    device::v1::{BatchGetDeviceSummariesRequest, device_service_client::DeviceServiceClient},
    identity::v1::{
        self as identity, BatchGetCompanySummariesRequest, BatchGetUserSummariesRequest,
        GetUserRequest, company_service_client::CompanyServiceClient,
        user_service_client::UserServiceClient,
    },
};

use crate::error::{Error, Result};

/// Clients of the other services. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    users: UserServiceClient<GrpcChannel>,
    companies: CompanyServiceClient<GrpcChannel>,
    devices: DeviceServiceClient<GrpcChannel>,
    clock: SharedClock,
}

/// What tickets must know of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// What they may do.
    pub role: Role,
    /// Their company; staff may have none.
    pub company: Option<CompanyId>,
    /// Whether they may sign in.
    pub active: bool,
}

impl Peers {
    /// Clients over the channels to identity and device.
    #[must_use]
    pub fn new(identity: GrpcChannel, device: GrpcChannel, clock: SharedClock) -> Self {
        Self {
            users: UserServiceClient::new(identity.clone()),
            companies: CompanyServiceClient::new(identity),
            devices: DeviceServiceClient::new(device),
            clock,
        }
    }

    /// A person of the tenant.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], and [`Error::Remote`] when identity is away.
    pub async fn person(&self, cx: &CallContext, id: UserId) -> Result<Person> {
        let request = cx.request(GetUserRequest { id: id.to_string() }, &*self.clock);
        let user = match self.users.clone().get_user(request).await.map_err(Remote) {
            Ok(response) => response.into_inner(),
            Err(remote) if remote.kind() == Kind::NotFound => return Err(Error::UserNotFound),
            Err(remote) => return Err(remote.into()),
        };
        let role = role(user.role()).ok_or(Error::Protocol("identity: a user without role"))?;
        let company = user.company_id.as_deref().map(str::parse).transpose();
        let company = company.map_err(|_| Error::Protocol("identity: not a company id"))?;
        Ok(Person { role, company, active: user.active })
    }

    /// Nothing, when all of `people` are people of the tenant whom the caller may see.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], and [`Error::Remote`] when identity is away.
    pub async fn require_people(&self, cx: &CallContext, people: &[UserId]) -> Result<()> {
        let found = self.summaries(cx, people).await?;
        let found: BTreeSet<_> = found
            .iter()
            .filter(|user| user.role() != identity::Role::Machine)
            .filter_map(|user| user.id.parse::<UserId>().ok())
            .collect();
        if people.iter().all(|id| found.contains(id)) { Ok(()) } else { Err(Error::UserNotFound) }
    }

    /// Those of `people`, in their order, who are staff of the tenant.
    ///
    /// # Errors
    /// [`Error::Remote`] when identity is away.
    pub async fn staff_among(&self, cx: &CallContext, people: &[UserId]) -> Result<Vec<UserId>> {
        let found = self.summaries(cx, people).await?;
        let staff: BTreeSet<_> = found
            .iter()
            .filter(|user| role(user.role()).is_some_and(Role::is_staff))
            .filter_map(|user| user.id.parse::<UserId>().ok())
            .collect();
        Ok(people.iter().copied().filter(|id| staff.contains(id)).collect())
    }

    async fn summaries(
        &self,
        cx: &CallContext,
        people: &[UserId],
    ) -> Result<Vec<identity::UserSummary>> {
        let ids = people.iter().map(ToString::to_string).collect();
        let request = cx.request(BatchGetUserSummariesRequest { ids }, &*self.clock);
        let response = self.users.clone().batch_get_user_summaries(request).await;
        Ok(response.map_err(Remote)?.into_inner().users)
    }

    /// Nothing, when the company is the tenant's and the caller may see it.
    ///
    /// # Errors
    /// [`Error::CompanyNotFound`], and [`Error::Remote`] when identity is away.
    pub async fn require_company(&self, cx: &CallContext, id: CompanyId) -> Result<()> {
        let message = BatchGetCompanySummariesRequest { ids: vec![id.to_string()] };
        let request = cx.request(message, &*self.clock);
        let response = self.companies.clone().batch_get_company_summaries(request).await;
        let found = response.map_err(Remote)?.into_inner().companies;
        if found.is_empty() { Err(Error::CompanyNotFound) } else { Ok(()) }
    }

    /// The company of a device that is the tenant's and that the caller may see.
    ///
    /// # Errors
    /// [`Error::DeviceNotFound`], and [`Error::Remote`] when the device service is away.
    pub async fn company_of_device(&self, cx: &CallContext, id: DeviceId) -> Result<CompanyId> {
        let message = BatchGetDeviceSummariesRequest { ids: vec![id.to_string()] };
        let request = cx.request(message, &*self.clock);
        let response = self.devices.clone().batch_get_device_summaries(request).await;
        let found = response.map_err(Remote)?.into_inner().devices.pop();
        let device = found.ok_or(Error::DeviceNotFound)?;
        device.company_id.parse().map_err(|_| Error::Protocol("device: not a company id"))
    }
}

const fn role(role: identity::Role) -> Option<Role> {
    match role {
        identity::Role::Unspecified => None,
        identity::Role::Admin => Some(Role::Admin),
        identity::Role::Agent => Some(Role::Agent),
        identity::Role::Manager => Some(Role::Manager),
        identity::Role::Collaborator => Some(Role::Collaborator),
        identity::Role::Machine => Some(Role::Machine),
    }
}
