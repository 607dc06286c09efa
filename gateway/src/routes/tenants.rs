//! Support organisations, for the few who may move users between them.

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::{Json, Query},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{List, Paging},
};

/// A support organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantChoice {
    /// UUIDv7.
    id: String,
    name: String,
}

/// List tenants
///
/// By name. Only for admins with the platform flag, which is given by command line.
#[utoipa::path(
    get, path = "/api/admin/tenants", tag = "users", params(Paging),
    responses((status = 200, description = "One page.", body = List<TenantChoice>)),
)]
pub(crate) async fn list_tenants(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<TenantChoice>>> {
    let request = caller.request(pb::ListTenantsRequest { page_size, page_token });
    let page = gateway.clients.tenants().list_tenants(request).await?.into_inner();
    let tenants = page.tenants.into_iter().map(|pb::Tenant { id, name }| TenantChoice { id, name });
    Ok(Json(List::page(tenants.collect(), page.next_page_token, page.total_size)))
}
