//! `AuditService`.

use chamados_chassis::{
    clock::{from_proto, to_proto},
    context::CallContext,
    error::{Checks, Invalid, status},
    id::parse,
    page::PageRequest,
};
use chamados_proto::{
    event::v1 as event,
    identity::v1::{self as pb, audit_service_server::AuditService},
};
use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use tonic::{Request, Response, Status};

use crate::{
    app::{App, audit},
    domain::audit::{ActionFilter, Change, Entry, EntryFilter},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl AuditService for Api {
    async fn list_audit_entries(
        &self,
        request: Request<pb::ListAuditEntriesRequest>,
    ) -> Result<Response<pb::ListAuditEntriesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let filter = filter(request).map_err(status)?;
        let page = audit::list(&self.0, &cx, &filter, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListAuditEntriesResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            entries: page.items.into_iter().map(Into::into).collect(),
        }))
    }
}

fn filter(request: &pb::ListAuditEntriesRequest) -> Result<EntryFilter, Invalid> {
    let mut checks = Checks::default();
    if let Some(actor) = &request.actor_id {
        checks.take("actor_id", parse(actor));
    }
    let target = &request.target_id;
    let fits = target.chars().count() <= 200 && !target.contains('\0');
    checks.ensure("target_id", fits, "must have at most 200 characters");
    let action = checks.take("action", ActionFilter::parse(&request.action)).flatten();
    let from = time(&mut checks, "from_time", request.from_time);
    let to = time(&mut checks, "to_time", request.to_time);
    checks.finish()?;
    Ok(EntryFilter {
        actor_id: request.actor_id.as_ref().map(|id| id.to_lowercase()),
        action,
        target_id: Some(target.clone()).filter(|target| !target.is_empty()),
        from,
        to,
    })
}

fn time(
    checks: &mut Checks,
    field: &'static str,
    time: Option<Timestamp>,
) -> Option<DateTime<Utc>> {
    let read = time.and_then(from_proto);
    checks.ensure(field, read.is_some() == time.is_some(), "is no time");
    read
}

impl From<Entry> for pb::AuditEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            occur_time: Some(to_proto(entry.occurred_at)),
            actor: Some(entry.actor.into()),
            change: Some(event::AdministrativeChange {
                action: entry.action,
                target_kind: entry.target_kind,
                target_id: entry.target_id,
                target_name: entry.target_name,
                fields: entry.fields.into_iter().map(Into::into).collect(),
            }),
            request_id: entry.request_id,
        }
    }
}

impl From<Change> for event::ChangedField {
    fn from(change: Change) -> Self {
        Self { field: change.field, old_value: change.old, new_value: change.new }
    }
}
