//! What is said in live chats.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::chats::current;
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    names::{Actor, Mentions, Names},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::time,
};

/// Something said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatMessage {
    /// UUIDv7.
    id: String,
    /// UUIDv7.
    chat_id: String,
    /// Counts up from 1 in the chat, without gaps.
    sequence: i64,
    author: Actor,
    /// Plain text.
    body: String,
    created_at: DateTime<Utc>,
}

/// Messages of a chat.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatMessages {
    /// In their order.
    items: Vec<ChatMessage>,
    /// Number of the chat's last message: there are more when that of the last one here is below it.
    last_sequence: i64,
}

/// Where the messages begin.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Messages {
    /// Messages with a higher number; all when left out.
    #[param(minimum = 0)]
    after_sequence: i64,
    /// Messages a page; 25 when left out, and never more than 100.
    page_size: i32,
}

/// A message to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendChatMessage {
    /// Plain text, 1 to 4,000 characters.
    body: String,
}

/// Read a live chat
///
/// Messages of any chat on a ticket the caller may see, also of one that has ended.
#[utoipa::path(
    get, path = "/api/chats/{id}/messages", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the chat."), Messages),
    responses((status = 200, description = "Some of them.", body = ChatMessages)),
)]
pub(crate) async fn list_chat_messages(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<Messages>,
) -> Result<Json<ChatMessages>> {
    let page = messages(&gateway, &caller, id.to_string(), &query).await?;
    let mut mentions = Mentions::default();
    page.messages.iter().for_each(|message| mentions.actor(message.author.as_ref()));
    let names = mentions.resolve(&gateway, &caller).await;
    let items = page.messages.into_iter().map(|message| ChatMessage::of(message, &names));
    let items = items.collect::<Result<_>>()?;
    Ok(Json(ChatMessages { items, last_sequence: page.last_sequence }))
}

/// Say something in a live chat
///
/// Everybody who sees the ticket may. 409 `chat_ended`, also when another was opened since.
#[utoipa::path(
    post, path = "/api/chats/{id}/messages", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the chat."), IdempotencyKey),
    request_body = SendChatMessage,
    responses((status = 201, description = "The new message.", body = ChatMessage)),
)]
pub(crate) async fn send_chat_message(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(SendChatMessage { body }): Json<SendChatMessage>,
) -> Result<(StatusCode, Json<ChatMessage>)> {
    say(&gateway, &caller, request_id, id.to_string(), body).await
}

/// Say something in a ticket's live chat
///
/// Whichever is the newest: for who does not know it. Everybody who sees the ticket may. 404 `chat_not_found`
/// when there was no chat yet; 409 `chat_ended`.
#[utoipa::path(
    post, path = "/api/tickets/{id}/chat/messages", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    request_body = SendChatMessage,
    responses((status = 201, description = "The new message.", body = ChatMessage)),
)]
pub(crate) async fn send_newest_chat_message(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(SendChatMessage { body }): Json<SendChatMessage>,
) -> Result<(StatusCode, Json<ChatMessage>)> {
    let chat = current(&gateway, &caller, id).await?;
    say(&gateway, &caller, request_id, chat, body).await
}

impl ChatMessage {
    pub(super) fn of(message: pb::ChatMessage, names: &Names) -> Result<Self> {
        Ok(Self {
            id: message.id,
            chat_id: message.chat_id,
            sequence: message.sequence,
            author: names.actor(message.author),
            body: message.body,
            created_at: time(message.create_time)?,
        })
    }
}

async fn say(
    gateway: &Gateway,
    caller: &Caller,
    request_id: String,
    chat_id: String,
    body: String,
) -> Result<(StatusCode, Json<ChatMessage>)> {
    let message = pb::SendChatMessageRequest { request_id, chat_id, body };
    let answer = gateway.clients.chats().send_chat_message(caller.request(message)).await?;
    let message = answer.into_inner();
    let mut mentions = Mentions::default();
    mentions.actor(message.author.as_ref());
    let message = ChatMessage::of(message, &mentions.resolve(gateway, caller).await)?;
    Ok((StatusCode::CREATED, Json(message)))
}

/// Some of a chat.
pub(super) async fn messages(
    gateway: &Gateway,
    caller: &Caller,
    chat_id: String,
    &Messages { after_sequence, page_size }: &Messages,
) -> Result<pb::ListChatMessagesResponse> {
    let message = pb::ListChatMessagesRequest { chat_id, page_size, after_sequence };
    let answer = gateway.clients.chats().list_chat_messages(caller.request(message)).await?;
    Ok(answer.into_inner())
}
