//! `BulkService`.

use std::collections::BTreeSet;

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::ticket::v1::{
    self as pb, bulk_result::Outcome, bulk_service_server::BulkService,
};
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{
        App,
        tickets::{self, Bulk, BulkOutcome, MOST_AT_ONCE},
    },
    domain::{Edit, Tags, TagsEdit},
};

/// Longest request id: that of each ticket's part is a little longer.
const MOST_ID: usize = 100;

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl BulkService for Api {
    async fn bulk_update_tickets(
        &self,
        request: Request<pb::BulkUpdateTicketsRequest>,
    ) -> Result<Response<pb::BulkUpdateTicketsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let bulk = bulk(request).map_err(status)?;
        let outcomes = tickets::bulk_update(&self.0, &cx, bulk).await.map_err(status)?;
        let results = request.targets.iter().zip(outcomes).map(|(target, outcome)| {
            let outcome = Some(match outcome {
                BulkOutcome::Done(version) => Outcome::Version(version),
                BulkOutcome::Refused { reason, message } => {
                    Outcome::Error(pb::BulkError { reason, message })
                }
            });
            pb::BulkResult { id: target.id.clone(), outcome }
        });
        Ok(Response::new(pb::BulkUpdateTicketsResponse { results: results.collect() }))
    }
}

fn bulk(request: &pb::BulkUpdateTicketsRequest) -> Result<Bulk, Invalid> {
    let mut checks = Checks::default();
    let fits = request.request_id.chars().count() <= MOST_ID;
    checks.ensure("request_id", fits, "must have at most 100 characters");
    let targets = targets(&mut checks, &request.targets);
    let edit = edit(&mut checks, request);
    checks.ensure("body", edit != Edit::default(), "must have at least one change");
    let repeat = decode::repeat(&request.request_id, request);
    checks.finish().map(|()| Bulk { repeat, targets, edit })
}

fn targets(
    checks: &mut Checks,
    targets: &[pb::BulkTarget],
) -> Vec<(chamados_chassis::id::TicketId, i64)> {
    let number = (1..=MOST_AT_ONCE).contains(&targets.len());
    checks.ensure("targets", number, "must be 1 to 100");
    // A list far beyond the limit is not worth reading.
    let read = targets.iter().take(MOST_AT_ONCE);
    let read = read.map(|target| Ok((target.id.parse()?, target.version)));
    let read: Result<Vec<_>, chamados_chassis::id::InvalidId> = read.collect();
    let read = checks.take("targets", read).unwrap_or_default();
    let different: BTreeSet<_> = read.iter().map(|(id, _)| *id).collect();
    checks.ensure("targets", different.len() == read.len(), "must name each ticket once");
    read
}

fn edit(checks: &mut Checks, request: &pb::BulkUpdateTicketsRequest) -> Edit {
    let user = decode::optional_id(checks, "assignee_id", request.assignee_id.as_ref());
    let one = request.assignee_id.is_none() || !request.unassign;
    checks.ensure("assignee_id", one, "cannot be given together with unassign");
    let known = pb::Priority::try_from(request.priority);
    checks.ensure("priority", known.is_ok(), "is no priority this version knows");
    let add = checks.take("add_tags", Tags::parse(&request.add_tags)).unwrap_or_default();
    let remove = checks.take("remove_tags", Tags::parse(&request.remove_tags)).unwrap_or_default();
    let tags = if add.is_empty() && remove.is_empty() {
        TagsEdit::Keep
    } else {
        TagsEdit::Change { add, remove }
    };
    Edit {
        assignee: user.map(Some).or_else(|| request.unassign.then_some(None)),
        queue: decode::optional_id(checks, "queue_id", request.queue_id.as_ref()),
        priority: known.ok().and_then(|priority| decode::priority(priority).ok()),
        tags,
        ..Edit::default()
    }
}
