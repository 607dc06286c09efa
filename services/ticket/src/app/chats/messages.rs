//! What is said in live chats, and how far people have read.

use chamados_chassis::{auth::Permission, context::CallContext};
use chamados_store_kit::{
    StoreError,
    idempotency::{self, Outcome},
    merged,
};

use crate::{
    app::{App, Repeat, users},
    domain::{Chat, ChatId, ChatMessage, ChatMessageId, ChatText, ReadMark, TicketRef, Visibility},
    error::{Error, Result},
    store,
};

/// A message as somebody says it.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Tells a repeat.
    pub repeat: Repeat,
    /// In which chat.
    pub chat: ChatId,
    /// What is said.
    pub body: ChatText,
}

/// Says something. Nobody who writes meanwhile gets the same number, and none is left out.
///
/// # Errors
/// [`Error::ChatNotFound`], [`Error::ChatEnded`].
pub async fn send(app: &App, cx: &CallContext, input: NewMessage) -> Result<ChatMessage> {
    let tenant = cx.require(Permission::TicketsComment)?;
    let actor = cx.actor()?;
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "chat.send",
        request_id: &input.repeat.request_id,
    };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, input.repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        let id = idempotency::replayed_id(&answer)?;
        let known = store::chat_messages::get(&tx, tenant, id).await?;
        return Ok(known.ok_or_else(|| StoreError::Corrupt("remembered message: gone".to_owned()))?);
    }
    let author = users::surviving_actor(&tx, tenant, actor.clone()).await?;
    let visibility = Visibility::of(cx.principal());
    let chat = store::chats::get(&tx, tenant, visibility, input.chat).await?;
    let chat = chat.ok_or(Error::ChatNotFound)?;
    let ticket = store::tickets::get(&tx, tenant, visibility, TicketRef::Id(chat.ticket)).await?;
    let ticket = ticket.ok_or(Error::ChatNotFound)?;
    let next = store::chats::next_sequence(&tx, tenant, chat.id, now).await?;
    let (sequence, created_at) = next.ok_or(Error::ChatEnded)?;
    let message = ChatMessage {
        id: ChatMessageId::new(),
        chat: chat.id,
        sequence,
        author,
        body: input.body,
        created_at,
    };
    store::chat_messages::insert(&tx, tenant, &message).await?;
    // Messages never change, so their id is answer enough.
    idempotency::finish(&tx, &key, message.id.as_uuid().as_bytes().to_vec()).await?;
    tx.commit().await?;
    app.chat_changed(&ticket, chat.id).await;
    Ok(message)
}

/// Up to `limit` messages with numbers above `after`, and the number of the chat's last.
///
/// # Errors
/// [`Error::ChatNotFound`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    chat: ChatId,
    after: i64,
    limit: u32,
) -> Result<(Vec<ChatMessage>, i64)> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let (db, visibility) = (app.db.read(), Visibility::of(cx.principal()));
    let chat = store::chats::get(db, tenant, visibility, chat).await?;
    let chat = chat.ok_or(Error::ChatNotFound)?;
    let messages = store::chat_messages::list(db, tenant, chat.id, after, limit).await?;
    // Some may have come since the chat was read.
    let last = messages.last().map_or(0, |message| message.sequence);
    Ok((messages, last.max(chat.last_sequence)))
}

/// Notes how far the caller has read. It never goes back, nor beyond the last message.
///
/// # Errors
/// [`Error::ChatNotFound`], [`Error::PersonRequired`].
pub async fn mark_read(app: &App, cx: &CallContext, id: ChatId, sequence: i64) -> Result<Chat> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let caller = cx.principal().user().ok_or(Error::PersonRequired)?;
    let tx = app.db.begin().await?;
    let user = merged::survivor(&tx, tenant, caller).await?;
    let visibility = Visibility::of(cx.principal());
    let chat = store::chats::get(&tx, tenant, visibility, id).await?.ok_or(Error::ChatNotFound)?;
    let ticket = store::tickets::get(&tx, tenant, visibility, TicketRef::Id(chat.ticket)).await?;
    let ticket = ticket.ok_or(Error::ChatNotFound)?;
    let sequence = sequence.min(chat.last_sequence);
    let read = ReadMark { user, sequence, read_at: app.clock.now() };
    if sequence == 0 || !store::chats::mark_read(&tx, tenant, id, &read).await? {
        return Ok(chat);
    }
    let chat = store::chats::get(&tx, tenant, visibility, id).await?.ok_or(Error::ChatNotFound)?;
    tx.commit().await?;
    app.chat_changed(&ticket, id).await;
    Ok(chat)
}
