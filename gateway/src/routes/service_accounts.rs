//! Accounts of automation, and their API keys.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{Created, List, Mask, Paging, created, optional_time, time, timestamp},
};

/// An account of automation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceAccount {
    /// UUIDv7.
    id: String,
    /// Unique in the tenant without regard to case.
    name: String,
    /// What it is for.
    description: String,
    /// Whether its keys are accepted.
    active: bool,
    /// The newest first, revoked and expired ones included.
    keys: Vec<ApiKey>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Number of changes.
    version: i64,
}

/// A key of a service account, without the secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKey {
    /// UUIDv7.
    id: String,
    /// The first characters of the secret, by which people tell keys apart.
    hint: String,
    /// Names of permissions, for example `tickets.read`.
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    /// Null for never.
    expires_at: Option<DateTime<Utc>>,
    /// Null while it was not.
    revoked_at: Option<DateTime<Utc>>,
    /// To within 5 minutes; null when it was never used.
    last_used_at: Option<DateTime<Utc>>,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedApiKey {
    key: ApiKey,
    /// To be sent as `Authorization: Bearer …`. It is not shown again.
    secret: String,
}

/// Something a key may be allowed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scope {
    /// Name of a permission.
    name: String,
}

impl ServiceAccount {
    fn of(account: pb::ServiceAccount) -> Result<Self> {
        Ok(Self {
            id: account.id,
            name: account.name,
            description: account.description,
            active: account.active,
            keys: account.keys.into_iter().map(ApiKey::of).collect::<Result<_>>()?,
            created_at: time(account.create_time)?,
            updated_at: time(account.update_time)?,
            version: account.version,
        })
    }
}

impl ApiKey {
    fn of(key: pb::ApiKey) -> Result<Self> {
        Ok(Self {
            id: key.id,
            hint: key.hint,
            scopes: key.scopes,
            created_at: time(key.create_time)?,
            expires_at: optional_time(key.expire_time),
            revoked_at: optional_time(key.revoke_time),
            last_used_at: optional_time(key.last_used_time),
        })
    }
}

impl Versioned for ServiceAccount {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A service account to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateServiceAccount {
    /// 1 to 120 characters, unique in the tenant without regard to case.
    name: String,
    /// At most 500 characters.
    #[serde(default)]
    description: String,
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateServiceAccount {
    /// 1 to 120 characters.
    name: Option<String>,
    /// At most 500 characters.
    description: Option<String>,
    active: Option<bool>,
}

/// A key to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateApiKey {
    /// At least one of `GET /api/admin/scopes`, none twice.
    scopes: Vec<String>,
    /// In the future; null for never.
    expires_at: Option<DateTime<Utc>>,
}

/// List service accounts
///
/// With their keys, by name. Admins only.
#[utoipa::path(
    get, path = "/api/admin/service-accounts", tag = "service accounts", params(Paging),
    responses((status = 200, description = "One page.", body = List<ServiceAccount>)),
)]
pub(crate) async fn list_service_accounts(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<ServiceAccount>>> {
    let request = caller.request(pb::ListServiceAccountsRequest { page_size, page_token });
    let page = gateway.clients.service_accounts().list_service_accounts(request).await?;
    let page = page.into_inner();
    let accounts = page.service_accounts.into_iter().map(ServiceAccount::of);
    let accounts = accounts.collect::<Result<_>>()?;
    Ok(Json(List::page(accounts, page.next_page_token, page.total_size)))
}

/// Make a service account
///
/// Without a key. Admins only. 409 `service_account_name_taken`.
#[utoipa::path(
    post, path = "/api/admin/service-accounts", tag = "service accounts",
    params(IdempotencyKey), request_body = CreateServiceAccount,
    responses((status = 201, description = "The new account.", body = ServiceAccount,
        headers(("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn create_service_account(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<CreateServiceAccount>,
) -> Result<Created<Tagged<ServiceAccount>>> {
    let CreateServiceAccount { name, description } = body;
    let request = caller.request(pb::CreateServiceAccountRequest { request_id, name, description });
    let account = gateway.clients.service_accounts().create_service_account(request).await?;
    let account = ServiceAccount::of(account.into_inner())?;
    Ok(created(format!("/api/admin/service-accounts/{}", account.id), Tagged(account)))
}

/// Get a service account
///
/// With its keys. Admins only.
#[utoipa::path(
    get, path = "/api/admin/service-accounts/{id}", tag = "service accounts",
    params(("id" = Uuid, Path, description = "UUIDv7 of the account.")),
    responses((status = 200, description = "The account.", body = ServiceAccount,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn get_service_account(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<ServiceAccount>> {
    let request = caller.request(pb::GetServiceAccountRequest { id: id.to_string() });
    let account = gateway.clients.service_accounts().get_service_account(request).await?;
    Ok(Tagged(ServiceAccount::of(account.into_inner())?))
}

/// Change a service account
///
/// The keys of an inactive account are refused from the next request on. Admins only. 409
/// `service_account_name_taken`.
#[utoipa::path(
    patch, path = "/api/admin/service-accounts/{id}", tag = "service accounts",
    params(("id" = Uuid, Path, description = "UUIDv7 of the account."), IfMatch),
    request_body = UpdateServiceAccount,
    responses((status = 200, description = "The account from now on.", body = ServiceAccount,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_service_account(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateServiceAccount>,
) -> Result<Tagged<ServiceAccount>> {
    let mut mask = Mask::default();
    let account = pb::ServiceAccount {
        id: id.to_string(),
        version,
        name: mask.set("name", body.name),
        description: mask.set("description", body.description),
        active: mask.set("active", body.active),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let request = caller
        .request(pb::UpdateServiceAccountRequest { service_account: Some(account), update_mask });
    let account = gateway.clients.service_accounts().update_service_account(request).await?;
    Ok(Tagged(ServiceAccount::of(account.into_inner())?))
}

/// Make an API key
///
/// Its secret is shown in this answer only. Admins only. 409 `too_many_keys` beyond 20 that hold,
/// `service_account_inactive`.
#[utoipa::path(
    post, path = "/api/admin/service-accounts/{id}/keys", tag = "service accounts",
    params(("id" = Uuid, Path, description = "UUIDv7 of the account."), IdempotencyKey),
    request_body = CreateApiKey,
    responses((status = 201, description = "The key and its secret.", body = CreatedApiKey,
        headers(("Location" = String, description = "Address of the account.")))),
)]
pub(crate) async fn create_api_key(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<CreateApiKey>,
) -> Result<Created<Json<CreatedApiKey>>> {
    let request = caller.request(pb::CreateApiKeyRequest {
        request_id,
        service_account_id: id.to_string(),
        scopes: body.scopes,
        expire_time: body.expires_at.map(timestamp),
    });
    let made = gateway.clients.service_accounts().create_api_key(request).await?.into_inner();
    let key = made.key.ok_or_else(|| Problem::internal("a new key without the key"))?;
    let made = CreatedApiKey { key: ApiKey::of(key)?, secret: made.secret };
    Ok(created(format!("/api/admin/service-accounts/{id}"), Json(made)))
}

/// Revoke an API key
///
/// Refused from the next request on. Revoking a revoked key succeeds. Admins only.
#[utoipa::path(
    delete, path = "/api/admin/service-accounts/{id}/keys/{keyId}", tag = "service accounts",
    params(
        ("id" = Uuid, Path, description = "UUIDv7 of the account."),
        ("keyId" = Uuid, Path, description = "UUIDv7 of the key."),
    ),
    responses((status = 204, description = "Revoked.")),
)]
pub(crate) async fn revoke_api_key(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path((account, key)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let request = caller.request(pb::RevokeApiKeyRequest {
        service_account_id: account.to_string(),
        id: key.to_string(),
    });
    gateway.clients.service_accounts().revoke_api_key(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List scopes
///
/// What a key may be allowed, by area. Admins only.
#[utoipa::path(
    get, path = "/api/admin/scopes", tag = "service accounts",
    responses((status = 200, description = "All of them.", body = List<Scope>)),
)]
pub(crate) async fn list_scopes(
    State(gateway): State<Gateway>,
    caller: Caller,
) -> Result<Json<List<Scope>>> {
    let request = caller.request(pb::ListScopesRequest {});
    let scopes = gateway.clients.service_accounts().list_scopes(request).await?.into_inner().scopes;
    Ok(Json(List::whole(scopes.into_iter().map(|name| Scope { name }).collect())))
}
