//! People, and the technical accounts of devices.

use axum::extract::State;
use chamados_proto::{device::v1 as device, identity::v1 as pb};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tonic::Code;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query, nullable},
    idempotency::IdempotencyKey,
    names::{CompanyRef, DeviceRef, Mentions, Names, UserRef},
    problem::Result,
    session::Caller,
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{Created, List, Mask, created, mirror, non_empty, time},
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
    /// The account this one was merged into; such an account is inactive for good.
    merged_into: Option<UserRef>,
    /// Whether the person has chosen a password yet.
    has_password: bool,
    /// UUIDv7; told to admins with the platform flag only.
    tenant_id: Option<String>,
    /// Whether an admin may move users to another tenant; told to admins with the flag only.
    platform: bool,
}

/// A user with the devices tied to them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserDetail {
    #[serde(flatten)]
    user: User,
    devices: UserDevices,
}

/// Devices of a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserDevices {
    /// Those that belong to them; at most 100.
    assigned: Vec<DeviceRef>,
    /// Those they are linked to besides; at most 100 of both.
    linked: Vec<DeviceRef>,
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
            merged_into: user.merged_into_id.map(|id| names.user(id)),
            has_password: user.has_password,
            tenant_id: user.tenant_id,
            platform: user.platform,
        })
    }
}

impl Versioned for User {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for UserDetail {
    fn version(&self) -> i64 {
        self.user.version
    }
}

/// Notes what [`User::of`] wants named.
pub(super) fn mention(mentions: &mut Mentions, user: &pb::User) {
    mentions.company(user.company_id.as_ref());
    mentions.user(user.merged_into_id.as_ref());
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

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateUser {
    /// 1 to 120 characters.
    name: Option<String>,
    /// Unique in the tenant without regard to case.
    email: Option<String>,
    /// Any but `machine`.
    role: Option<Role>,
    /// Moves the person; company, devices and open tickets stay behind. Needs the platform flag.
    tenant_id: Option<Uuid>,
    /// Null for none; managers and collaborators need one.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    company_id: Option<Option<Uuid>>,
    /// Whether the user may sign in.
    active: Option<bool>,
    /// The caller's own, for a change of their own e-mail, role, tenant or `active`.
    #[serde(default)]
    current_password: String,
}

/// A one-time link by which a person chooses a new password.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordReset {
    /// To hand over; it is not shown again.
    url: String,
    /// When the link stops working.
    expires_at: DateTime<Utc>,
    /// Whether the link is also on its way by e-mail.
    emailed: bool,
    /// How many sessions ended.
    ended_sessions: i32,
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
/// With the devices tied to them. Staff see anybody of the tenant, managers their company's people.
#[utoipa::path(
    get, path = "/api/admin/users/{id}", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the user.")),
    responses((status = 200, description = "The user.", body = UserDetail,
        headers(("ETag" = String, description = "Their version.")))),
)]
pub(crate) async fn get_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<UserDetail>> {
    let request = caller.request(pb::GetUserRequest { id: id.to_string() });
    let user = gateway.clients.users().get_user(request).await?.into_inner();
    let devices = devices(&gateway, &caller, &user).await?;
    let mut mentions = Mentions::default();
    mention(&mut mentions, &user);
    devices.iter().for_each(|device| mentions.device(Some(&device.id)));
    let names = mentions.resolve(&gateway, &caller).await;
    let (assigned, linked): (Vec<_>, Vec<_>) =
        devices.into_iter().partition(|device| device.assigned_user_id.as_ref() == Some(&user.id));
    let refs = |devices: Vec<device::Device>| {
        devices.into_iter().map(|device| names.device(device.id)).collect()
    };
    let devices = UserDevices { assigned: refs(assigned), linked: refs(linked) };
    Ok(Tagged(UserDetail { user: User::of(user, &names)?, devices }))
}

/// Change a user
///
/// Role and `active` hold from the user's next request on; deactivation ends every session. Admins only.
/// 403 `reauthentication_required` for a change of the caller's own e-mail, role, tenant or `active` without
/// the right `currentPassword`. 409 `email_taken`, `last_admin`, `user_merged`, `device_account`.
#[utoipa::path(
    patch, path = "/api/admin/users/{id}", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the user."), IfMatch),
    request_body = UpdateUser,
    responses((status = 200, description = "The user from now on.", body = User,
        headers(("ETag" = String, description = "Their version.")))),
)]
pub(crate) async fn update_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateUser>,
) -> Result<Tagged<User>> {
    let mut mask = Mask::default();
    let user = pb::User {
        id: id.to_string(),
        version,
        name: mask.set("name", body.name),
        email: mask.set("email", body.email),
        role: mask.set("role", body.role.map(Into::into)),
        tenant_id: mask.set("tenant_id", body.tenant_id.map(|id| Some(id.to_string()))),
        company_id: mask
            .set("company_id", body.company_id.map(|company| company.map(|id| id.to_string()))),
        active: mask.set("active", body.active),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let current_password = body.current_password;
    let request =
        caller.request(pb::UpdateUserRequest { user: Some(user), update_mask, current_password });
    let user = gateway.clients.users().update_user(request).await?.into_inner();
    tagged(&gateway, &caller, user).await
}

/// Start a password reset
///
/// The present password is void at once and every session of the person ends; by the one-time link they
/// choose a new one. Nobody else ever chooses or sees it. Admins for anybody, agents for managers and
/// collaborators. 409 `user_inactive`, `device_account`.
#[utoipa::path(
    post, path = "/api/admin/users/{id}/password-reset", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the person."), IdempotencyKey),
    responses((status = 200, description = "The link.", body = PasswordReset)),
)]
pub(crate) async fn issue_password_reset(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<PasswordReset>> {
    let request =
        caller.request(pb::IssuePasswordResetRequest { user_id: id.to_string(), request_id });
    let reset = gateway.clients.passwords().issue_password_reset(request).await?.into_inner();
    Ok(Json(PasswordReset {
        url: reset.url,
        expires_at: time(reset.expire_time)?,
        emailed: reset.emailed,
        ended_sessions: reset.ended_sessions,
    }))
}

/// Devices that a person is assigned or linked to; none while the device service is away, and none for
/// those who may not see devices.
async fn devices(
    gateway: &Gateway,
    caller: &Caller,
    user: &pb::User,
) -> Result<Vec<device::Device>> {
    let message = device::ListDevicesRequest {
        page_size: 100,
        user_id: Some(user.id.clone()),
        ..Default::default()
    };
    match gateway.clients.devices().list_devices(caller.request(message)).await {
        Ok(page) => Ok(page.into_inner().devices),
        Err(status) if matches!(status.code(), Code::Unavailable | Code::PermissionDenied) => {
            Ok(Vec::new())
        }
        Err(status) => Err(status.into()),
    }
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
