//! What happened to a ticket, and who worked on it when.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::changes::Change;
use crate::{
    extract::{Json, Path, Query},
    names::{Actor, Mentions, Names, UserRef},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{List, Paging, optional_time, time},
};

/// One change of a ticket.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineEntry {
    /// UUIDv7.
    id: String,
    /// What happened: `created`, `started`, `paused`, `resolved`, `reopened`, `assigned`,
    /// `commented`, `updated`, `chat_started` or `chat_ended`.
    #[serde(rename = "type")]
    kind: String,
    actor: Actor,
    occurred_at: DateTime<Utc>,
    /// The ticket's version after the change.
    version: i64,
    /// Fields that changed.
    changes: Vec<Change>,
    /// Pause note, which is told to staff only, reopening reason, or empty.
    note: String,
    /// The comment, for `commented` and for `resolved` with a message.
    comment_id: Option<String>,
    /// The live chat, for `chat_started` and `chat_ended`.
    chat_id: Option<String>,
}

impl TimelineEntry {
    fn of(entry: pb::TimelineEntry, names: &Names) -> Result<Self> {
        let changes = entry.changes.into_iter();
        let changes = changes.map(|c| Change::of(&c.field, c.old_value, c.new_value, names));
        Ok(Self {
            id: entry.id,
            kind: entry.r#type,
            actor: names.actor(entry.actor),
            occurred_at: time(entry.occur_time)?,
            version: entry.version,
            changes: changes.collect(),
            note: entry.note,
            comment_id: entry.comment_id,
            chat_id: entry.chat_id,
        })
    }
}

/// The time between play and pause.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkSession {
    /// UUIDv7.
    id: String,
    /// Who worked.
    user: UserRef,
    started_at: DateTime<Utc>,
    /// Null while open.
    ended_at: Option<DateTime<Utc>>,
}

/// List what happened to a ticket
///
/// Every change the caller may see, oldest first.
#[utoipa::path(
    get, path = "/api/tickets/{id}/timeline", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), Paging),
    responses((status = 200, description = "One page.", body = List<TimelineEntry>)),
)]
pub(crate) async fn list_ticket_timeline(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<TimelineEntry>>> {
    let message = pb::ListTimelineRequest {
        ticket_id: id.to_string(),
        page_size,
        page_token,
        after_version: 0,
    };
    let answer = gateway.clients.tickets().list_timeline(caller.request(message)).await?;
    let page = answer.into_inner();
    let mut mentions = Mentions::default();
    for entry in &page.entries {
        mentions.actor(entry.actor.as_ref());
        for change in &entry.changes {
            mentions.value(&change.field, change.old_value.as_ref());
            mentions.value(&change.field, change.new_value.as_ref());
        }
    }
    let names = mentions.resolve(&gateway, &caller).await;
    let entries = page.entries.into_iter().map(|entry| TimelineEntry::of(entry, &names));
    let entries = entries.collect::<Result<_>>()?;
    Ok(Json(List::page(entries, page.next_page_token, page.total_size)))
}

/// List who worked on a ticket when
///
/// Oldest first. Sessions of one ticket never overlap.
#[utoipa::path(
    get, path = "/api/tickets/{id}/work-sessions", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), Paging),
    responses((status = 200, description = "One page.", body = List<WorkSession>)),
)]
pub(crate) async fn list_work_sessions(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<WorkSession>>> {
    let message = pb::ListWorkSessionsRequest { ticket_id: id.to_string(), page_size, page_token };
    let answer = gateway.clients.tickets().list_work_sessions(caller.request(message)).await?;
    let page = answer.into_inner();
    let mut mentions = Mentions::default();
    page.work_sessions.iter().for_each(|session| mentions.user(Some(&session.user_id)));
    let names = mentions.resolve(&gateway, &caller).await;
    let sessions = page.work_sessions.into_iter().map(|session| {
        Ok(WorkSession {
            id: session.id,
            user: names.user(session.user_id),
            started_at: time(session.start_time)?,
            ended_at: optional_time(session.end_time),
        })
    });
    let sessions = sessions.collect::<Result<_>>()?;
    Ok(Json(List::page(sessions, page.next_page_token, page.total_size)))
}
