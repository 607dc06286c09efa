//! Which tickets: what somebody may see, and what they ask for.

use chamados_chassis::id::{TenantId, UserId};
use sea_orm::{
    ColumnTrait as _, Condition, DbBackend, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _, Select,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::{
    entity::{
        ticket::{Column, Entity},
        ticket_tag, ticket_watcher,
    },
    search,
};
use crate::domain::{TicketFilter, Visibility};

/// The tenant's tickets that may be seen. Every way to a ticket begins here.
pub(super) fn visible(tenant: TenantId, visibility: Visibility) -> Select<Entity> {
    let parts = seen(tenant, visibility);
    let any = match <[Condition; 1]>::try_from(parts) {
        Ok([all]) => all,
        Err(parts) => parts.into_iter().fold(Condition::any(), Condition::add),
    };
    of(tenant).filter(any)
}

/// What may be seen of the tenant's tickets, in parts that no ticket is in two of.
///
/// Each part can follow an index. For all of them at once, joined by `OR`, both databases would rather
/// look at every ticket of the tenant.
fn seen(tenant: TenantId, visibility: Visibility) -> Vec<Condition> {
    let requested = |user: UserId| Column::RequesterId.eq(user.as_uuid());
    // Nobody's requester is null, but a company may be, and null is not unequal to anything.
    let watched_only = |user: UserId| {
        Condition::all().add(watched(tenant, &[user])).add(Column::RequesterId.ne(user.as_uuid()))
    };
    match visibility {
        Visibility::All | Visibility::AllPublic => vec![Condition::all()],
        Visibility::Company(company, user) => {
            let elsewhere = Condition::any()
                .add(Column::CompanyId.ne(company.as_uuid()))
                .add(Column::CompanyId.is_null());
            vec![
                Condition::all().add(Column::CompanyId.eq(company.as_uuid())),
                Condition::all().add(requested(user)).add(elsewhere.clone()),
                watched_only(user).add(elsewhere),
            ]
        }
        Visibility::Own(user) => vec![Condition::all().add(requested(user)), watched_only(user)],
        Visibility::Device(device) => {
            vec![Condition::all().add(Column::DeviceId.eq(device.as_uuid()))]
        }
        Visibility::Nothing => vec![Condition::all().add(Expr::val(false))],
    }
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

/// The tickets that may be seen and match, in parts as those of [`seen`]; none when it is known that
/// nothing does. `found` are the tickets that have the words of the search, where PostgreSQL knows them.
pub(super) fn listed(
    backend: DbBackend,
    tenant: TenantId,
    visibility: Visibility,
    filter: &TicketFilter,
    found: Option<&[Uuid]>,
) -> Vec<Select<Entity>> {
    let searched = match &filter.query {
        None => vec![Condition::all()],
        Some(query) => {
            let words = match found {
                None => search::tickets_of(backend, tenant, visibility, query)
                    .map(|tickets| Condition::all().add(Column::Id.in_subquery(tickets))),
                Some([]) => None,
                Some(ids) => Some(Condition::all().add(one_of(ids))),
            };
            match query.number() {
                None => words.into_iter().collect(),
                Some(number) => {
                    let words = words.map(|words| words.add(Column::Number.ne(number)));
                    let numbered = Condition::all().add(Column::Number.eq(number));
                    std::iter::once(numbered).chain(words).collect()
                }
            }
        }
    };
    let matching = matching(tenant, filter);
    let parts = seen(tenant, visibility).into_iter().flat_map(|seen| {
        let of_part = of(tenant).filter(seen).filter(matching.clone());
        searched.iter().map(move |searched| of_part.clone().filter(searched.clone()))
    });
    parts.collect()
}

/// Tickets of which one of `people` is a watcher.
fn watched(tenant: TenantId, people: &[UserId]) -> SimpleExpr {
    let watched = ticket_watcher::Entity::find()
        .select_only()
        .column(ticket_watcher::Column::TicketId)
        .filter(ticket_watcher::Column::TenantId.eq(tenant.as_uuid()))
        .filter(ticket_watcher::Column::UserId.is_in(people.iter().map(UserId::as_uuid)));
    Column::Id.in_subquery(watched.into_query())
}

/// Tickets that have one of the tags.
fn tagged(tenant: TenantId, keys: &[String]) -> SimpleExpr {
    let tagged = ticket_tag::Entity::find()
        .select_only()
        .column(ticket_tag::Column::TicketId)
        .filter(ticket_tag::Column::TenantId.eq(tenant.as_uuid()))
        .filter(ticket_tag::Column::Key.is_in(keys));
    Column::Id.in_subquery(tagged.into_query())
}

/// The tickets that match every part of the filter but the search.
fn matching(tenant: TenantId, filter: &TicketFilter) -> Condition {
    let words =
        |column: Column, words: Vec<&'static str>| (!words.is_empty()).then(|| column.is_in(words));
    let created = Column::CreatedAt;
    Condition::all()
        .add_option(words(Column::Status, filter.statuses.iter().map(|w| w.as_str()).collect()))
        .add_option(words(Column::Priority, filter.priorities.iter().map(|w| w.as_str()).collect()))
        .add_option(any_of(Column::QueueId, &filter.queues))
        .add_option(any_of(Column::CompanyId, &filter.companies))
        .add_option(any_of(Column::RequesterId, &filter.requesters))
        .add_option(any_of(Column::DeviceId, &filter.devices))
        .add_option(one_or_none(Column::AssigneeId, &filter.assignees, filter.unassigned))
        .add_option(one_or_none(Column::CategoryId, &filter.categories, filter.uncategorised))
        .add_option((!filter.tag_keys.is_empty()).then(|| tagged(tenant, &filter.tag_keys)))
        .add_option((!filter.watchers.is_empty()).then(|| watched(tenant, &filter.watchers)))
        .add_option(filter.updated_from.map(|time| Column::UpdatedAt.gte(time)))
        .add_option(filter.updated_to.map(|time| Column::UpdatedAt.lt(time)))
        // Tickets that are open have no such time, and null is neither after nor before anything.
        .add_option(filter.resolved_from.map(|time| Column::ResolvedAt.gte(time)))
        .add_option(filter.resolved_to.map(|time| Column::ResolvedAt.lt(time)))
        .add_option(filter.created_from.map(|time| created.gte(time)))
        .add_option(filter.created_to.map(|time| created.lt(time)))
}

/// Tickets of these ids, each to be looked up by its id. PostgreSQL would rather look whether each ticket
/// of the tenant is among a thousand that it is told, and does not when they are a query's.
fn one_of(ids: &[Uuid]) -> SimpleExpr {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let given = "\"ticket\".\"id\" IN (SELECT unnest(string_to_array($1, ',')::uuid[]))";
    Expr::cust_with_values(given, [ids.join(",")])
}

fn any_of<I: Copy + Into<Uuid>>(column: Column, ids: &[I]) -> Option<Condition> {
    let ids = ids.iter().map(|id| (*id).into());
    (ids.len() > 0).then(|| Condition::all().add(column.is_in(ids)))
}

/// One of `ids`, or nothing in the column where `none`.
fn one_or_none<I: Copy + Into<Uuid>>(column: Column, ids: &[I], none: bool) -> Option<Condition> {
    let named = any_of(column, ids);
    let none = none.then(|| column.is_null());
    (named.is_some() || none.is_some()).then(|| Condition::any().add_option(named).add_option(none))
}
