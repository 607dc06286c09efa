//! `QueueService`.

use chamados_chassis::{context::CallContext, error::status};
use chamados_proto::ticket::v1::{self as pb, queue_service_server::QueueService};
use tonic::{Request, Response, Status};

use crate::app::{App, queues};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl QueueService for Api {
    async fn list_queues(
        &self,
        request: Request<pb::ListQueuesRequest>,
    ) -> Result<Response<pb::ListQueuesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let queues = queues::list(&self.0, &cx).await.map_err(status)?;
        let queues = queues.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListQueuesResponse { queues }))
    }
}
