//! `UserService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
    id::UserId,
    page::PageRequest,
};
use chamados_proto::identity::v1::{self as pb, user_service_server::UserService};
use chamados_store_kit::idempotency::Fingerprint;
use secrecy::SecretString;
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, companies::check_batch, update_user, users},
    domain::{
        email::Email,
        name::Name,
        password::MAX_CHARS,
        user::{NewPerson, UserFilter},
        user_patch::UserPatch,
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
            user: Some(current.shown.into()),
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

    async fn get_user_by_email(
        &self,
        request: Request<pb::GetUserByEmailRequest>,
    ) -> Result<Response<pb::User>, Status> {
        let cx = CallContext::of(&request)?;
        let email = Email::parse(&request.get_ref().email)
            .map_err(|e| status(Invalid::field("email", e.to_string())))?;
        let user = users::get_by_email(&self.0, &cx, &email).await.map_err(status)?;
        Ok(Response::new(user.into()))
    }

    async fn update_user(
        &self,
        request: Request<pb::UpdateUserRequest>,
    ) -> Result<Response<pb::User>, Status> {
        let cx = CallContext::of(&request)?;
        let update = changed_user(request.into_inner()).map_err(status)?;
        let user = update_user::update(&self.0, &cx, update).await.map_err(status)?;
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

fn changed_user(request: pb::UpdateUserRequest) -> Result<update_user::UpdateUser, Invalid> {
    let user = request.user.unwrap_or_default();
    let mut checks = Checks::default();
    let id = checks.take("user.id", user.id.parse::<UserId>());
    let length = request.current_password.chars().count();
    checks.ensure("current_password", length <= MAX_CHARS, "must have at most 128 characters");
    let mut patch = UserPatch::default();
    for path in request.update_mask.unwrap_or_default().paths {
        match path.as_str() {
            "name" => patch.name = checks.take("name", Name::parse(&user.name)),
            "email" => patch.email = checks.take("email", Email::parse(&user.email)),
            "role" => {
                patch.role = convert::role(user.role);
                checks.ensure("role", patch.role.is_some(), "must be given");
            }
            "company_id" => {
                let company = user.company_id.as_deref().map(str::parse).transpose();
                patch.company = checks.take("company_id", company);
            }
            "active" => patch.active = Some(user.active),
            "tenant_id" => {
                let tenant = user.tenant_id.as_deref().unwrap_or_default().parse();
                patch.tenant = checks.take("tenant_id", tenant);
            }
            other => {
                checks.ensure("update_mask", false, format!("{other:?} cannot be changed"));
            }
        }
    }
    let Some(id) = id else { return Err(checks.into_invalid()) };
    checks.finish()?;
    let current_password = SecretString::from(request.current_password);
    Ok(update_user::UpdateUser { id, version: user.version, patch, current_password })
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
