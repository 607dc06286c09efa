//! What looked like our own fault, by tenant.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::entity::incident::{ActiveModel, Column, Entity, Model};
use crate::domain::incident::{Incident, IncidentId, Kind};

/// Most that a list holds.
const LIST: u64 = 100;

/// Opens an incident, or adds to the one of its kind that is open.
///
/// # Errors
/// [`StoreError`].
pub async fn raise(
    tx: &Tx,
    tenant: TenantId,
    kind: Kind,
    devices: u64,
    now: DateTime<Utc>,
    resolves_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let devices = devices.cast_signed();
    let model = ActiveModel {
        id: Set(IncidentId::new().into()),
        tenant_id: Set(tenant.into()),
        kind: Set(kind.as_str().to_owned()),
        devices: Set(devices),
        raised_at: Set(now),
        resolves_at: Set(resolves_at),
        resolved_at: Set(None),
    };
    let open = OnConflict::columns([Column::TenantId, Column::Kind])
        .target_and_where(Expr::col(Column::ResolvedAt).is_null())
        .value(Column::Devices, Expr::col((Entity, Column::Devices)).add(devices))
        .value(Column::ResolvesAt, Expr::value(resolves_at))
        .to_owned();
    Entity::insert(model).on_conflict(open).exec_without_returning(tx).await?;
    Ok(())
}

/// A tenant's incidents, newest first: those open, and those resolved since `since`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    since: DateTime<Utc>,
) -> Result<Vec<Incident>, StoreError> {
    let is_recent =
        Condition::any().add(Column::ResolvedAt.is_null()).add(Column::ResolvedAt.gte(since));
    let rows = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(is_recent)
        .order_by_desc(Column::RaisedAt)
        .order_by_desc(Column::Id)
        .limit(LIST)
        .all(db.read())
        .await?;
    rows.into_iter().map(incident).collect()
}

/// Whether an incident is to be resolved.
///
/// # Errors
/// [`StoreError`].
pub async fn any_due(db: &Db, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(Entity::find().filter(due(now)).count(db.read()).await? > 0)
}

/// Resolves the incidents whose time has come.
///
/// # Errors
/// [`StoreError`].
pub async fn resolve_due(tx: &Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::ResolvedAt, Expr::value(now))
        .filter(due(now))
        .exec(tx)
        .await?;
    Ok(())
}

fn due(now: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::ResolvedAt.is_null()).add(Column::ResolvesAt.lte(now))
}

fn incident(row: Model) -> Result<Incident, StoreError> {
    let corrupt = || StoreError::Corrupt(format!("incident {}: kind", row.id));
    Ok(Incident {
        id: row.id.into(),
        kind: Kind::parse(&row.kind).ok_or_else(corrupt)?,
        devices: row.devices,
        raised_at: row.raised_at,
        resolved_at: row.resolved_at,
    })
}
