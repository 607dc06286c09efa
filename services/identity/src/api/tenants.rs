//! `TenantService`.

use chamados_chassis::{context::CallContext, error::status, page::PageRequest};
use chamados_proto::identity::v1::{self as pb, tenant_service_server::TenantService};
use tonic::{Request, Response, Status};

use crate::app::{App, tenants};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl TenantService for Api {
    async fn list_tenants(
        &self,
        request: Request<pb::ListTenantsRequest>,
    ) -> Result<Response<pb::ListTenantsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let page = tenants::list(&self.0, &cx, &page).await.map_err(status)?;
        let tenant = |tenant: crate::domain::tenant::Tenant| pb::Tenant {
            id: tenant.id.to_string(),
            name: tenant.name,
        };
        Ok(Response::new(pb::ListTenantsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            tenants: page.items.into_iter().map(tenant).collect(),
        }))
    }
}
