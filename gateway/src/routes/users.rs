//! People, and the technical accounts of devices.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    names::{CompanyRef, Mentions, Names},
    problem::Result,
    session::Caller,
    state::Gateway,
    version::{Tagged, Versioned},
    wire::{Created, List, created, mirror, non_empty, time},
};

mirror! {
    /// What a user may do.
    Role = pb::Role {
        /// Everything in the tenant.
        Admin,
        /// Staff: works tickets and devices.
        Agent,
        /// A client company's manager.
        Manager,
        /// A client company's person.
        Collaborator,
        /// A device's technical account.
        Machine,
    }
}

/// A person, or a device's technical account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// UUIDv7, never changes.
    id: String,
    name: String,
    /// Null for a device's account.
    email: Option<String>,
    role: Role,
    /// Staff may have none.
    company: Option<CompanyRef>,
    /// False when the user may no longer sign in.
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Number of changes.
    version: i64,
}

impl User {
    pub(super) fn of(user: pb::User, names: &Names) -> Result<Self> {
        Ok(Self {
            id: user.id,
            name: user.name,
            email: non_empty(user.email),
            role: Role::of(user.role)?,
            company: user.company_id.map(|id| names.company(id)),
            active: user.active,
            created_at: time(user.create_time)?,
            updated_at: time(user.update_time)?,
            version: user.version,
        })
    }
}

impl Versioned for User {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Notes what [`User::of`] wants named.
pub(super) fn mention(mentions: &mut Mentions, user: &pb::User) {
    mentions.company(user.company_id.as_ref());
}

/// Which accounts a list holds.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserKind {
    /// People and devices.
    #[default]
    All,
    /// People.
    Person,
    /// Devices' technical accounts.
    Device,
}

/// Which users a list holds.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListUsers {
    /// Everybody when left out.
    #[param(inline)]
    kind: UserKind,
    /// Any of these roles. Repeatable.
    role: Vec<Role>,
    /// Only this company's.
    company_id: Option<Uuid>,
    /// Part of name or e-mail, without regard to case, at most 200 characters.
    q: String,
    /// Records a page; 25 when left out, and never more than 100.
    page_size: i32,
    /// `nextPageToken` of the page before.
    page_token: String,
}

/// A person to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateUser {
    /// 1 to 120 characters.
    name: String,
    /// Unique in the tenant without regard to case.
    email: String,
    role: Role,
    /// Needed for managers and collaborators.
    company_id: Option<Uuid>,
}

/// List users
///
/// By name. Staff see all of the tenant, managers their company's.
#[utoipa::path(
    get, path = "/api/admin/users", tag = "users", params(ListUsers),
    responses((status = 200, description = "One page.", body = List<User>)),
)]
pub(crate) async fn list_users(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(query): Query<ListUsers>,
) -> Result<Json<List<User>>> {
    let kind = match query.kind {
        UserKind::All => pb::UserKind::Unspecified,
        UserKind::Person => pb::UserKind::Person,
        UserKind::Device => pb::UserKind::Device,
    };
    let request = caller.request(pb::ListUsersRequest {
        page_size: query.page_size,
        page_token: query.page_token,
        kind: kind.into(),
        roles: query.role.into_iter().map(Into::into).collect(),
        company_id: query.company_id.map(|id| id.to_string()),
        query: query.q,
    });
    let page = gateway.clients.users().list_users(request).await?.into_inner();
    let users = named(&gateway, &caller, page.users).await?;
    Ok(Json(List::page(users, page.next_page_token, page.total_size)))
}

/// Make a person
///
/// Admins any role, agents only collaborators. 409 `email_taken`.
#[utoipa::path(
    post, path = "/api/admin/users", tag = "users",
    params(IdempotencyKey), request_body = CreateUser,
    responses((status = 201, description = "The new user.", body = User,
        headers(("Location" = String, description = "Their address."), ("ETag" = String, description = "Their version.")))),
)]
pub(crate) async fn create_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<CreateUser>,
) -> Result<Created<Tagged<User>>> {
    let request = caller.request(pb::CreateUserRequest {
        request_id,
        name: body.name,
        email: body.email,
        role: body.role.into(),
        company_id: body.company_id.map(|id| id.to_string()),
    });
    let user = gateway.clients.users().create_user(request).await?.into_inner();
    let location = format!("/api/admin/users/{}", user.id);
    Ok(created(location, tagged(&gateway, &caller, user).await?))
}

/// Get a user
///
/// Staff see anybody of the tenant, managers their company's people.
#[utoipa::path(
    get, path = "/api/admin/users/{id}", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the user.")),
    responses((status = 200, description = "The user.", body = User,
        headers(("ETag" = String, description = "Their version.")))),
)]
pub(crate) async fn get_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<User>> {
    let request = caller.request(pb::GetUserRequest { id: id.to_string() });
    let user = gateway.clients.users().get_user(request).await?.into_inner();
    tagged(&gateway, &caller, user).await
}

async fn tagged(gateway: &Gateway, caller: &Caller, user: pb::User) -> Result<Tagged<User>> {
    let mut mentions = Mentions::default();
    mention(&mut mentions, &user);
    Ok(Tagged(User::of(user, &mentions.resolve(gateway, caller).await)?))
}

async fn named(gateway: &Gateway, caller: &Caller, users: Vec<pb::User>) -> Result<Vec<User>> {
    let mut mentions = Mentions::default();
    users.iter().for_each(|user| mention(&mut mentions, user));
    let names = mentions.resolve(gateway, caller).await;
    users.into_iter().map(|user| User::of(user, &names)).collect()
}
