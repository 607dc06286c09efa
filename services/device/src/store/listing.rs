//! Lists of devices.

use chamados_chassis::{
    id::TenantId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, keyset, text};
use sea_orm::{
    ColumnTrait as _, Condition, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, Order, SimpleExpr},
};
use uuid::Uuid;

use super::{
    devices::visible,
    entity::device::{Column, Entity},
    links, row,
};
use crate::domain::{
    device::{Device, DeviceFilter, Ordinal, Visibility},
    presence::Presence,
};

/// Sort key of the list: folded name, then id.
pub type DeviceKey = (String, Uuid);

/// Devices the caller sees, by name. `stale` are those that the hot store calls so; it is asked
/// only when the filter tells them from others.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    visibility: Visibility,
    filter: &DeviceFilter,
    stale: impl FnOnce() -> Vec<Ordinal>,
    page: &PageRequest<DeviceKey>,
) -> Result<Page<Device>, StoreError> {
    let mut select = filtered(visible(tenant, visibility), tenant, filter, stale);
    let total = select.clone().count(db.read()).await?;
    if let Some((name, id)) = page.after.clone() {
        let columns = [Column::NameKey, Column::Id];
        select = select.filter(keyset::after(columns, [name.into(), id.into()], &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    let page = Page::of(rows, page, total, |row| (row.name_key.clone(), row.id));
    let items = page.items.into_iter().map(row::device).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: page.next_token, total: page.total })
}

fn filtered(
    mut select: Select<Entity>,
    tenant: TenantId,
    filter: &DeviceFilter,
    stale: impl FnOnce() -> Vec<Ordinal>,
) -> Select<Entity> {
    if let Some(company) = filter.company {
        select = select.filter(Column::CompanyId.eq(company.as_uuid()));
    }
    if let Some(user) = filter.assigned_user {
        select = select.filter(Column::AssignedUserId.eq(user.as_uuid()));
    }
    if let Some(user) = filter.user {
        select = select.filter(links::concerning(tenant, user));
    }
    if !filter.query.is_empty() {
        select = select.filter(text::contains(Expr::col(Column::SearchKey), &filter.query));
    }
    if !filter.presences.is_empty() {
        select = select.filter(presence(&filter.presences, stale));
    }
    select
}

/// Any of `wanted`. Online and stale are one durable state, told apart by the hot store.
fn presence(wanted: &[Presence], stale: impl FnOnce() -> Vec<Ordinal>) -> Condition {
    let mut any = Condition::any();
    for durable in [Presence::Offline, Presence::Unknown, Presence::Unstable] {
        if wanted.contains(&durable) {
            any = any.add(Column::Presence.eq(durable.as_str()));
        }
    }
    let online = Column::Presence.eq(Presence::Online.as_str());
    match (wanted.contains(&Presence::Online), wanted.contains(&Presence::Stale)) {
        (true, true) => any.add(online),
        (true, false) => any.add(online.and(is_one_of(&stale()).not())),
        (false, true) => any.add(online.and(is_one_of(&stale()))),
        (false, false) => any,
    }
}

/// Whether a device has one of these ordinals. They are written into the text, because there may
/// be more of them than a statement may have bound values.
fn is_one_of(ordinals: &[Ordinal]) -> SimpleExpr {
    if ordinals.is_empty() {
        return Expr::value(1).eq(0);
    }
    let list: Vec<String> = ordinals.iter().map(ToString::to_string).collect();
    Expr::cust(format!("ordinal IN ({})", list.join(", ")))
}
