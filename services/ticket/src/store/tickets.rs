//! Tickets.

use chamados_chassis::{
    id::{TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset, text};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order},
};
use uuid::Uuid;

use super::{
    TimeKey, condition,
    entity::{
        ticket::{self as row, Column, Entity},
        ticket_counter,
    },
    page, word,
};
use crate::domain::{
    PauseReason, RichText, State, Status, Subject, Ticket, TicketFilter, TicketRef, Visibility,
};

/// The next number of the tenant. The counter's row stays locked until the transaction ends, so
/// numbers have no gaps and grow in the order of commits.
///
/// # Errors
/// [`StoreError`].
pub async fn next_number(tx: &Tx, tenant: TenantId) -> Result<i64, StoreError> {
    use ticket_counter::Column::{Last, TenantId};

    let row = ticket_counter::ActiveModel { tenant_id: Set(tenant.as_uuid()), last: Set(1) };
    let count = OnConflict::column(TenantId)
        .value(Last, Expr::col((ticket_counter::Entity, Last)).add(1))
        .to_owned();
    let mut insert = ticket_counter::Entity::insert(row).into_query();
    insert.on_conflict(count).returning_col(Last);
    let row = tx.query_one(&insert).await?;
    let row = row.ok_or_else(|| StoreError::Corrupt("the counter gave no number".to_owned()))?;
    Ok(row.try_get_by_index(0)?)
}

/// Adds a ticket.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, ticket: &Ticket) -> Result<(), StoreError> {
    Entity::insert(row::ActiveModel::from(ticket)).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a ticket over the version before it; whether that version was the present one.
///
/// # Errors
/// [`StoreError`].
pub async fn update(tx: &Tx, ticket: &Ticket) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel::from(ticket))
        .filter(Column::TenantId.eq(ticket.tenant.as_uuid()))
        .filter(Column::Id.eq(ticket.id.as_uuid()))
        .filter(Column::Version.eq(ticket.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// One ticket that may be seen.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    which: TicketRef,
) -> Result<Option<Ticket>, StoreError> {
    named(tenant, visibility, which).one(db).await?.map(ticket).transpose()
}

/// One ticket that may be seen, kept from other writers until the transaction ends. They wait here
/// rather than fail at their update, so a request without a version needs no second try.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(
    tx: &Tx,
    tenant: TenantId,
    visibility: Visibility,
    id: TicketId,
) -> Result<Option<Ticket>, StoreError> {
    let select = named(tenant, visibility, TicketRef::Id(id)).lock_exclusive();
    select.one(tx).await?.map(ticket).transpose()
}

fn named(tenant: TenantId, visibility: Visibility, which: TicketRef) -> Select<Entity> {
    condition::visible(tenant, visibility).filter(match which {
        TicketRef::Id(id) => Column::Id.eq(id.as_uuid()),
        TicketRef::Number(number) => Column::Number.eq(number),
    })
}

/// Tickets that may be seen and match, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    filter: &TicketFilter,
    request: &PageRequest<TimeKey>,
) -> Result<Page<Ticket>, StoreError> {
    let all = condition::visible(tenant, visibility).filter(condition::matching(filter));
    let total = all.clone().count(db).await?;
    let mut select = all;
    if let Some((created_at, id)) = request.after {
        let columns = [Column::CreatedAt, Column::Id];
        let last = [created_at.into(), id.into()];
        select = select.filter(keyset::after(columns, last, &Order::Desc));
    }
    let rows = select
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(request.limit())
        .all(db)
        .await?;
    let tickets: Vec<Ticket> = rows.into_iter().map(ticket).collect::<Result<_, _>>()?;
    let request = page::fitting(&tickets, request, |ticket| ticket.description.as_str().len());
    Ok(Page::of(tickets, &request, total, |ticket| (ticket.created_at, ticket.id.as_uuid())))
}

impl From<&Ticket> for row::ActiveModel {
    fn from(ticket: &Ticket) -> Self {
        let state = &ticket.state;
        Self {
            id: Set(ticket.id.into()),
            tenant_id: Set(ticket.tenant.into()),
            number: Set(ticket.number),
            subject: Set(ticket.subject.to_string()),
            subject_key: Set(text::fold(ticket.subject.as_str())),
            description: Set(ticket.description.to_string()),
            status: Set(state.status().to_string()),
            pause_reason: Set(state.pause_reason().map(|reason| reason.to_string())),
            working_since: Set(state.working_since()),
            resolved_at: Set(state.resolved_at()),
            priority: Set(ticket.priority.to_string()),
            queue_id: Set(ticket.queue.into()),
            requester_id: Set(ticket.requester.into()),
            company_id: Set(ticket.company.map(Uuid::from)),
            device_id: Set(ticket.device.map(Uuid::from)),
            assignee_id: Set(ticket.assignee.map(Uuid::from)),
            worked_seconds: Set(ticket.worked_seconds),
            created_at: Set(ticket.created_at),
            updated_at: Set(ticket.updated_at),
            version: Set(ticket.version),
        }
    }
}

pub(super) fn ticket(row: row::Model) -> Result<Ticket, StoreError> {
    Ok(Ticket {
        id: row.id.into(),
        tenant: row.tenant_id.into(),
        number: row.number,
        state: state(&row)?,
        subject: Subject::trusted(row.subject),
        description: RichText::trusted(row.description),
        priority: word("priority", &row.priority)?,
        queue: row.queue_id.into(),
        requester: row.requester_id.into(),
        company: row.company_id.map(Into::into),
        device: row.device_id.map(Into::into),
        assignee: row.assignee_id.map(Into::into),
        worked_seconds: row.worked_seconds,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

fn state(row: &row::Model) -> Result<State, StoreError> {
    let missing =
        |what| StoreError::Corrupt(format!("ticket {}: {} without {what}", row.id, row.status));
    Ok(match word("status", &row.status)? {
        Status::Pending => State::Pending,
        Status::InProgress => {
            State::InProgress { since: row.working_since.ok_or_else(|| missing("its start"))? }
        }
        Status::Paused => {
            let reason = row.pause_reason.as_deref().ok_or_else(|| missing("its reason"))?;
            State::Paused { reason: word::<PauseReason>("pause_reason", reason)? }
        }
        Status::Resolved => {
            State::Resolved { at: row.resolved_at.ok_or_else(|| missing("its time"))? }
        }
    })
}
