//! `RunService`.

use chamados_chassis::{context::CallContext, error::status, page::PageRequest};
use chamados_proto::scheduler::v1::{self as pb, run_service_server::RunService};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{App, runs};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl RunService for Api {
    async fn list_runs(
        &self,
        request: Request<pb::ListRunsRequest>,
    ) -> Result<Response<pb::ListRunsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let key = &request.schedule_key;
        let page = runs::list(&self.0, &cx, key, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListRunsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            runs: page.items.into_iter().map(|run| convert::run(run, key)).collect(),
        }))
    }

    async fn get_run(
        &self,
        request: Request<pb::GetRunRequest>,
    ) -> Result<Response<pb::Run>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::run_id(&request.get_ref().id).map_err(status)?;
        let detail = runs::get(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(detail.into()))
    }
}
