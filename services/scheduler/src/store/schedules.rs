//! Schedules.

use std::time::Duration;

use chamados_chassis::{auth::Actor, id::TenantId};
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{
    entity::schedule::{self as row, Column, Entity},
    names::Named,
    visible_to,
};
use crate::domain::{
    backoff::Backoff,
    plan::{Plan, Window},
    schedule::{CatchUp, FAILING, FAILURES_TO_PAUSE, Schedule, ScheduleId, State},
    timing::Kind,
};

/// The most schedules people of a tenant see.
const LIST_LIMIT: u64 = 200;

impl TryFrom<row::Model> for Schedule {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let actor = row.state_actor_kind.zip(row.state_actor_id);
        Ok(Self {
            id: row.id.into(),
            tenant: row.tenant_id.map(TenantId::from),
            key: row.key,
            job_type: row.job_type,
            description: row.description,
            payload: row.payload,
            kind: Named::read(&row.kind)?,
            expression: row.expression,
            time_zone: row.time_zone,
            overlap: Named::read(&row.overlap)?,
            catch_up: CatchUp {
                misfire: Named::read(&row.misfire)?,
                window: TimeDelta::seconds(row.catch_up_seconds.into()),
                maximum: usize::try_from(row.catch_up_maximum).unwrap_or_default(),
            },
            timeout_seconds: row.timeout_seconds,
            max_attempts: row.max_attempts,
            backoff: backoff(row.backoff_base_ms, row.backoff_cap_ms),
            jitter_seconds: row.jitter_seconds,
            state: Named::read(&row.state)?,
            state_reason: row.state_reason,
            state_changed_by: actor.and_then(|(kind, id)| Actor::from_parts(&kind, &id)),
            next_fire_at: row.next_fire_at,
            failures_in_a_row: row.failures_in_a_row,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

/// A backoff of milliseconds as rows keep them.
pub(super) fn backoff(base: i64, cap: i64) -> Backoff {
    let duration = |ms: i64| Duration::from_millis(ms.unsigned_abs());
    Backoff { base: duration(base), cap: duration(cap) }
}

/// Milliseconds as rows keep them.
pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn columns(schedule: &Schedule) -> row::ActiveModel {
    let (actor_kind, actor_id) = actor_columns(schedule.state_changed_by.as_ref());
    row::ActiveModel {
        id: Set(schedule.id.into()),
        tenant_id: Set(schedule.tenant.map(Into::into)),
        key: Set(schedule.key.clone()),
        job_type: Set(schedule.job_type.clone()),
        description: Set(schedule.description.clone()),
        payload: Set(schedule.payload.clone()),
        kind: Set(schedule.kind.name().to_owned()),
        expression: Set(schedule.expression.clone()),
        time_zone: Set(schedule.time_zone.clone()),
        overlap: Set(schedule.overlap.name().to_owned()),
        misfire: Set(schedule.catch_up.misfire.name().to_owned()),
        catch_up_seconds: Set(clamped(schedule.catch_up.window.num_seconds())),
        catch_up_maximum: Set(i32::try_from(schedule.catch_up.maximum).unwrap_or(i32::MAX)),
        timeout_seconds: Set(schedule.timeout_seconds),
        max_attempts: Set(schedule.max_attempts),
        backoff_base_ms: Set(millis(schedule.backoff.base)),
        backoff_cap_ms: Set(millis(schedule.backoff.cap)),
        jitter_seconds: Set(schedule.jitter_seconds),
        state: Set(schedule.state.name().to_owned()),
        state_reason: Set(schedule.state_reason.clone()),
        state_actor_kind: Set(actor_kind),
        state_actor_id: Set(actor_id),
        next_fire_at: Set(schedule.next_fire_at),
        failures_in_a_row: Set(schedule.failures_in_a_row),
        skipped_missed: Set(0),
        skipped_overlap: Set(0),
        created_at: Set(schedule.created_at),
        updated_at: Set(schedule.updated_at),
        version: Set(schedule.version),
    }
}

fn actor_columns(actor: Option<&Actor>) -> (Option<String>, Option<String>) {
    let parts = actor.map(Actor::to_parts);
    parts.map(|(kind, id)| (kind.to_owned(), id)).unzip()
}

fn clamped(seconds: i64) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// Makes a schedule unless its key is there already; whether it was made.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn insert_once(tx: &Tx, schedule: &Schedule) -> Result<bool, StoreError> {
    let mut insert = Entity::insert(columns(schedule)).into_query();
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(tx.execute(&insert).await?.rows_affected() == 1)
}

/// Makes a schedule unless its key is there already, and then brings the parts of it up to date
/// that nobody can change. Any number of replicas may do it at once.
///
/// # Errors
/// [`StoreError`].
pub async fn register(tx: &Tx, schedule: &Schedule) -> Result<(), StoreError> {
    if insert_once(tx, schedule).await? {
        return Ok(());
    }
    let of_the_program = row::ActiveModel {
        job_type: Set(schedule.job_type.clone()),
        description: Set(schedule.description.clone()),
        timeout_seconds: Set(schedule.timeout_seconds),
        max_attempts: Set(schedule.max_attempts),
        ..Default::default()
    };
    Entity::update_many()
        .set(of_the_program)
        .filter(Column::TenantId.is_null())
        .filter(Column::Key.eq(&schedule.key))
        .exec(tx)
        .await?;
    Ok(())
}

/// What people see and change: schedules that fire by themselves.
fn listed(tenant: TenantId) -> Select<Entity> {
    Entity::find()
        .filter(visible_to(Column::TenantId, tenant))
        .filter(Column::Kind.ne(Kind::OnDemand.name()))
}

/// Those that people of `tenant` see, by key.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<Schedule>, StoreError> {
    let rows = listed(tenant).order_by_asc(Column::Key).limit(LIST_LIMIT).all(db).await?;
    rows.into_iter().map(Schedule::try_from).collect()
}

/// The one with this key that people of `tenant` see. The tenant's own comes before the
/// installation's.
///
/// # Errors
/// [`StoreError`].
pub async fn by_key(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    key: &str,
) -> Result<Option<Schedule>, StoreError> {
    let found = listed(tenant)
        .filter(Column::Key.eq(key))
        .order_by_asc(Expr::col(Column::TenantId).is_null())
        .one(db)
        .await?;
    found.map(Schedule::try_from).transpose()
}

/// The one a run belongs to.
///
/// # Errors
/// [`StoreError`].
pub async fn by_id(
    db: &impl ConnectionTrait,
    id: ScheduleId,
) -> Result<Option<Schedule>, StoreError> {
    Entity::find_by_id(id.as_uuid()).one(db).await?.map(Schedule::try_from).transpose()
}

/// Those that should have fired by `now`, of all tenants, the longest due first.
///
/// # Errors
/// [`StoreError`].
pub async fn due(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Schedule>, StoreError> {
    let rows = Entity::find()
        .filter(Column::NextFireAt.lte(now))
        .order_by_asc(Column::NextFireAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Schedule::try_from).collect()
}

/// Moves the next time on and counts what the plan skips, unless another replica did or the
/// schedule was changed since it was read; whether it was moved.
///
/// # Errors
/// [`StoreError`].
pub async fn advance(tx: &Tx, read: &Schedule, plan: &Plan) -> Result<bool, StoreError> {
    let count =
        |window: Option<Window>| window.map_or(0, |w| i64::try_from(w.count).unwrap_or(i64::MAX));
    let add = |column: Column, n: i64| (column, Expr::col(column).add(n));
    let (missed, by_missed) = add(Column::SkippedMissed, count(plan.missed));
    let (overlap, by_overlap) = add(Column::SkippedOverlap, count(plan.overlapped));
    let done = Entity::update_many()
        .col_expr(Column::NextFireAt, Expr::value(plan.next))
        .col_expr(missed, by_missed)
        .col_expr(overlap, by_overlap)
        .filter(Column::Id.eq(read.id.as_uuid()))
        .filter(Column::NextFireAt.eq(read.next_fire_at))
        .filter(Column::Version.eq(read.version))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Writes a changed schedule, unless somebody else changed it since; whether it was written. What
/// the loops move (the next time, the failures) is written only where the change moved it.
///
/// # Errors
/// [`StoreError`].
pub async fn update(tx: &Tx, read: &Schedule, changed: &Schedule) -> Result<bool, StoreError> {
    let (actor_kind, actor_id) = actor_columns(changed.state_changed_by.as_ref());
    let mut columns = row::ActiveModel {
        expression: Set(changed.expression.clone()),
        time_zone: Set(changed.time_zone.clone()),
        state: Set(changed.state.name().to_owned()),
        state_reason: Set(changed.state_reason.clone()),
        state_actor_kind: Set(actor_kind),
        state_actor_id: Set(actor_id),
        updated_at: Set(changed.updated_at),
        version: Set(changed.version),
        ..Default::default()
    };
    if changed.next_fire_at != read.next_fire_at {
        columns.next_fire_at = Set(changed.next_fire_at);
    }
    if changed.failures_in_a_row != read.failures_in_a_row {
        columns.failures_in_a_row = Set(changed.failures_in_a_row);
    }
    let done = Entity::update_many()
        .set(columns)
        .filter(Column::Id.eq(read.id.as_uuid()))
        .filter(Column::Version.eq(read.version))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Counts a run that ended, and pauses the schedule at the tenth failure in a row; whether it did.
///
/// # Errors
/// [`StoreError`].
pub async fn count_end(
    tx: &Tx,
    id: ScheduleId,
    succeeded: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let failures =
        if succeeded { Expr::value(0) } else { Expr::col(Column::FailuresInARow).add(1) };
    let this = Column::Id.eq(id.as_uuid());
    Entity::update_many()
        .col_expr(Column::FailuresInARow, failures)
        .filter(this.clone())
        .exec(tx)
        .await?;
    let (actor_kind, actor_id) = actor_columns(Some(&Actor::Service("scheduler".to_owned())));
    let paused = row::ActiveModel {
        state: Set(State::Paused.name().to_owned()),
        state_reason: Set(FAILING.to_owned()),
        state_actor_kind: Set(actor_kind),
        state_actor_id: Set(actor_id),
        next_fire_at: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(paused)
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(this)
        .filter(Column::State.eq(State::Active.name()))
        .filter(Column::FailuresInARow.gte(FAILURES_TO_PAUSE))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}
