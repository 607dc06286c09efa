//! What was said in live chats.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};

use super::{
    actor,
    entity::chat_message::{self as row, Column, Entity},
};
use crate::domain::{ChatId, ChatMessage, ChatMessageId, ChatText};

/// Adds a message.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, tenant: TenantId, message: &ChatMessage) -> Result<(), StoreError> {
    let (author_kind, author_id) = message.author.to_parts();
    let row = row::ActiveModel {
        id: Set(message.id.into()),
        tenant_id: Set(tenant.into()),
        chat_id: Set(message.chat.into()),
        sequence: Set(message.sequence),
        author_kind: Set(author_kind.to_owned()),
        author_id: Set(author_id),
        body: Set(message.body.to_string()),
        created_at: Set(message.created_at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// One message, for its author.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: ChatMessageId,
) -> Result<Option<ChatMessage>, StoreError> {
    let select = Entity::find_by_id(id.as_uuid()).filter(Column::TenantId.eq(tenant.as_uuid()));
    select.one(db).await?.map(message).transpose()
}

/// Up to `limit` messages of a chat with numbers above `after`, in their order. They fit into an answer
/// however long they are.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    chat: ChatId,
    after: i64,
    limit: u32,
) -> Result<Vec<ChatMessage>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::ChatId.eq(chat.as_uuid()))
        .filter(Column::Sequence.gt(after))
        .order_by_asc(Column::Sequence)
        .limit(u64::from(limit))
        .all(db)
        .await?;
    rows.into_iter().map(message).collect()
}

fn message(row: row::Model) -> Result<ChatMessage, StoreError> {
    Ok(ChatMessage {
        id: row.id.into(),
        chat: row.chat_id.into(),
        sequence: row.sequence,
        author: actor(&row.author_kind, &row.author_id)?,
        body: ChatText::trusted(row.body),
        created_at: row.created_at,
    })
}
