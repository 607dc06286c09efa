//! Timelines.

use chamados_chassis::{
    id::{TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::Order,
};
use uuid::Uuid;

use super::{
    actor,
    entity::ticket_event::{self as row, Column, Entity},
    page, word,
};
use crate::domain::{ChatId, CommentId, Entry, EntryId, RecordedEntry, Visibility};

/// Sort key of a timeline: the version it led to, which grows with every change; then the time,
/// which orders the comments and chats of that version; then the id.
pub type EntryKey = (i64, DateTime<Utc>, Uuid);

/// Adds an entry.
///
/// # Errors
/// [`StoreError`].
pub async fn append(
    tx: &Tx,
    tenant: TenantId,
    ticket: TicketId,
    entry: &Entry,
) -> Result<(), StoreError> {
    let (actor_kind, actor_id) = entry.actor.to_parts();
    let changes = serde_json::to_value(&entry.changes)
        .map_err(|error| StoreError::Corrupt(format!("timeline: {error}")))?;
    let row = row::ActiveModel {
        id: Set(EntryId::new().into()),
        tenant_id: Set(tenant.into()),
        ticket_id: Set(ticket.into()),
        kind: Set(entry.kind.to_string()),
        actor_kind: Set(actor_kind.to_owned()),
        actor_id: Set(actor_id),
        occurred_at: Set(entry.at),
        version: Set(entry.version),
        changes: Set(changes),
        note: Set(entry.note.clone()),
        comment_id: Set(entry.comment.map(Uuid::from)),
        internal: Set(entry.internal),
        chat_id: Set(entry.chat.map(Uuid::from)),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Entries of a ticket that may be seen, of versions above `above`, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    ticket: TicketId,
    above: i64,
    request: &PageRequest<EntryKey>,
) -> Result<Page<RecordedEntry>, StoreError> {
    let mut select = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::TicketId.eq(ticket.as_uuid()));
    if !visibility.includes_internal() {
        select = select.filter(Column::Internal.eq(false));
    }
    if above > 0 {
        select = select.filter(Column::Version.gt(above));
    }
    let total = select.clone().count(db).await?;
    if let Some((version, at, id)) = request.after {
        let columns = [Column::Version, Column::OccurredAt, Column::Id];
        let last = [version.into(), at.into(), id.into()];
        select = select.filter(keyset::after(columns, last, &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::Version)
        .order_by_asc(Column::OccurredAt)
        .order_by_asc(Column::Id)
        .limit(request.limit())
        .all(db)
        .await?;
    let entries: Vec<RecordedEntry> = rows.into_iter().map(recorded).collect::<Result<_, _>>()?;
    let request = page::fitting(&entries, request, |recorded| {
        let texts = recorded.entry.changes.iter().flat_map(|change| [&change.old, &change.new]);
        texts.flatten().map(String::len).sum()
    });
    Ok(Page::of(entries, &request, total, |RecordedEntry { id, entry }| {
        (entry.version, entry.at, id.as_uuid())
    }))
}

fn recorded(row: row::Model) -> Result<RecordedEntry, StoreError> {
    let changes = serde_json::from_value(row.changes)
        .map_err(|error| StoreError::Corrupt(format!("timeline entry {}: {error}", row.id)))?;
    let entry = Entry {
        kind: word("kind", &row.kind)?,
        actor: actor(&row.actor_kind, &row.actor_id)?,
        at: row.occurred_at,
        version: row.version,
        changes,
        note: row.note,
        comment: row.comment_id.map(CommentId::from),
        chat: row.chat_id.map(ChatId::from),
        internal: row.internal,
    };
    Ok(RecordedEntry { id: row.id.into(), entry })
}
