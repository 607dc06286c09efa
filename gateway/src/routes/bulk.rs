//! The same change for many tickets.

use axum::extract::State;
use chamados_proto::ticket::v1::{self as pb, bulk_result::Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::tickets::Priority;
use crate::{
    extract::{Json, nullable},
    idempotency::IdempotencyKey,
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
};

/// What is to change, of which tickets; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BulkUpdate {
    /// 1 to 100, each ticket once.
    targets: Vec<BulkTarget>,
    /// A member of staff. Null gives the tickets to nobody.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    assignee_id: Option<Option<Uuid>>,
    queue_id: Option<Uuid>,
    priority: Option<Priority>,
    /// Tags they get, at most 20.
    #[serde(default)]
    add_tags: Vec<String>,
    /// Tags they lose, at most 20; without regard to case and accents.
    #[serde(default)]
    remove_tags: Vec<String>,
}

/// Which ticket is to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkTarget {
    id: Uuid,
    /// The version it must have; whichever it has when left out.
    #[serde(default)]
    #[schema(minimum = 0)]
    version: i64,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkResults {
    /// One a target, in the same order.
    results: Vec<BulkResult>,
}

/// What came of one ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkResult {
    /// UUIDv7.
    id: String,
    /// Its version from now on; null when it was refused.
    version: Option<i64>,
    /// Why it was refused; null when it was not.
    error: Option<BulkError>,
}

/// Why a ticket stayed as it was.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkError {
    /// Stable name, as in a problem: for example `stale_version`, `ticket_resolved`, `ticket_not_found`.
    code: String,
    /// For a person.
    detail: String,
}

impl BulkResult {
    fn of(result: pb::BulkResult) -> Result<Self> {
        let (version, error) = match result.outcome {
            Some(Outcome::Version(version)) => (Some(version), None),
            Some(Outcome::Error(error)) => {
                (None, Some(BulkError { code: error.reason, detail: error.message }))
            }
            None => return Err(Problem::internal("a ticket of many without an outcome")),
        };
        Ok(Self { id: result.id, version, error })
    }
}

/// Change many tickets
///
/// Each for itself: what is refused for one does not hold up the others. What is wrong with the change
/// itself refuses the whole: 404 `queue_not_found` or `user_not_found`, 409 `assignee_not_staff`. Staff
/// only. Here an `Idempotency-Key` has at most 100 characters.
#[utoipa::path(
    post, path = "/api/tickets/bulk", tag = "tickets",
    params(IdempotencyKey), request_body = BulkUpdate,
    responses(
        (status = 200, description = "What came of each.", body = BulkResults),
        (status = 404, description = "Something the change names is not there."),
    ),
)]
pub(crate) async fn update_many_tickets(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(body): Json<BulkUpdate>,
) -> Result<Json<BulkResults>> {
    let targets = body.targets.into_iter();
    let targets =
        targets.map(|BulkTarget { id, version }| pb::BulkTarget { id: id.to_string(), version });
    let request = caller.request(pb::BulkUpdateTicketsRequest {
        request_id,
        targets: targets.collect(),
        assignee_id: body.assignee_id.flatten().map(|id| id.to_string()),
        unassign: body.assignee_id == Some(None),
        queue_id: body.queue_id.map(|id| id.to_string()),
        priority: body.priority.map_or(pb::Priority::Unspecified.into(), Into::into),
        add_tags: body.add_tags,
        remove_tags: body.remove_tags,
    });
    let answer = gateway.clients.bulk().bulk_update_tickets(request).await?.into_inner();
    let results = answer.results.into_iter().map(BulkResult::of).collect::<Result<_>>()?;
    Ok(Json(BulkResults { results }))
}
