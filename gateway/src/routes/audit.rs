//! The audit log, as pages and as one CSV.

use axum::{extract::State, response::Response};
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Query},
    names::{Actor, Mentions, Names},
    problem::Result,
    session::Caller,
    spreadsheet::{self, Rows},
    state::Gateway,
    wire::{List, time, timestamp},
};

/// One administrative change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEntry {
    /// UUIDv7.
    id: String,
    occurred_at: DateTime<Utc>,
    /// Who did it.
    actor: Actor,
    /// What was done: the kind of record and a verb in the past, for example `user.updated`.
    action: String,
    /// What it was done to.
    target: AuditTarget,
    /// What became different; never a secret.
    changes: Vec<AuditChange>,
    /// The request that did it, as in the logs; empty for a command.
    request_id: String,
}

/// What a change was done to.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditTarget {
    /// For example `user`, `company`, `device`, `schedule`.
    kind: String,
    /// UUIDv7, or the key of a schedule.
    id: String,
    /// What it was called then.
    name: String,
}

/// One field, before and after.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditChange {
    /// Name of the field.
    field: String,
    /// Null when there was none.
    old_value: Option<String>,
    /// Null when there is none.
    new_value: Option<String>,
}

/// Which entries.
#[derive(Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditFilter {
    /// Only what this user, device or service account did.
    actor_id: Option<Uuid>,
    /// Only this action, for example `user.updated`; or all of a kind, as in `user.`.
    action: String,
    /// Only what was done to this record: a UUIDv7, or the key of a schedule.
    target_id: String,
    /// Only from this moment on.
    from: Option<DateTime<Utc>>,
    /// Only before this moment.
    to: Option<DateTime<Utc>>,
}

/// Which page of which entries.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditPage {
    /// Records a page; 25 when left out, and never more than 100.
    page_size: i32,
    /// `nextPageToken` of the page before.
    page_token: String,
}

impl AuditEntry {
    fn of(entry: pb::AuditEntry, names: &Names) -> Result<Self> {
        let change = entry.change.unwrap_or_default();
        let target = AuditTarget {
            kind: change.target_kind,
            id: change.target_id,
            name: change.target_name,
        };
        let changes = change.fields.into_iter().map(|field| AuditChange {
            field: field.field,
            old_value: field.old_value,
            new_value: field.new_value,
        });
        Ok(Self {
            id: entry.id,
            occurred_at: time(entry.occur_time)?,
            actor: names.actor(entry.actor),
            action: change.action,
            target,
            changes: changes.collect(),
            request_id: entry.request_id,
        })
    }

    /// A line for each field that changed; one, when none did.
    fn rows(self) -> Vec<Vec<String>> {
        let Self { occurred_at, actor, action, target, changes, .. } = self;
        let (kind, id, name) = actor.into_texts();
        let time = occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let what = [time, kind, id, name, action, target.kind, target.id, target.name];
        let line = |field: String, old: Option<String>, new: Option<String>| {
            let values = [field, old.unwrap_or_default(), new.unwrap_or_default()];
            what.iter().cloned().chain(values).collect()
        };
        if changes.is_empty() {
            return vec![line(String::new(), None, None)];
        }
        changes
            .into_iter()
            .map(|change| line(change.field, change.old_value, change.new_value))
            .collect()
    }
}

impl AuditFilter {
    fn message(self, page_size: i32, page_token: String) -> pb::ListAuditEntriesRequest {
        pb::ListAuditEntriesRequest {
            page_size,
            page_token,
            actor_id: self.actor_id.map(|id| id.to_string()),
            action: self.action,
            target_id: self.target_id,
            from_time: self.from.map(timestamp),
            to_time: self.to.map(timestamp),
        }
    }
}

/// List the audit log
///
/// Every administrative change, the newest first. Admins only.
#[utoipa::path(
    get, path = "/api/admin/audit-log", tag = "audit", params(AuditFilter, AuditPage),
    responses((status = 200, description = "One page.", body = List<AuditEntry>)),
)]
pub(crate) async fn list_audit_log(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<AuditFilter>,
    Query(AuditPage { page_size, page_token }): Query<AuditPage>,
) -> Result<Json<List<AuditEntry>>> {
    Ok(Json(page(&gateway, &caller, filter.message(page_size, page_token)).await?))
}

/// The audit log as CSV
///
/// All entries that match, the newest first; UTF-8 with a byte order mark, one line a changed field.
/// Admins only.
#[utoipa::path(
    get, path = "/api/admin/audit-log.csv", tag = "audit", params(AuditFilter),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "Makes it a download.")))),
)]
pub(crate) async fn export_audit_log(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<AuditFilter>,
) -> Result<Response> {
    // Asked for before anything is answered: who may not is told so.
    let first = rows(&gateway, &caller, filter.clone(), String::new()).await?;
    spreadsheet::download("audit-log.csv", &COLUMNS, first, move |token| {
        let (gateway, caller, filter) = (gateway.clone(), caller.clone(), filter.clone());
        async move {
            let caller = caller.renewed(&gateway).await?;
            rows(&gateway, &caller, filter, token).await
        }
    })
}

const COLUMNS: [&str; 11] = [
    "time",
    "actorKind",
    "actorId",
    "actor",
    "action",
    "targetKind",
    "targetId",
    "target",
    "field",
    "oldValue",
    "newValue",
];

async fn rows(
    gateway: &Gateway,
    caller: &Caller,
    filter: AuditFilter,
    token: String,
) -> Result<Rows> {
    let message = filter.message(spreadsheet::PAGE, token);
    let page = page(gateway, caller, message).await?;
    let rows = page.items.into_iter().flat_map(AuditEntry::rows).collect();
    Ok(Rows { rows, next_page_token: page.next_page_token.unwrap_or_default() })
}

async fn page(
    gateway: &Gateway,
    caller: &Caller,
    message: pb::ListAuditEntriesRequest,
) -> Result<List<AuditEntry>> {
    let page = gateway.clients.audit().list_audit_entries(caller.request(message)).await?;
    let page = page.into_inner();
    let mut mentions = Mentions::default();
    page.entries.iter().for_each(|entry| mentions.actor(entry.actor.as_ref()));
    let names = mentions.resolve(gateway, caller).await;
    let entries = page.entries.into_iter().map(|entry| AuditEntry::of(entry, &names));
    Ok(List::page(entries.collect::<Result<_>>()?, page.next_page_token, page.total_size))
}
