//! Which tickets: what somebody may see, and what they ask for.

use chamados_chassis::id::TenantId;
use chamados_store_kit::text;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, Select, sea_query::Expr,
};
use uuid::Uuid;

use super::entity::ticket::{Column, Entity};
use crate::domain::{TicketFilter, Visibility};

/// The tenant's tickets that may be seen. Every way to a ticket begins here.
pub(super) fn visible(tenant: TenantId, visibility: Visibility) -> Select<Entity> {
    let seen = match visibility {
        Visibility::All | Visibility::AllPublic => Condition::all(),
        Visibility::Company(company, user) => Condition::any()
            .add(Column::CompanyId.eq(company.as_uuid()))
            .add(Column::RequesterId.eq(user.as_uuid())),
        Visibility::Own(user) => Condition::all().add(Column::RequesterId.eq(user.as_uuid())),
        Visibility::Device(device) => Condition::all().add(Column::DeviceId.eq(device.as_uuid())),
        Visibility::Nothing => Condition::all().add(Expr::val(false)),
    };
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid())).filter(seen)
}

/// The tickets that match every part of the filter.
pub(super) fn matching(filter: &TicketFilter) -> Condition {
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
        .add_option(assignee(filter))
        .add_option(filter.created_from.map(|time| created.gte(time)))
        .add_option(filter.created_to.map(|time| created.lt(time)))
        .add_option(filter.query.as_ref().map(|query| {
            Condition::any()
                .add(text::contains(Expr::col(Column::SubjectKey), query.as_str()))
                .add_option(query.number().map(|number| Column::Number.eq(number)))
        }))
}

fn any_of<I: Copy + Into<Uuid>>(column: Column, ids: &[I]) -> Option<Condition> {
    let ids = ids.iter().map(|id| (*id).into());
    (ids.len() > 0).then(|| Condition::all().add(column.is_in(ids)))
}

fn assignee(filter: &TicketFilter) -> Option<Condition> {
    let named = any_of(Column::AssigneeId, &filter.assignees);
    let nobody = filter.unassigned.then(|| Column::AssigneeId.is_null());
    (named.is_some() || nobody.is_some())
        .then(|| Condition::any().add_option(named).add_option(nobody))
}
