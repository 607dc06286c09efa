//! `UserService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
    page::PageRequest,
};
use chamados_proto::identity::v1::{self as pb, user_service_server::UserService};
use chamados_store_kit::idempotency::Fingerprint;
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, companies::check_batch, users},
    domain::{
        email::Email,
        name::Name,
        user::{NewPerson, UserFilter},
    },
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl UserService for Api {
    async fn get_current_user(
        &self,
        request: Request<pb::GetCurrentUserRequest>,
    ) -> Result<Response<pb::GetCurrentUserResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let current = users::current(&self.0, &cx).await.map_err(status)?;
        Ok(Response::new(pb::GetCurrentUserResponse {
            user: Some(current.user.into()),
            preferences: Some(current.preferences.into()),
            tenant_name: current.tenant_name,
            permissions: current.permissions.into_iter().map(ToOwned::to_owned).collect(),
        }))
    }

    async fn get_user(
        &self,
        request: Request<pb::GetUserRequest>,
    ) -> Result<Response<pb::User>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::id("id", &request.get_ref().id).map_err(status)?;
        let user = users::get(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(user.into()))
    }

    async fn batch_get_user_summaries(
        &self,
        request: Request<pb::BatchGetUserSummariesRequest>,
    ) -> Result<Response<pb::BatchGetUserSummariesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        check_batch(&request.get_ref().ids).map_err(status)?;
        let ids = convert::ids(&request.get_ref().ids);
        let users = users::batch_get(&self.0, &cx, &ids).await.map_err(status)?;
        let users = users.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::BatchGetUserSummariesResponse { users }))
    }

    async fn list_users(
        &self,
        request: Request<pb::ListUsersRequest>,
    ) -> Result<Response<pb::ListUsersResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let filter = filter(request).map_err(status)?;
        let page = users::list(&self.0, &cx, &filter, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListUsersResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            users: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn create_user(
        &self,
        request: Request<pb::CreateUserRequest>,
    ) -> Result<Response<pb::User>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_user(request.get_ref()).map_err(status)?;
        let user = users::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(user.into()))
    }

    async fn update_preferences(
        &self,
        request: Request<pb::UpdatePreferencesRequest>,
    ) -> Result<Response<pb::Preferences>, Status> {
        let cx = CallContext::of(&request)?;
        let preferences = request.into_inner().preferences.unwrap_or_default().into();
        let preferences =
            users::update_preferences(&self.0, &cx, preferences).await.map_err(status)?;
        Ok(Response::new(preferences.into()))
    }
}

fn filter(request: &pb::ListUsersRequest) -> Result<UserFilter, Invalid> {
    let mut checks = Checks::default();
    let query = convert::query(&mut checks, &request.query);
    let roles: Vec<_> = request.roles.iter().filter_map(|role| convert::role(*role)).collect();
    checks.ensure("roles", roles.len() == request.roles.len(), "holds no role");
    checks.finish()?;
    let devices = match request.kind() {
        pb::UserKind::Unspecified => None,
        pb::UserKind::Person => Some(false),
        pb::UserKind::Device => Some(true),
    };
    let company = convert::optional_id("company_id", request.company_id.as_ref())?;
    Ok(UserFilter { devices, roles, company, query })
}

fn new_user(request: &pb::CreateUserRequest) -> Result<users::CreateUser, Invalid> {
    let mut checks = Checks::default();
    let name = checks.take("name", Name::parse(&request.name));
    let email = checks.take("email", Email::parse(&request.email));
    let role = convert::role(request.role);
    checks.ensure("role", role.is_some(), "must be given");
    let company =
        checks.take("company_id", request.company_id.as_deref().map(str::parse).transpose());
    match (name, email, role, company) {
        (Some(name), Some(email), Some(role), Some(company)) => Ok(users::CreateUser {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            person: NewPerson { name, email, role, company },
        }),
        _ => Err(checks.into_invalid()),
    }
}
