//! Queues, where tickets wait.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
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
    wire::{Created, List, Mask, created, time},
};

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
    /// Not offered and not taken by tickets; those in it stay.
    archived: bool,
    created_at: DateTime<Utc>,
    /// Number of changes.
    version: i64,
}

impl Queue {
    fn of(queue: pb::Queue) -> Result<Self> {
        Ok(Self {
            id: queue.id,
            name: queue.name,
            is_default: queue.is_default,
            archived: queue.archived,
            created_at: time(queue.create_time)?,
            version: queue.version,
        })
    }
}

impl Versioned for Queue {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Which queues or categories a list holds.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOffered {
    /// Also those that are archived.
    pub(super) include_archived: bool,
}

/// A queue to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateQueue {
    /// 1 to 80 characters, unique in the tenant without regard to case and accents.
    name: String,
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateQueue {
    /// 1 to 80 characters, unique in the tenant without regard to case and accents.
    name: Option<String>,
    /// The default queue cannot be archived.
    archived: Option<bool>,
}

/// What becomes of the tickets of a queue that is deleted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQueue {
    /// UUIDv7 of the queue that takes them; needed when there are any.
    move_to: Option<Uuid>,
}

/// A queue was deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeletedQueue {
    /// How many tickets moved.
    moved: i64,
}

/// List queues
///
/// All of them on one page, the default one first, then by name.
#[utoipa::path(
    get, path = "/api/queues", tag = "tickets", params(ListOffered),
    responses((status = 200, description = "Every queue of the tenant.", body = List<Queue>)),
)]
pub(crate) async fn list_queues(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(ListOffered { include_archived }): Query<ListOffered>,
) -> Result<Json<List<Queue>>> {
    let request = caller.request(pb::ListQueuesRequest { include_archived });
    let queues = gateway.clients.queues().list_queues(request).await?.into_inner().queues;
    Ok(Json(List::whole(queues.into_iter().map(Queue::of).collect::<Result<_>>()?)))
}

/// Make a queue
///
/// Admins only. 409 `queue_name_taken`, or `too_many_queues` beyond 200.
#[utoipa::path(
    post, path = "/api/admin/queues", tag = "tickets",
    params(IdempotencyKey), request_body = CreateQueue,
    responses((status = 201, description = "The new queue.", body = Queue,
        headers(("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn create_queue(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(CreateQueue { name }): Json<CreateQueue>,
) -> Result<Created<Tagged<Queue>>> {
    let request = caller.request(pb::CreateQueueRequest { request_id, name });
    let queue = Queue::of(gateway.clients.queues().create_queue(request).await?.into_inner())?;
    Ok(created(format!("/api/admin/queues/{}", queue.id), Tagged(queue)))
}

/// Change a queue
///
/// Its name, or whether it is archived. Admins only. 409 `queue_name_taken`, `queue_is_default` for
/// archiving the default one.
#[utoipa::path(
    patch, path = "/api/admin/queues/{id}", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the queue."), IfMatch),
    request_body = UpdateQueue,
    responses((status = 200, description = "The queue from now on.", body = Queue,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_queue(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateQueue>,
) -> Result<Tagged<Queue>> {
    let mut mask = Mask::default();
    let queue = pb::Queue {
        id: id.to_string(),
        version,
        name: mask.set("name", body.name),
        archived: mask.set("archived", body.archived),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let request = caller.request(pb::UpdateQueueRequest { queue: Some(queue), update_mask });
    let queue = gateway.clients.queues().update_queue(request).await?.into_inner();
    Ok(Tagged(Queue::of(queue)?))
}

/// Delete a queue
///
/// Its tickets, resolved ones included, first move to another, each with an entry in its timeline. Admins
/// only. 409 `queue_is_default`, `queue_in_use` when it has tickets and `moveTo` is not given,
/// `queue_too_full` when it has more than 1,000.
#[utoipa::path(
    delete, path = "/api/admin/queues/{id}", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the queue."), DeleteQueue, IdempotencyKey),
    responses(
        (status = 200, description = "It is gone.", body = DeletedQueue),
        (status = 409, description = "Not possible in the present state; `code` says why."),
    ),
)]
pub(crate) async fn delete_queue(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(DeleteQueue { move_to }): Query<DeleteQueue>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<DeletedQueue>> {
    let move_to = move_to.map(|id| id.to_string());
    let request =
        caller.request(pb::DeleteQueueRequest { request_id, id: id.to_string(), move_to });
    let answer = gateway.clients.queues().delete_queue(request).await?.into_inner();
    Ok(Json(DeletedQueue { moved: answer.moved }))
}
