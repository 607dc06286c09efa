//! Client companies.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::Result,
    session::Caller,
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{Created, List, Mask, created, non_empty, time},
};

/// A client company.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Company {
    /// UUIDv7.
    id: String,
    name: String,
    /// Short name, unique in the tenant.
    nickname: String,
    /// What an agent shows to enrol. Null for callers who may not see it.
    provisioning_code: Option<String>,
    /// Enrolment with the code of an inactive company is refused.
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Number of changes.
    version: i64,
}

impl Company {
    fn of(company: pb::Company) -> Result<Self> {
        Ok(Self {
            id: company.id,
            name: company.name,
            nickname: company.nickname,
            provisioning_code: non_empty(company.provisioning_code),
            active: company.active,
            created_at: time(company.create_time)?,
            updated_at: time(company.update_time)?,
            version: company.version,
        })
    }
}

impl Versioned for Company {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Which companies a list holds.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCompanies {
    /// Part of name or nickname, without regard to case, at most 200 characters.
    q: String,
    /// Records a page; 25 when left out, and never more than 100.
    page_size: i32,
    /// `nextPageToken` of the page before.
    page_token: String,
}

/// A company to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCompany {
    /// 1 to 120 characters.
    name: String,
    /// Unique in the tenant: 2 to 40 of a-z, 0-9 and "-".
    nickname: String,
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateCompany {
    /// 1 to 120 characters.
    name: Option<String>,
    /// Unique in the tenant: 2 to 40 of a-z, 0-9 and "-".
    nickname: Option<String>,
    active: Option<bool>,
}

/// List companies
///
/// By name. Staff see all of the tenant, others their own.
#[utoipa::path(
    get, path = "/api/admin/companies", tag = "companies", params(ListCompanies),
    responses((status = 200, description = "One page.", body = List<Company>)),
)]
pub(crate) async fn list_companies(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(query): Query<ListCompanies>,
) -> Result<Json<List<Company>>> {
    let request = caller.request(pb::ListCompaniesRequest {
        page_size: query.page_size,
        page_token: query.page_token,
        query: query.q,
    });
    let page = gateway.clients.companies().list_companies(request).await?.into_inner();
    let items = page.companies.into_iter().map(Company::of).collect::<Result<_>>()?;
    Ok(Json(List::page(items, page.next_page_token, page.total_size)))
}

/// Make a company
///
/// With a fresh provisioning code. Admins only. 409 `nickname_taken`.
#[utoipa::path(
    post, path = "/api/admin/companies", tag = "companies",
    params(IdempotencyKey), request_body = CreateCompany,
    responses((status = 201, description = "The new company.", body = Company,
        headers(("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn create_company(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<CreateCompany>,
) -> Result<Created<Tagged<Company>>> {
    let CreateCompany { name, nickname } = body;
    let request = caller.request(pb::CreateCompanyRequest { request_id, name, nickname });
    let company = gateway.clients.companies().create_company(request).await?.into_inner();
    let company = Company::of(company)?;
    Ok(created(format!("/api/admin/companies/{}", company.id), Tagged(company)))
}

/// Get a company
///
/// Staff see any of the tenant, others their own. The provisioning code is shown to admins only.
#[utoipa::path(
    get, path = "/api/admin/companies/{id}", tag = "companies",
    params(("id" = Uuid, Path, description = "UUIDv7 of the company.")),
    responses((status = 200, description = "The company.", body = Company,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn get_company(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<Company>> {
    let request = caller.request(pb::GetCompanyRequest { id: id.to_string() });
    let company = gateway.clients.companies().get_company(request).await?.into_inner();
    Ok(Tagged(Company::of(company)?))
}

/// Change a company
///
/// Name, nickname, or whether it is active. Admins only. 409 `nickname_taken`.
#[utoipa::path(
    patch, path = "/api/admin/companies/{id}", tag = "companies",
    params(("id" = Uuid, Path, description = "UUIDv7 of the company."), IfMatch),
    request_body = UpdateCompany,
    responses((status = 200, description = "The company from now on.", body = Company,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_company(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateCompany>,
) -> Result<Tagged<Company>> {
    let mut mask = Mask::default();
    let company = pb::Company {
        id: id.to_string(),
        version,
        name: mask.set("name", body.name),
        nickname: mask.set("nickname", body.nickname),
        active: mask.set("active", body.active),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let request = caller.request(pb::UpdateCompanyRequest { company: Some(company), update_mask });
    let company = gateway.clients.companies().update_company(request).await?.into_inner();
    Ok(Tagged(Company::of(company)?))
}

/// Replace a company's provisioning code
///
/// The old one is refused from then on; devices enrolled with it stay enrolled. Admins only. Sending
/// it again makes yet another code: `Idempotency-Key` is not kept, and the last answer is the one that counts.
#[utoipa::path(
    post, path = "/api/admin/companies/{id}/provisioning-code", tag = "companies",
    params(("id" = Uuid, Path, description = "UUIDv7 of the company.")),
    responses((status = 200, description = "The company with its new code.", body = Company,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn rotate_provisioning_code(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Tagged<Company>> {
    let request =
        caller.request(pb::RotateProvisioningCodeRequest { id: id.to_string(), request_id });
    let company = gateway.clients.companies().rotate_provisioning_code(request).await?.into_inner();
    Ok(Tagged(Company::of(company)?))
}
