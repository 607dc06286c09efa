//! Live chat on a ticket.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::chat_messages::{ChatMessage, Messages, messages};
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    names::{Actor, Mentions, Names, UserRef},
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    wire::{List, Paging, mirror, optional_time, time},
};

mirror! {
    /// Why a chat ended.
    ChatEnd = pb::ChatEnd {
        /// Somebody ended it.
        Closed,
        /// Nobody wrote for too long.
        Inactive,
        /// The ticket was resolved.
        Resolved,
    }
}

/// A conversation in real time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chat {
    /// UUIDv7.
    id: String,
    /// UUIDv7.
    ticket_id: String,
    started_by: Actor,
    started_at: DateTime<Utc>,
    /// Null while open, as `endedBy` and `end`.
    ended_at: Option<DateTime<Utc>>,
    ended_by: Option<Actor>,
    end: Option<ChatEnd>,
    /// Number of the last message; 0 before the first.
    last_sequence: i64,
    /// When it was opened or last written in.
    active_at: DateTime<Utc>,
    /// How far each person has read.
    read_marks: Vec<ChatReadMark>,
}

/// How far somebody has read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatReadMark {
    user: UserRef,
    /// Number of the last message read.
    sequence: i64,
    read_at: DateTime<Utc>,
}

/// The open chat of a ticket, or the last one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentChat {
    /// Null when there was none yet.
    chat: Option<Chat>,
    /// Those asked for, in their order. There are more when the last one's number is below `lastSequence`.
    messages: Vec<ChatMessage>,
}

/// How far the caller has read.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MarkChatRead {
    /// Number of the last message read. It never goes back; beyond the last message it means the last.
    #[schema(minimum = 0)]
    sequence: i64,
}

/// Get a ticket's live chat
///
/// The open one, else the last one, with messages.
#[utoipa::path(
    get, path = "/api/tickets/{id}/chat", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), Messages),
    responses((status = 200, description = "The chat, if any.", body = CurrentChat)),
)]
pub(crate) async fn get_chat(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<Messages>,
) -> Result<Json<CurrentChat>> {
    let Some(chat) = newest(&gateway, &caller, id).await? else {
        return Ok(Json(CurrentChat { chat: None, messages: Vec::new() }));
    };
    let page = messages(&gateway, &caller, chat.id.clone(), &query).await?;
    let mut mentions = Mentions::default();
    mention(&mut mentions, &chat);
    page.messages.iter().for_each(|message| mentions.actor(message.author.as_ref()));
    let names = mentions.resolve(&gateway, &caller).await;
    let messages = page.messages.into_iter().map(|message| ChatMessage::of(message, &names));
    let messages = messages.collect::<Result<_>>()?;
    Ok(Json(CurrentChat { chat: Some(Chat::of(chat, &names)?), messages }))
}

/// List a ticket's live chats
///
/// Newest first; only the first may be open.
#[utoipa::path(
    get, path = "/api/tickets/{id}/chats", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), Paging),
    responses((status = 200, description = "One page.", body = List<Chat>)),
)]
pub(crate) async fn list_chats(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<Chat>>> {
    let message = pb::ListChatsRequest { ticket_id: id.to_string(), page_size, page_token };
    let answer = gateway.clients.chats().list_chats(caller.request(message)).await?;
    let page = answer.into_inner();
    let mut mentions = Mentions::default();
    page.chats.iter().for_each(|chat| mention(&mut mentions, chat));
    let names = mentions.resolve(&gateway, &caller).await;
    let chats = page.chats.into_iter().map(|chat| Chat::of(chat, &names));
    let chats = chats.collect::<Result<_>>()?;
    Ok(Json(List::page(chats, page.next_page_token, page.total_size)))
}

/// Open a live chat
///
/// Staff may, and the requester. A ticket has one open chat; when there is one already, it is the answer.
/// 409 `ticket_resolved`.
#[utoipa::path(
    post, path = "/api/tickets/{id}/chat/start", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    responses((status = 200, description = "The open chat.", body = Chat)),
)]
pub(crate) async fn start_chat(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<Chat>> {
    let message = pb::StartChatRequest { request_id, ticket_id: id.to_string() };
    let answer = gateway.clients.chats().start_chat(caller.request(message)).await?;
    Ok(Json(named(&gateway, &caller, answer.into_inner()).await?))
}

/// Note how far one has read
///
/// People only.
#[utoipa::path(
    post, path = "/api/chats/{id}/read", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the chat.")),
    request_body = MarkChatRead,
    responses((status = 200, description = "The chat.", body = Chat)),
)]
pub(crate) async fn mark_chat_read(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(MarkChatRead { sequence }): Json<MarkChatRead>,
) -> Result<Json<Chat>> {
    let message = pb::MarkChatReadRequest { chat_id: id.to_string(), sequence };
    let answer = gateway.clients.chats().mark_chat_read(caller.request(message)).await?;
    Ok(Json(named(&gateway, &caller, answer.into_inner()).await?))
}

/// End a live chat
///
/// Staff may, and the requester. One that has ended stays as it is, also when another was opened since.
#[utoipa::path(
    post, path = "/api/chats/{id}/end", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the chat."), IdempotencyKey),
    responses((status = 200, description = "The chat.", body = Chat)),
)]
pub(crate) async fn end_chat(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<Chat>> {
    end(&gateway, &caller, request_id, id.to_string()).await
}

/// End a ticket's live chat
///
/// Whichever is the newest: for who does not know it. Staff may, and the requester. One that has ended
/// stays as it is. 404 `chat_not_found` when there was no chat yet.
#[utoipa::path(
    post, path = "/api/tickets/{id}/chat/end", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), IdempotencyKey),
    responses((status = 200, description = "The chat.", body = Chat)),
)]
pub(crate) async fn end_newest_chat(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<Chat>> {
    let chat = current(&gateway, &caller, id).await?;
    end(&gateway, &caller, request_id, chat).await
}

impl Chat {
    fn of(chat: pb::Chat, names: &Names) -> Result<Self> {
        let end = ChatEnd::known(chat.end);
        let read_marks = chat.read_marks.into_iter().map(|mark| {
            let read_at = time(mark.read_time)?;
            let (user, sequence) = (names.user(mark.user_id), mark.sequence);
            Ok(ChatReadMark { user, sequence, read_at })
        });
        Ok(Self {
            id: chat.id,
            ticket_id: chat.ticket_id,
            started_by: names.actor(chat.started_by),
            started_at: time(chat.start_time)?,
            ended_at: optional_time(chat.end_time),
            ended_by: chat.ended_by.map(|actor| names.actor(Some(actor))),
            end,
            last_sequence: chat.last_sequence,
            active_at: time(chat.active_time)?,
            read_marks: read_marks.collect::<Result<_>>()?,
        })
    }
}

/// The newest chat of a ticket, which alone may be open.
async fn newest(gateway: &Gateway, caller: &Caller, ticket: Uuid) -> Result<Option<pb::Chat>> {
    let message = pb::ListChatsRequest {
        ticket_id: ticket.to_string(),
        page_size: 1,
        page_token: String::new(),
    };
    let answer = gateway.clients.chats().list_chats(caller.request(message)).await?;
    Ok(answer.into_inner().chats.into_iter().next())
}

/// Its id.
pub(super) async fn current(gateway: &Gateway, caller: &Caller, ticket: Uuid) -> Result<String> {
    let chat = newest(gateway, caller, ticket).await?;
    chat.map(|chat| chat.id).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "chat_not_found",
            "There was no chat on this ticket yet.",
        )
    })
}

async fn end(
    gateway: &Gateway,
    caller: &Caller,
    request_id: String,
    chat_id: String,
) -> Result<Json<Chat>> {
    let message = pb::EndChatRequest { request_id, chat_id };
    let answer = gateway.clients.chats().end_chat(caller.request(message)).await?;
    Ok(Json(named(gateway, caller, answer.into_inner()).await?))
}

async fn named(gateway: &Gateway, caller: &Caller, chat: pb::Chat) -> Result<Chat> {
    let mut mentions = Mentions::default();
    mention(&mut mentions, &chat);
    Chat::of(chat, &mentions.resolve(gateway, caller).await)
}

fn mention(mentions: &mut Mentions, chat: &pb::Chat) {
    mentions.actor(chat.started_by.as_ref());
    mentions.actor(chat.ended_by.as_ref());
    chat.read_marks.iter().for_each(|mark| mentions.user(Some(&mark.user_id)));
}
