//! `QueueService`.

use chamados_chassis::{
    context::CallContext,
    error::{Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, queue_service_server::QueueService};
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{App, queues},
    domain::Name,
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl QueueService for Api {
    async fn list_queues(
        &self,
        request: Request<pb::ListQueuesRequest>,
    ) -> Result<Response<pb::ListQueuesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let archived = request.get_ref().include_archived;
        let queues = queues::list(&self.0, &cx, archived).await.map_err(status)?;
        let queues = queues.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListQueuesResponse { queues }))
    }

    async fn create_queue(
        &self,
        request: Request<pb::CreateQueueRequest>,
    ) -> Result<Response<pb::Queue>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let name = Name::parse(&request.name)
            .map_err(|e| status(Invalid::field("name", e.to_string())))?;
        let repeat = decode::repeat(&request.request_id, request);
        let queue = queues::create(&self.0, &cx, repeat, name).await.map_err(status)?;
        Ok(Response::new(queue.into()))
    }

    async fn update_queue(
        &self,
        request: Request<pb::UpdateQueueRequest>,
    ) -> Result<Response<pb::Queue>, Status> {
        let cx = CallContext::of(&request)?;
        let pb::UpdateQueueRequest { queue, update_mask } = request.into_inner();
        let pb::Queue { id, name, archived, version, .. } = queue.unwrap_or_default();
        let id = decode::id("id", &id).map_err(status)?;
        let edit = decode::list_edit(&name, archived, update_mask.as_ref()).map_err(status)?;
        let queue = queues::update(&self.0, &cx, id, version, edit).await.map_err(status)?;
        Ok(Response::new(queue.into()))
    }

    async fn delete_queue(
        &self,
        request: Request<pb::DeleteQueueRequest>,
    ) -> Result<Response<pb::DeleteQueueResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let id = decode::id("id", &request.id).map_err(status)?;
        let to = request.move_to.as_ref().map(|id| decode::id("move_to", id)).transpose();
        let to = to.map_err(status)?;
        let repeat = decode::repeat(&request.request_id, request);
        let moved = queues::delete(&self.0, &cx, repeat, id, to).await.map_err(status)?;
        let moved = i64::try_from(moved).unwrap_or(i64::MAX);
        Ok(Response::new(pb::DeleteQueueResponse { moved }))
    }
}
