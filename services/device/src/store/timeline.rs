//! Timelines of devices.

use std::collections::{BTreeSet, HashMap};

use chamados_chassis::{
    auth::Actor,
    id::{DeviceId, TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
    sea_query::{ExprTrait as _, Order},
};
use uuid::Uuid;

use super::{
    entity::timeline_entry::{self as row, Column, Entity},
    row::write_json,
};
use crate::domain::{
    device::Device,
    history::{Range, Transition},
    timeline::{Entry, Kind},
};

/// Sort key of a timeline: time, then id.
pub type EntryKey = (DateTime<Utc>, Uuid);

/// Rows in one statement; few enough for the limit on bound values.
const BATCH: usize = 500;

/// Adds entries.
///
/// # Errors
/// [`StoreError`].
pub async fn append(tx: &Tx, entries: &[Entry]) -> Result<(), StoreError> {
    for batch in entries.chunks(BATCH) {
        let rows = batch.iter().map(model).collect::<Result<Vec<_>, _>>()?;
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// How often some devices came or went since `since`, by device; those that did not are left out. Each comes
/// with its tenant, which the index of timelines begins with.
///
/// # Errors
/// [`StoreError`].
pub async fn count_transitions(
    db: &Db,
    devices: &[(TenantId, DeviceId)],
    since: DateTime<Utc>,
) -> Result<HashMap<DeviceId, u64>, StoreError> {
    let kinds = [Kind::Online.as_str(), Kind::Offline.as_str()];
    let mut counts = HashMap::new();
    for batch in devices.chunks(BATCH) {
        let tenants: BTreeSet<Uuid> = batch.iter().map(|(tenant, _)| (*tenant).into()).collect();
        let rows: Vec<(Uuid, i64)> = Entity::find()
            .select_only()
            .column(Column::DeviceId)
            .column_as(Column::Id.count(), "transitions")
            .filter(Column::TenantId.is_in(tenants))
            .filter(Column::DeviceId.is_in(batch.iter().map(|(_, device)| device.as_uuid())))
            .filter(Column::Kind.is_in(kinds))
            .filter(Column::OccurredAt.gte(since))
            .group_by(Column::DeviceId)
            .into_tuple()
            .all(db.read())
            .await?;
        counts.extend(rows.into_iter().map(|(id, n)| (id.into(), u64::try_from(n).unwrap_or(0))));
    }
    Ok(counts)
}

/// A device's entries, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    device: DeviceId,
    page: &PageRequest<EntryKey>,
) -> Result<Page<Entry>, StoreError> {
    let all = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::DeviceId.eq(device.as_uuid()));
    let total = all.clone().count(db.read()).await?;
    let mut select = all;
    if let Some((time, id)) = page.after {
        let columns = [Column::OccurredAt, Column::Id];
        select = select.filter(keyset::after(columns, [time.into(), id.into()], &Order::Desc));
    }
    let rows = select
        .order_by_desc(Column::OccurredAt)
        .order_by_desc(Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    let page = Page::of(rows, page, total, |row| (row.occurred_at, row.id));
    let items = page.items.into_iter().map(entry).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: page.next_token, total: page.total })
}

/// Which transitions of a device are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Transitions {
    /// Those before this moment, latest first.
    Before(DateTime<Utc>),
    /// Those from this moment on, earliest first.
    From(DateTime<Utc>),
    /// Those in a range, its beginning included, latest first.
    Within(Range),
}

/// Transitions of a device's presence, at most `limit`.
///
/// # Errors
/// [`StoreError`].
pub async fn transitions(
    db: &Db,
    device: &Device,
    which: Transitions,
    limit: usize,
) -> Result<Vec<Transition>, StoreError> {
    let kinds = [Kind::Online, Kind::Offline, Kind::Unstable].map(Kind::as_str);
    let select = Entity::find()
        .filter(Column::TenantId.eq(device.tenant.as_uuid()))
        .filter(Column::DeviceId.eq(device.id.as_uuid()))
        .filter(Column::Kind.is_in(kinds))
        .limit(limit as u64);
    let (select, order) = match which {
        Transitions::Before(time) => (select.filter(Column::OccurredAt.lt(time)), Order::Desc),
        Transitions::From(time) => (select.filter(Column::OccurredAt.gte(time)), Order::Asc),
        Transitions::Within(Range { from, to }) => {
            let within = Column::OccurredAt.gte(from).and(Column::OccurredAt.lt(to));
            (select.filter(within), Order::Desc)
        }
    };
    let rows = select
        .order_by(Column::OccurredAt, order.clone())
        .order_by(Column::Id, order)
        .all(db.read())
        .await?;
    let found = rows.into_iter().map(|row| Ok(Transition::of(&entry(row)?)));
    let found: Vec<_> = found.collect::<Result<_, StoreError>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn model(entry: &Entry) -> Result<row::ActiveModel, StoreError> {
    let (actor_kind, actor_id) = entry.actor.to_parts();
    Ok(row::ActiveModel {
        id: Set(entry.id.into()),
        tenant_id: Set(entry.tenant.into()),
        device_id: Set(entry.device.into()),
        kind: Set(entry.kind.as_str().to_owned()),
        actor_kind: Set(actor_kind.to_owned()),
        actor_id: Set(actor_id),
        occurred_at: Set(entry.occurred_at),
        changes: Set(write_json(&entry.changes)?),
        ticket_id: Set(entry.ticket.map(Uuid::from)),
        note: Set(entry.note.clone()),
    })
}

fn entry(row: row::Model) -> Result<Entry, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("timeline entry {}: {what}", row.id));
    Ok(Entry {
        id: row.id.into(),
        tenant: row.tenant_id.into(),
        device: row.device_id.into(),
        kind: Kind::parse(&row.kind).ok_or_else(|| corrupt("kind"))?,
        actor: Actor::from_parts(&row.actor_kind, &row.actor_id).ok_or_else(|| corrupt("actor"))?,
        occurred_at: row.occurred_at,
        changes: serde_json::from_value(row.changes.clone()).map_err(|_| corrupt("changes"))?,
        ticket: row.ticket_id.map(TicketId::from),
        note: row.note,
    })
}
