//! Live chats and how far people have read in them.

use std::collections::HashMap;

use chamados_chassis::{
    id::{TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order},
};
use uuid::Uuid;

use super::{
    TimeKey, actor, condition,
    entity::{
        chat::{self as row, Column, Entity},
        chat_read_mark as mark, ticket,
    },
    word,
};
use crate::domain::{Chat, ChatEnd, ChatId, ReadMark, Visibility};

/// Adds a chat that begins.
///
/// # Errors
/// [`StoreError`], a unique violation when the ticket has an open one.
pub async fn insert(tx: &Tx, tenant: TenantId, chat: &Chat) -> Result<(), StoreError> {
    let (started_by_kind, started_by_id) = chat.started_by.to_parts();
    let row = row::ActiveModel {
        id: Set(chat.id.into()),
        tenant_id: Set(tenant.into()),
        ticket_id: Set(chat.ticket.into()),
        started_by_kind: Set(started_by_kind.to_owned()),
        started_by_id: Set(started_by_id),
        started_at: Set(chat.started_at),
        last_sequence: Set(chat.last_sequence),
        active_at: Set(chat.active_at),
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// One chat on a ticket that may be seen.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    id: ChatId,
) -> Result<Option<Chat>, StoreError> {
    let tickets = condition::visible(tenant, visibility).select_only().column(ticket::Column::Id);
    let select = of(tenant)
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::TicketId.in_subquery(tickets.into_query()));
    let chat = select.one(db).await?.map(chat).transpose()?;
    Ok(with_marks(db, tenant, chat.into_iter().collect()).await?.pop())
}

/// The newest chat of a ticket, which alone may be open.
///
/// # Errors
/// [`StoreError`].
pub async fn newest(
    tx: &Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<Chat>, StoreError> {
    let select = of(tenant)
        .filter(Column::TicketId.eq(ticket.as_uuid()))
        .order_by_desc(Column::StartedAt)
        .order_by_desc(Column::Id);
    let chat = select.one(tx).await?.map(chat).transpose()?;
    Ok(with_marks(tx, tenant, chat.into_iter().collect()).await?.pop())
}

/// The ticket's open chat, in which nobody writes until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_open(
    tx: &Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<Chat>, StoreError> {
    let select = of(tenant)
        .filter(Column::TicketId.eq(ticket.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .lock_exclusive();
    let chat = select.one(tx).await?.map(chat).transpose()?;
    Ok(with_marks(tx, tenant, chat.into_iter().collect()).await?.pop())
}

/// Takes the next number in an open chat, at `now` or when the last one was taken, whichever is later;
/// none when the chat has ended. Who writes next waits until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn next_sequence(
    tx: &Tx,
    tenant: TenantId,
    id: ChatId,
    now: DateTime<Utc>,
) -> Result<Option<(i64, DateTime<Utc>)>, StoreError> {
    let later = Expr::case(Column::ActiveAt.lt(now), now).finally(Expr::col(Column::ActiveAt));
    let rows = Entity::update_many()
        .col_expr(Column::LastSequence, Expr::col(Column::LastSequence).add(1))
        .col_expr(Column::ActiveAt, later.into())
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .exec_with_returning(tx)
        .await?;
    Ok(rows.first().map(|row| (row.last_sequence, row.active_at)))
}

/// Ends an open chat; whether it was open.
///
/// # Errors
/// [`StoreError`].
pub async fn end(tx: &Tx, tenant: TenantId, id: ChatId, end: &ChatEnd) -> Result<bool, StoreError> {
    let (kind, by) = end.by.to_parts();
    let new = row::ActiveModel {
        ending: Set(Some(end.ending.to_string())),
        ended_by_kind: Set(Some(kind.to_owned())),
        ended_by_id: Set(Some(by)),
        ended_at: Set(Some(end.at)),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(new)
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Tickets, of every tenant, with an open chat in which nobody wrote since before `before`, the longest
/// silent first.
///
/// # Errors
/// [`StoreError`].
pub async fn silent(
    db: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
    let rows = Entity::find()
        .filter(Column::EndedAt.is_null())
        .filter(Column::ActiveAt.lt(before))
        .order_by_asc(Column::ActiveAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.ticket_id.into())).collect())
}

/// Chats of a ticket, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ticket: TicketId,
    request: &PageRequest<TimeKey>,
) -> Result<Page<Chat>, StoreError> {
    let mut select = of(tenant).filter(Column::TicketId.eq(ticket.as_uuid()));
    let total = select.clone().count(db).await?;
    if let Some((started_at, id)) = request.after {
        let columns = [Column::StartedAt, Column::Id];
        let last = [started_at.into(), id.into()];
        select = select.filter(keyset::after(columns, last, &Order::Desc));
    }
    let rows = select
        .order_by_desc(Column::StartedAt)
        .order_by_desc(Column::Id)
        .limit(request.limit())
        .all(db)
        .await?;
    let chats = rows.into_iter().map(chat).collect::<Result<_, _>>()?;
    let chats = with_marks(db, tenant, chats).await?;
    Ok(Page::of(chats, request, total, |chat: &Chat| (chat.started_at, chat.id.as_uuid())))
}

/// Notes how far somebody has read, unless they have read as far before; whether it was noted.
///
/// # Errors
/// [`StoreError`].
pub async fn mark_read(
    tx: &Tx,
    tenant: TenantId,
    chat: ChatId,
    read: &ReadMark,
) -> Result<bool, StoreError> {
    let row = mark::ActiveModel {
        chat_id: Set(chat.into()),
        user_id: Set(read.user.into()),
        tenant_id: Set(tenant.into()),
        sequence: Set(read.sequence),
        read_at: Set(read.read_at),
    };
    let forward = OnConflict::columns([mark::Column::ChatId, mark::Column::UserId])
        .update_columns([mark::Column::Sequence, mark::Column::ReadAt])
        .action_and_where(Expr::col((mark::Entity, mark::Column::Sequence)).lt(read.sequence))
        .to_owned();
    let mut insert = mark::Entity::insert(row).into_query();
    insert.on_conflict(forward);
    Ok(tx.execute(&insert).await?.rows_affected() == 1)
}

/// The same chats with how far people have read in them.
async fn with_marks(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    mut chats: Vec<Chat>,
) -> Result<Vec<Chat>, StoreError> {
    if chats.is_empty() {
        return Ok(chats);
    }
    let rows = mark::Entity::find()
        .filter(mark::Column::TenantId.eq(tenant.as_uuid()))
        .filter(mark::Column::ChatId.is_in(chats.iter().map(|chat| chat.id.as_uuid())))
        .order_by_asc(mark::Column::UserId)
        .all(db)
        .await?;
    let mut marks: HashMap<Uuid, Vec<ReadMark>> = HashMap::new();
    for row in rows {
        let read =
            ReadMark { user: row.user_id.into(), sequence: row.sequence, read_at: row.read_at };
        marks.entry(row.chat_id).or_default().push(read);
    }
    for chat in &mut chats {
        chat.read_marks = marks.remove(&chat.id.as_uuid()).unwrap_or_default();
    }
    Ok(chats)
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

fn chat(row: row::Model) -> Result<Chat, StoreError> {
    let end = match (row.ending, row.ended_by_kind, row.ended_by_id, row.ended_at) {
        (Some(ending), Some(kind), Some(by), Some(at)) => {
            Some(ChatEnd { by: actor(&kind, &by)?, at, ending: word("ending", &ending)? })
        }
        (None, None, None, None) => None,
        _ => return Err(StoreError::Corrupt(format!("chat {}: half an end", row.id))),
    };
    Ok(Chat {
        id: row.id.into(),
        ticket: row.ticket_id.into(),
        started_by: actor(&row.started_by_kind, &row.started_by_id)?,
        started_at: row.started_at,
        end,
        last_sequence: row.last_sequence,
        active_at: row.active_at,
        read_marks: Vec::new(),
    })
}
