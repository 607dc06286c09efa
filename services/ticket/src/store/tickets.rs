//! Tickets.

use chamados_chassis::id::{TenantId, TicketId};
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use uuid::Uuid;

use super::{
    condition,
    entity::{
        ticket::{self as row, Column, Entity},
        ticket_counter,
    },
    facets, search, word,
};
use crate::domain::{
    CategoryId, Field, FieldChange, PauseReason, QueueId, RichText, State, Status, Subject, Ticket,
    TicketRef, Visibility, fold::fold,
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
    search::write_ticket(tx, ticket).await?;
    if !ticket.tags.is_empty() {
        facets::write_tags(tx, ticket).await?;
    }
    if !ticket.watchers.is_empty() {
        facets::write_watchers(tx, ticket).await?;
    }
    Ok(())
}

/// Writes a ticket, of which `changes` are new, over the version before it; whether that version was
/// the present one.
///
/// # Errors
/// [`StoreError`].
pub async fn update(tx: &Tx, ticket: &Ticket, changes: &[FieldChange]) -> Result<bool, StoreError> {
    // Its id and tenant never change, and are not written: where SQLite sees an id written, it looks for
    // rows of other tables that refer to it, in some of them row by row.
    let row = row::ActiveModel { id: NotSet, tenant_id: NotSet, ..ticket.into() };
    let done = Entity::update_many()
        .set(row)
        .filter(Column::TenantId.eq(ticket.tenant.as_uuid()))
        .filter(Column::Id.eq(ticket.id.as_uuid()))
        .filter(Column::Version.eq(ticket.version - 1))
        .exec(tx)
        .await?;
    if done.rows_affected != 1 {
        return Ok(false);
    }
    let changed = |field| changes.iter().any(|change| change.field == field);
    if changed(Field::Subject) || changed(Field::Description) {
        search::write_ticket(tx, ticket).await?;
    }
    if changed(Field::Tags) {
        facets::write_tags(tx, ticket).await?;
    }
    if changed(Field::Watchers) {
        facets::write_watchers(tx, ticket).await?;
    }
    Ok(true)
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

impl From<&Ticket> for row::ActiveModel {
    fn from(ticket: &Ticket) -> Self {
        let state = &ticket.state;
        Self {
            id: Set(ticket.id.into()),
            tenant_id: Set(ticket.tenant.into()),
            number: Set(ticket.number),
            subject: Set(ticket.subject.to_string()),
            subject_key: Set(fold(ticket.subject.as_str())),
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
            category_id: Set(ticket.category.map(Uuid::from)),
            tags: Set(serde_json::json!(ticket.tags)),
            watchers: Set(serde_json::json!(ticket.watchers)),
            priority_order: Set(ticket.priority.order()),
            first_responded_at: NotSet,
        }
    }
}

/// Tickets of a queue, in no order, kept from other writers until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_queued(
    tx: &Tx,
    tenant: TenantId,
    queue: QueueId,
    limit: u64,
) -> Result<Vec<Ticket>, StoreError> {
    let select = condition::visible(tenant, Visibility::All)
        .filter(Column::QueueId.eq(queue.as_uuid()))
        // In one order, so that two who lock several never wait for each other.
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_exclusive();
    select.all(tx).await?.into_iter().map(ticket).collect()
}

/// Whether any ticket, of whatever status, has the category.
///
/// # Errors
/// [`StoreError`].
pub async fn has_category(
    tx: &Tx,
    tenant: TenantId,
    category: CategoryId,
) -> Result<bool, StoreError> {
    let select = condition::visible(tenant, Visibility::All)
        .filter(Column::CategoryId.eq(category.as_uuid()));
    Ok(select.one(tx).await?.is_some())
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
        category: row.category_id.map(Into::into),
        tags: list("tags", row.tags)?,
        watchers: list("watchers", row.watchers)?,
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

fn list<T: serde::de::DeserializeOwned>(
    column: &str,
    value: serde_json::Value,
) -> Result<T, StoreError> {
    let read = serde_json::from_value(value);
    read.map_err(|error| StoreError::Corrupt(format!("{column}: {error}")))
}
