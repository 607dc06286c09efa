//! Work sessions.

use chamados_chassis::{
    id::{TenantId, TicketId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::Order,
};

use super::{
    TimeKey,
    entity::work_session::{self as row, Column, Entity},
};
use crate::domain::{WorkSession, WorkSessionId};

/// Opens a session.
///
/// # Errors
/// [`StoreError`], a unique violation when the ticket has an open one.
pub async fn open(
    tx: &Tx,
    tenant: TenantId,
    ticket: TicketId,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(WorkSessionId::new().into()),
        tenant_id: Set(tenant.into()),
        ticket_id: Set(ticket.into()),
        user_id: Set(user.into()),
        started_at: Set(at),
        ended_at: Set(None),
        seconds: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Closes the ticket's open session, which lasted so many seconds.
///
/// # Errors
/// [`StoreError::Corrupt`] when it has none.
pub async fn close(
    tx: &Tx,
    tenant: TenantId,
    ticket: TicketId,
    at: DateTime<Utc>,
    seconds: i64,
) -> Result<(), StoreError> {
    let end = row::ActiveModel {
        ended_at: Set(Some(at)),
        seconds: Set(Some(seconds)),
        ..Default::default()
    };
    let closed = Entity::update_many()
        .set(end)
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::TicketId.eq(ticket.as_uuid()))
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    if closed.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::Corrupt(format!("ticket {ticket}: no open work session")))
    }
}

/// Sessions of a ticket, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ticket: TicketId,
    request: &PageRequest<TimeKey>,
) -> Result<Page<WorkSession>, StoreError> {
    let mut select = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::TicketId.eq(ticket.as_uuid()));
    let total = select.clone().count(db).await?;
    if let Some((started_at, id)) = request.after {
        let columns = [Column::StartedAt, Column::Id];
        let last = [started_at.into(), id.into()];
        select = select.filter(keyset::after(columns, last, &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::StartedAt)
        .order_by_asc(Column::Id)
        .limit(request.limit())
        .all(db)
        .await?;
    let sessions = rows.into_iter().map(session).collect();
    Ok(Page::of(sessions, request, total, |s: &WorkSession| (s.started_at, s.id.as_uuid())))
}

fn session(row: row::Model) -> WorkSession {
    WorkSession {
        id: row.id.into(),
        user: row.user_id.into(),
        started_at: row.started_at,
        ended_at: row.ended_at,
    }
}
