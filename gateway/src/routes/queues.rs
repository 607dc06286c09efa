//! Queues, where tickets wait.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{extract::Json, problem::Result, session::Caller, state::Gateway, wire::List};

/// Where tickets wait.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Queue {
    /// UUIDv7.
    id: String,
    /// Unique in the tenant.
    name: String,
    /// Where a ticket goes when no queue is named.
    is_default: bool,
}

impl From<pb::Queue> for Queue {
    fn from(queue: pb::Queue) -> Self {
        Self { id: queue.id, name: queue.name, is_default: queue.is_default }
    }
}

/// List queues
///
/// All of them on one page, the default one first, then by name.
#[utoipa::path(
    get, path = "/api/queues", tag = "tickets",
    responses((status = 200, description = "Every queue of the tenant.", body = List<Queue>)),
)]
pub(crate) async fn list_queues(
    State(gateway): State<Gateway>,
    caller: Caller,
) -> Result<Json<List<Queue>>> {
    let request = caller.request(pb::ListQueuesRequest {});
    let queues = gateway.clients.queues().list_queues(request).await?.into_inner().queues;
    Ok(Json(List::whole(queues.into_iter().map(Queue::from).collect())))
}
