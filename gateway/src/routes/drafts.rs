//! What the caller has begun to write on a ticket and not sent.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::comments::Visibility;
use crate::{
    extract::{Json, Path},
    problem::Result,
    session::Person,
    state::Gateway,
    wire::{List, mirror, time},
};

mirror! {
    /// What a draft is to become.
    DraftKind = pb::DraftKind {
        /// A comment.
        Comment,
        /// The closing message.
        Closing,
        /// New subject and description.
        Facts,
    }
}

/// Something the caller has begun to write. Nobody else sees it, and no change of anybody else touches it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    kind: DraftKind,
    /// Safe HTML; may be empty.
    body: String,
    /// Of a comment: who is to read it. Null for the others.
    visibility: Option<Visibility>,
    /// Of facts: the subject as it was typed; empty for the others.
    subject: String,
    /// The ticket's version when it was begun: what has a higher one came later.
    base_version: i64,
    /// When it was last saved.
    updated_at: DateTime<Utc>,
}

impl Draft {
    fn of(draft: pb::Draft) -> Result<Self> {
        Ok(Self {
            kind: DraftKind::of(draft.kind)?,
            body: draft.body,
            visibility: Visibility::known(draft.visibility),
            subject: draft.subject,
            base_version: draft.base_version,
            updated_at: time(draft.update_time)?,
        })
    }
}

/// A draft as it is now.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SaveDraft {
    /// HTML, at most 64 KiB; what is not in the safe subset is removed. May be empty.
    body: String,
    /// Required for a comment, and not read otherwise.
    #[serde(default)]
    visibility: Option<Visibility>,
    /// One line of at most 200 characters, kept as it was typed.
    #[serde(default)]
    subject: String,
    /// The ticket's version when the caller began.
    base_version: i64,
}

/// List one's drafts on a ticket
///
/// At most one a kind, on one page.
#[utoipa::path(
    get, path = "/api/tickets/{id}/drafts", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket.")),
    responses((status = 200, description = "The caller's drafts on the ticket.", body = List<Draft>)),
)]
pub(crate) async fn list_drafts(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Path(id): Path<Uuid>,
) -> Result<Json<List<Draft>>> {
    let request = caller.request(pb::ListDraftsRequest { ticket_id: id.to_string() });
    let drafts = gateway.clients.drafts().list_drafts(request).await?.into_inner().drafts;
    let drafts = drafts.into_iter().map(Draft::of).collect::<Result<_>>()?;
    Ok(Json(List::whole(drafts)))
}

/// Save a draft
///
/// Over the one before. What the caller could never send is refused (403); what the ticket does not take now,
/// a comment while it has no assignee, is kept all the same.
#[utoipa::path(
    put, path = "/api/tickets/{id}/drafts/{kind}", tag = "tickets",
    params(
        ("id" = Uuid, Path, description = "UUIDv7 of the ticket."),
        ("kind" = DraftKind, Path, description = "What it is to become."),
    ),
    request_body = SaveDraft,
    responses((status = 200, description = "The draft as it is kept.", body = Draft)),
)]
pub(crate) async fn save_draft(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Path((id, kind)): Path<(Uuid, DraftKind)>,
    Json(draft): Json<SaveDraft>,
) -> Result<Json<Draft>> {
    let draft = pb::Draft {
        ticket_id: id.to_string(),
        kind: kind.into(),
        body: draft.body,
        visibility: draft.visibility.map(i32::from).unwrap_or_default(),
        subject: draft.subject,
        base_version: draft.base_version,
        update_time: None,
    };
    let request = caller.request(pb::SaveDraftRequest { draft: Some(draft) });
    let draft = gateway.clients.drafts().save_draft(request).await?.into_inner();
    Ok(Json(Draft::of(draft)?))
}

/// Throw a draft away
///
/// One that is not there is none already.
#[utoipa::path(
    delete, path = "/api/tickets/{id}/drafts/{kind}", tag = "tickets",
    params(
        ("id" = Uuid, Path, description = "UUIDv7 of the ticket."),
        ("kind" = DraftKind, Path, description = "What it was to become."),
    ),
    responses((status = 204, description = "Gone.")),
)]
pub(crate) async fn delete_draft(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Path((id, kind)): Path<(Uuid, DraftKind)>,
) -> Result<StatusCode> {
    let message = pb::DeleteDraftRequest { ticket_id: id.to_string(), kind: kind.into() };
    gateway.clients.drafts().delete_draft(caller.request(message)).await?;
    Ok(StatusCode::NO_CONTENT)
}
