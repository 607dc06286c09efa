//! Lists of tickets: those that may be seen and match, in one of several orders, page by page.

use std::{cmp::Ordering, collections::BTreeMap};

use chamados_chassis::{
    id::{CompanyId, TenantId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Value,
    sea_query::{Expr, Order},
};
use uuid::Uuid;

use super::{
    condition,
    entity::ticket::{Column, Entity, Model},
    figures, page, search,
    tickets::ticket,
};
use crate::domain::{Query, Status, Ticket, TicketFilter, TicketSort, Visibility};

/// Sort key of a list: the order it belongs to; a number that comes before the time, where the order
/// has one; the time; the id. With it comes the total that the first page counted.
pub type ListKey = (TicketSort, i32, DateTime<Utc>, Uuid, u64);

/// Tickets that may be seen and match.
///
/// They are counted for the first page. Whoever reads on is told that number again: to walk through a
/// million tickets and count them on each page would be to read them ten thousand times.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    filter: &TicketFilter,
    sort: TicketSort,
    request: &PageRequest<ListKey>,
) -> Result<Page<Ticket>, StoreError> {
    if let Some(query) = filter.only_query()
        && let TicketSort::Newest | TicketSort::Oldest = sort
        && visibility.includes_every_ticket()
        && query.number().is_none()
    {
        return searched(db, tenant, visibility, query, sort, request).await;
    }
    let found = match &filter.query {
        Some(query) => search::few(db, tenant, visibility, query).await?,
        None => None,
    };
    let backend = db.get_database_backend();
    let parts = condition::listed(backend, tenant, visibility, filter, found.as_deref());
    let after = request.after;
    let ordered = match sort {
        TicketSort::Newest | TicketSort::Oldest => {
            by_time(parts, Column::CreatedAt, opening_order(sort), after)
        }
        TicketSort::Updated => by_time(parts, Column::UpdatedAt, Order::Desc, after),
        TicketSort::Priority => by_priority(parts, after),
        TicketSort::Attention => {
            let total = match after {
                Some((.., total)) => total,
                None => count(db, tenant, visibility, filter, &parts).await?,
            };
            return attention(db, parts, total, request).await;
        }
    };
    let limit = request.limit();
    let (rows, total) = match after {
        Some((.., total)) => (ordered.rows(db, limit).await?, total),
        // What is searched is looked for once, not to be counted and then again to be read.
        None if filter.query.is_some() => ordered.counted(db, limit).await?,
        None => {
            let total = count(db, tenant, visibility, filter, &ordered.parts).await?;
            (ordered.rows(db, limit).await?, total)
        }
    };
    page_of(rows, sort, total, request)
}

/// How a list in order of opening goes.
fn opening_order(sort: TicketSort) -> Order {
    if sort == TicketSort::Oldest { Order::Asc } else { Order::Desc }
}

/// What a search alone finds, in order of opening.
async fn searched(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    query: &Query,
    sort: TicketSort,
    request: &PageRequest<ListKey>,
) -> Result<Page<Ticket>, StoreError> {
    let order = opening_order(sort);
    let after = request.after.map(|(_, _, time, id, _)| (time, id));
    let page = search::ByTime { order: order.clone(), after, limit: request.limit() };
    let (ids, found) = search::by_time(db, tenant, visibility, query, page).await?;
    let total = request.after.map_or(found, |(.., total)| total);
    let rows = condition::visible(tenant, visibility).filter(Column::Id.is_in(ids)).all(db).await?;
    let rows = rows.into_iter().map(|row| (row.id, row)).collect();
    let ordered = by_time(Vec::new(), Column::CreatedAt, order, None);
    page_of(ordered.in_order(rows, request.limit()), sort, total, request)
}

/// How many there are. Those of a status, a queue, an assignee or a company are not counted where all of
/// them may be seen: their numbers are kept. Parts have no ticket in common.
async fn count(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    filter: &TicketFilter,
    parts: &[Select<Entity>],
) -> Result<u64, StoreError> {
    if visibility.includes_every_ticket() && filter.is_of_groups() {
        let mut groups = figures::groups(db, tenant).await?;
        groups.retain(|group| filter.matches_group(group));
        return kept(groups.iter().map(|group| group.tickets).sum());
    }
    let of_companies = async |companies: &[CompanyId]| {
        kept(figures::of_companies(db, tenant, &filter.statuses, companies).await?)
    };
    let (mut total, counted) = match visibility {
        _ if visibility.includes_every_ticket() && filter.is_of_companies() => {
            return of_companies(&filter.companies).await;
        }
        // The company's own are the first part.
        Visibility::Company(company, _) if filter.is_of_groups() && filter.is_of_companies() => {
            (of_companies(&[company]).await?, &parts[1..])
        }
        _ => (0, parts),
    };
    for part in counted {
        total += part.clone().count(db).await?;
    }
    Ok(total)
}

/// A sum that was kept.
fn kept(tickets: i64) -> Result<u64, StoreError> {
    u64::try_from(tickets).map_err(|_| StoreError::Corrupt(format!("figures: {tickets} tickets")))
}

/// First what waits for somebody, oldest first; when there is no more of it, the others.
async fn attention(
    db: &impl ConnectionTrait,
    parts: Vec<Select<Entity>>,
    total: u64,
    request: &PageRequest<ListKey>,
) -> Result<Page<Ticket>, StoreError> {
    let limit = request.limit();
    let after_waiting = request.after.filter(|(_, part, ..)| *part == WAITING);
    let after_others = request.after.filter(|(_, part, ..)| *part == OTHERS);
    let those = |which: Condition| {
        parts.iter().map(|part| part.clone().filter(which.clone())).collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    if after_others.is_none() {
        let waiting = by_time(those(waiting()), Column::CreatedAt, Order::Asc, after_waiting);
        rows = waiting.rows(db, limit).await?;
    }
    let left = limit.saturating_sub(rows.len() as u64);
    if left > 0 {
        let others = those(waiting().not());
        let others = by_time(others, Column::CreatedAt, Order::Desc, after_others);
        rows.extend(others.rows(db, left).await?);
    }
    page_of(rows, TicketSort::Attention, total, request)
}

const WAITING: i32 = 0;
const OTHERS: i32 = 1;

/// As the index of what waits says it.
fn waiting() -> Condition {
    Condition::all()
        .add(Column::AssigneeId.is_null())
        .add(Column::Status.ne(Status::Resolved.as_str()))
}

/// The parts of a list, each in the same order and from where the last page ended.
struct Ordered {
    parts: Vec<Select<Entity>>,
    columns: Vec<Column>,
    order: Order,
}

impl Ordered {
    fn new<const N: usize>(
        mut parts: Vec<Select<Entity>>,
        columns: [Column; N],
        order: Order,
        last: Option<[Value; N]>,
    ) -> Self {
        if let Some(last) = last {
            let after = keyset::after(columns, last, &order);
            parts = parts.into_iter().map(|part| part.filter(after.clone())).collect();
        }
        Self { parts, columns: columns.to_vec(), order }
    }

    /// The first rows of all parts together.
    async fn rows(self, db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, StoreError> {
        // By id, since a ticket may go from one part to another between two reads.
        let mut rows = BTreeMap::new();
        for part in &self.parts {
            let first = self.first(part, limit).into_query();
            let found = Entity::find().filter(Column::Id.in_subquery(first)).all(db).await?;
            rows.extend(found.into_iter().map(|row| (row.id, row)));
        }
        Ok(self.in_order(rows, limit))
    }

    /// The first rows of all parts together, and how many rows there are in all.
    async fn counted(
        self,
        db: &impl ConnectionTrait,
        limit: u64,
    ) -> Result<(Vec<Model>, u64), StoreError> {
        let (mut rows, mut total) = (BTreeMap::new(), 0);
        for part in &self.parts {
            let first = self.first(part, limit).expr(Expr::cust("COUNT(*) OVER ()"));
            let first: Vec<(Uuid, i64)> = first.into_tuple().all(db).await?;
            let Some((_, all)) = first.first() else { continue };
            total += u64::try_from(*all).unwrap_or_default();
            let ids = first.iter().map(|(id, _)| *id);
            let found = Entity::find().filter(Column::Id.is_in(ids)).all(db).await?;
            rows.extend(found.into_iter().map(|row| (row.id, row)));
        }
        Ok((self.in_order(rows, limit), total))
    }

    /// Ids of the first rows of a part. They alone are put in order: SQLite sorts whole rows, also those
    /// of which it gives none.
    fn first(&self, part: &Select<Entity>, limit: u64) -> Select<Entity> {
        let ids = part.clone().select_only().column(Column::Id);
        let ordered = self
            .columns
            .iter()
            .fold(ids, |part, column| part.order_by(*column, self.order.clone()));
        ordered.limit(limit)
    }

    fn in_order(&self, rows: BTreeMap<Uuid, Model>, limit: u64) -> Vec<Model> {
        let mut rows: Vec<Model> = rows.into_values().collect();
        rows.sort_unstable_by(|a, b| {
            let ascending = self.columns.iter().map(|column| compare(*column, a, b));
            let ascending = ascending.fold(Ordering::Equal, Ordering::then);
            if matches!(self.order, Order::Desc) { ascending.reverse() } else { ascending }
        });
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        rows
    }
}

/// As the database compares the columns that lists are ordered by.
fn compare(column: Column, a: &Model, b: &Model) -> Ordering {
    match column {
        Column::CreatedAt => a.created_at.cmp(&b.created_at),
        Column::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        Column::PriorityOrder => a.priority_order.cmp(&b.priority_order),
        _ => a.id.cmp(&b.id),
    }
}
fn by_time(
    parts: Vec<Select<Entity>>,
    column: Column,
    order: Order,
    after: Option<ListKey>,
) -> Ordered {
    let last = after.map(|(_, _, time, id, _)| [time.into(), id.into()]);
    Ordered::new(parts, [column, Column::Id], order, last)
}

fn by_priority(parts: Vec<Select<Entity>>, after: Option<ListKey>) -> Ordered {
    let columns = [Column::PriorityOrder, Column::CreatedAt, Column::Id];
    let last = after.map(|(_, priority, time, id, _)| [priority.into(), time.into(), id.into()]);
    Ordered::new(parts, columns, Order::Asc, last)
}

fn page_of(
    rows: Vec<Model>,
    sort: TicketSort,
    total: u64,
    request: &PageRequest<ListKey>,
) -> Result<Page<Ticket>, StoreError> {
    let tickets: Vec<Ticket> = rows.into_iter().map(ticket).collect::<Result<_, _>>()?;
    let request = page::fitting(&tickets, request, |ticket| ticket.description.as_str().len());
    Ok(Page::of(tickets, &request, total, |ticket| key(sort, ticket, total)))
}

fn key(sort: TicketSort, ticket: &Ticket, total: u64) -> ListKey {
    let waits = ticket.assignee.is_none() && ticket.state.status() != Status::Resolved;
    let (number, time) = match sort {
        TicketSort::Newest | TicketSort::Oldest => (0, ticket.created_at),
        TicketSort::Updated => (0, ticket.updated_at),
        TicketSort::Priority => (ticket.priority.order(), ticket.created_at),
        TicketSort::Attention => (if waits { WAITING } else { OTHERS }, ticket.created_at),
    };
    (sort, number, time, ticket.id.as_uuid(), total)
}
