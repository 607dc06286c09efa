//! The audit log. There is no function that changes or removes an entry, and the database refuses it.

use chamados_chassis::{
    auth::Actor,
    id::TenantId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{LikeExpr, Order};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, Set,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::entity::audit_entry::{self as row, Column, Entity};
use crate::domain::audit::{ActionFilter, Change, Entry, EntryFilter};

/// Sort key of the list: time, then id.
pub type EntryKey = (DateTime<Utc>, Uuid);

impl TryFrom<row::Model> for Entry {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("audit entry {}: {what}", row.id));
        let actor = Actor::from_parts(&row.actor_kind, &row.actor_id);
        let fields = row.fields.as_array().ok_or_else(|| corrupt("fields"))?;
        Ok(Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            occurred_at: row.occurred_at,
            actor: actor.ok_or_else(|| corrupt("actor"))?,
            fields: fields.iter().map(change).collect(),
            action: row.action,
            target_kind: row.target_kind,
            target_id: row.target_id,
            target_name: row.target_name,
            request_id: row.request_id,
        })
    }
}

fn change(value: &Value) -> Change {
    let text = |key: &str| value[key].as_str().map(ToOwned::to_owned);
    Change { field: text("field").unwrap_or_default(), old: text("old"), new: text("new") }
}

/// Adds an entry.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, entry: &Entry) -> Result<(), StoreError> {
    let (actor_kind, actor_id) = entry.actor.to_parts();
    let fields = entry.fields.iter().map(|change| {
        let Change { field, old, new } = change;
        json!({ "field": field, "old": old, "new": new })
    });
    let model = row::ActiveModel {
        id: Set(entry.id.into()),
        tenant_id: Set(entry.tenant.into()),
        occurred_at: Set(entry.occurred_at),
        actor_kind: Set(actor_kind.to_owned()),
        actor_id: Set(actor_id),
        action: Set(entry.action.clone()),
        target_kind: Set(entry.target_kind.clone()),
        target_id: Set(entry.target_id.clone()),
        target_name: Set(entry.target_name.clone()),
        fields: Set(Value::Array(fields.collect())),
        request_id: Set(entry.request_id.clone()),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// Entries of the tenant, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    filter: &EntryFilter,
    page: &PageRequest<EntryKey>,
) -> Result<Page<Entry>, StoreError> {
    let mut select = filtered(tenant, filter);
    let total = select.clone().count(db.read()).await?;
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
    let items = page.items.into_iter().map(Entry::try_from).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: page.next_token, total: page.total })
}

fn filtered(tenant: TenantId, filter: &EntryFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()));
    if let Some(actor) = &filter.actor_id {
        select = select.filter(Column::ActorId.eq(actor));
    }
    match &filter.action {
        Some(ActionFilter::Exactly(action)) => select = select.filter(Column::Action.eq(action)),
        Some(ActionFilter::Prefix(prefix)) => {
            let begins = LikeExpr::new(format!("{}%", prefix.replace('_', "\\_"))).escape('\\');
            select = select.filter(Column::Action.like(begins));
        }
        None => {}
    }
    if let Some(target) = &filter.target_id {
        select = select.filter(Column::TargetId.eq(target));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::OccurredAt.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(Column::OccurredAt.lt(to));
    }
    select
}
