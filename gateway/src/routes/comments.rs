//! The conversation of a ticket.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::attachments::Attachment;
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    names::{Actor, Mentions, Names},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{List, Paging, mirror, time},
};

mirror! {
    /// Who may read a comment.
    Visibility = pb::Visibility {
        /// Everybody who sees the ticket.
        Public,
        /// Staff only.
        Internal,
    }
}

/// A word in the conversation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comment {
    /// UUIDv7.
    id: String,
    /// UUIDv7.
    ticket_id: String,
    author: Actor,
    visibility: Visibility,
    /// Safe HTML. `<span data-mention="id">` mentions somebody.
    body: String,
    /// Files that came with it.
    attachments: Vec<Attachment>,
    /// UUIDv7 of users it mentions, as they were when it was written. Staff among them watch the ticket.
    mentioned_user_ids: Vec<String>,
    created_at: DateTime<Utc>,
}

impl Comment {
    fn of(comment: pb::Comment, names: &Names) -> Result<Self> {
        Ok(Self {
            id: comment.id,
            ticket_id: comment.ticket_id,
            author: names.actor(comment.author),
            visibility: Visibility::of(comment.visibility)?,
            body: comment.body,
            attachments: comment
                .attachments
                .into_iter()
                .map(|file| Attachment::of(file, names))
                .collect::<Result<_>>()?,
            mentioned_user_ids: comment.mentioned_user_ids,
            created_at: time(comment.create_time)?,
        })
    }
}

/// A comment to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateComment {
    /// HTML, at most 64 KiB; what is not in the safe subset is removed. Mentions at most 50 people. May be empty
    /// when there are files.
    body: String,
    visibility: Visibility,
    /// UUIDv7 of files the caller uploaded and attached nowhere yet, at most 20.
    #[serde(default)]
    attachment_ids: Vec<Uuid>,
}

/// List a ticket's comments
///
/// Those the caller may see, oldest first.
#[utoipa::path(
    get, path = "/api/tickets/{id}/comments", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), Paging),
    responses((status = 200, description = "One page.", body = List<Comment>)),
)]
pub(crate) async fn list_comments(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<Paging>,
) -> Result<Json<List<Comment>>> {
    let request = caller.request(pb::ListCommentsRequest {
        ticket_id: id.to_string(),
        page_size: query.page_size,
        page_token: query.page_token,
    });
    let page = gateway.clients.comments().list_comments(request).await?.into_inner();
    let comments = named(&gateway, &caller, page.comments).await?;
    Ok(Json(List::page(comments, page.next_page_token, page.total_size)))
}

/// Comment on a ticket
///
/// Staff once the ticket has an assignee (409 `ticket_unassigned`); internal notes by staff only;
/// not on a resolved ticket (409 `ticket_resolved`). A file that is not the caller's or is attached already
/// is 404 `attachment_not_found`.
#[utoipa::path(
    post, path = "/api/tickets/{id}/comments", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = CreateComment,
    responses((status = 201, description = "The new comment.", body = Comment)),
)]
pub(crate) async fn create_comment(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(CreateComment { body, visibility, attachment_ids }): Json<CreateComment>,
) -> Result<(StatusCode, Json<Comment>)> {
    let (ticket_id, visibility) = (id.to_string(), visibility.into());
    let attachment_ids = attachment_ids.iter().map(Uuid::to_string).collect();
    let message =
        pb::CreateCommentRequest { request_id, ticket_id, body, visibility, attachment_ids };
    let answer = gateway.clients.comments().create_comment(caller.request(message)).await?;
    let comment = answer.into_inner();
    let mut mentions = Mentions::default();
    mentions.actor(comment.author.as_ref());
    let comment = Comment::of(comment, &mentions.resolve(&gateway, &caller).await)?;
    Ok((StatusCode::CREATED, Json(comment)))
}

async fn named(
    gateway: &Gateway,
    caller: &Caller,
    comments: Vec<pb::Comment>,
) -> Result<Vec<Comment>> {
    let mut mentions = Mentions::default();
    comments.iter().for_each(|comment| mentions.actor(comment.author.as_ref()));
    let names = mentions.resolve(gateway, caller).await;
    comments.into_iter().map(|comment| Comment::of(comment, &names)).collect()
}
