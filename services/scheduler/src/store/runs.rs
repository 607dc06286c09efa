//! Runs: how they are made and how they are read. How they are worked on is in [`super::leases`].

use std::{collections::HashMap, time::Duration};

use chamados_chassis::{
    auth::Actor,
    id::TenantId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset};
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Order, Query},
};
use uuid::Uuid;

use super::{
    entity::{
        run::{self as row, Column, Entity},
        schedule,
    },
    logs,
    names::Named,
    schedules::{backoff, millis},
    visible_to,
};
use crate::domain::{
    log::Line,
    plan::Window,
    run::{Run, RunId, SkipReason, State, Trigger},
    schedule::{Schedule, ScheduleId},
    timing::Occurrence,
};

/// Sort key of the list: the id, which grows with time.
pub type RunKey = Uuid;

impl TryFrom<row::Model> for Run {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            tenant: row.tenant_id.map(TenantId::from),
            schedule: row.schedule_id.into(),
            job_type: row.job_type,
            payload: row.payload,
            trigger: Named::read(&row.trigger)?,
            state: Named::read(&row.state)?,
            due_at: row.due_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            attempt: row.attempt,
            max_attempts: row.max_attempts,
            timeout: Duration::from_secs(row.timeout_seconds.unsigned_abs().into()),
            backoff: backoff(row.backoff_base_ms, row.backoff_cap_ms),
            summary: row.summary,
            fence: row.fence,
        })
    }
}

/// A row of `schedule` for what was due at `due_at`, ready to be claimed.
fn columns(
    schedule: &Schedule,
    occurrence_key: String,
    due_at: DateTime<Utc>,
    trigger: Trigger,
    now: DateTime<Utc>,
) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(RunId::new().into()),
        tenant_id: Set(schedule.tenant.map(Into::into)),
        schedule_id: Set(schedule.id.into()),
        occurrence_key: Set(occurrence_key),
        nominal_time: Set(None),
        due_at: Set(due_at),
        available_at: Set(due_at),
        job_type: Set(schedule.job_type.clone()),
        payload: Set(schedule.payload.clone()),
        trigger: Set(trigger.name().to_owned()),
        state: Set(State::Ready.name().to_owned()),
        attempt: Set(0),
        max_attempts: Set(schedule.max_attempts),
        timeout_seconds: Set(schedule.timeout_seconds),
        backoff_base_ms: Set(millis(schedule.backoff.base)),
        backoff_cap_ms: Set(millis(schedule.backoff.cap)),
        exclusive: Set(schedule.overlap.is_exclusive()),
        lease_owner: Set(None),
        lease_until: Set(None),
        fence: Set(0),
        deadline_at: Set(None),
        started_at: Set(None),
        ended_at: Set(None),
        summary: Set(String::new()),
        skip_reason: Set(None),
        skipped_count: Set(0),
        skipped_until: Set(None),
        log_sequence: Set(0),
        created_at: Set(now),
    }
}

/// Makes the run of an occurrence, to begin `delay` after it was due; nothing when the occurrence
/// has one.
///
/// # Errors
/// [`StoreError`].
pub async fn insert_due(
    tx: &Tx,
    schedule: &Schedule,
    occurrence: &Occurrence,
    trigger: Trigger,
    delay: Duration,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut run = columns(schedule, occurrence.key(), occurrence.at, trigger, now);
    run.available_at = Set(occurrence.at + delay);
    run.nominal_time = Set(nominal_time(occurrence));
    insert_once(tx, run).await?;
    Ok(())
}

/// Makes a run that `actor` asked for, due now, with a line that tells who.
///
/// # Errors
/// [`StoreError`].
pub async fn insert_manual(
    tx: &Tx,
    schedule: &Schedule,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<RunId, StoreError> {
    let mut run = columns(schedule, String::new(), now, Trigger::Manual, now);
    let id = RunId::new();
    run.id = Set(id.into());
    run.occurrence_key = Set(format!("manual {id}"));
    run.log_sequence = Set(1);
    Entity::insert(run).exec_without_returning(tx).await?;
    let (kind, by) = actor.to_parts();
    let line = Line::info("run_requested", "asked for by a person")
        .with("actor_kind", kind)
        .with("actor_id", by);
    let place = logs::Place { run: id, attempt: 0, first: 1, time: now };
    logs::insert(tx, place, &[line]).await?;
    Ok(id)
}

/// Notes occurrences that do not run, with a line that tells why. A window that follows another of
/// the same reason, without a run between them, makes that one longer.
///
/// # Errors
/// [`StoreError`].
pub async fn skip(
    tx: &Tx,
    schedule: &Schedule,
    window: Window,
    reason: SkipReason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let count = i64::try_from(window.count).unwrap_or(i64::MAX);
    let newest = Entity::find()
        .filter(Column::ScheduleId.eq(schedule.id.as_uuid()))
        .order_by_desc(Column::Id)
        .one(tx)
        .await?;
    let same = |row: &row::Model| row.skip_reason.as_deref() == Some(reason.as_str());
    if let Some(row) = newest.filter(same) {
        return lengthen(tx, &row, window, count).await;
    }
    let mut run = columns(schedule, window.first.key(), window.first.at, Trigger::Schedule, now);
    let id = RunId::new();
    run.id = Set(id.into());
    run.nominal_time = Set(nominal_time(&window.first));
    run.state = Set(State::Skipped.name().to_owned());
    run.ended_at = Set(Some(now));
    run.summary = Set(skip_summary(count, window.last));
    run.skip_reason = Set(Some(reason.as_str().to_owned()));
    run.skipped_count = Set(count);
    run.skipped_until = Set(Some(window.last));
    run.log_sequence = Set(1);
    if insert_once(tx, run).await? {
        let place = logs::Place { run: id, attempt: 0, first: 1, time: now };
        logs::insert(tx, place, &[Line::warn(reason.as_str(), reason.explanation())]).await?;
    }
    Ok(())
}

async fn lengthen(tx: &Tx, row: &row::Model, window: Window, by: i64) -> Result<(), StoreError> {
    let count = row.skipped_count.saturating_add(by);
    let longer = row::ActiveModel {
        summary: Set(skip_summary(count, window.last)),
        skipped_count: Set(count),
        skipped_until: Set(Some(window.last)),
        ..Default::default()
    };
    Entity::update_many().set(longer).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

fn skip_summary(count: i64, last: DateTime<Utc>) -> String {
    let last = last.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("{count} skipped, the last due at {last}")
}

fn nominal_time(occurrence: &Occurrence) -> Option<String> {
    occurrence.nominal.map(|(time, _)| time.format("%Y-%m-%dT%H:%M").to_string())
}

async fn insert_once(tx: &Tx, run: row::ActiveModel) -> Result<bool, StoreError> {
    let mut insert = Entity::insert(run).into_query();
    let conflict =
        OnConflict::columns([Column::ScheduleId, Column::OccurrenceKey]).do_nothing().to_owned();
    insert.on_conflict(conflict);
    Ok(tx.execute(&insert).await?.rows_affected() == 1)
}

/// How many runs of a schedule wait or run.
///
/// # Errors
/// [`StoreError`].
pub async fn unfinished(
    db: &impl ConnectionTrait,
    schedule: ScheduleId,
) -> Result<u64, StoreError> {
    let states = [State::Ready.name(), State::Running.name()];
    let of_schedule = Column::ScheduleId.eq(schedule.as_uuid());
    let select = Entity::find().filter(of_schedule).filter(Column::State.is_in(states));
    Ok(select.count(db).await?)
}

/// A run that people of `tenant` see, with the key of its schedule.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: RunId,
) -> Result<Option<Run>, StoreError> {
    let found =
        Entity::find_by_id(id.as_uuid()).filter(visible_to(Column::TenantId, tenant)).one(db);
    found.await?.map(Run::try_from).transpose()
}

/// Runs of a schedule, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    schedule: ScheduleId,
    page: &PageRequest<RunKey>,
) -> Result<Page<Run>, StoreError> {
    let mut select = Entity::find().filter(Column::ScheduleId.eq(schedule.as_uuid()));
    let total = select.clone().count(db).await?;
    if let Some(last) = page.after {
        select = select.filter(keyset::after([Column::Id], [last.into()], &Order::Desc));
    }
    let rows = select.order_by_desc(Column::Id).limit(page.limit()).all(db).await?;
    let runs = rows.into_iter().map(Run::try_from).collect::<Result<_, _>>()?;
    Ok(Page::of(runs, page, total, |run: &Run| run.id.as_uuid()))
}

/// The newest run of each of `schedules` that has one.
///
/// # Errors
/// [`StoreError`].
pub async fn newest_of(
    db: &impl ConnectionTrait,
    schedules: &[ScheduleId],
) -> Result<HashMap<ScheduleId, Run>, StoreError> {
    // One step into the index per schedule, where grouping would read all runs.
    let run = Alias::new("newest");
    let newest = Query::select()
        .column((run.clone(), Column::Id))
        .from_as(Entity, run.clone())
        .and_where(
            Expr::col((run.clone(), Column::ScheduleId))
                .equals((schedule::Entity, schedule::Column::Id)),
        )
        .order_by((run, Column::Id), Order::Desc)
        .limit(1)
        .take();
    let each = Query::select()
        .expr(Expr::SubQuery(None, Box::new(newest.into())))
        .from(schedule::Entity)
        .and_where(schedule::Column::Id.is_in(schedules.iter().map(ScheduleId::as_uuid)))
        .take();
    let rows = Entity::find().filter(Column::Id.in_subquery(each)).all(db).await?;
    let runs = rows.into_iter().map(|row| Run::try_from(row).map(|run| (run.schedule, run)));
    runs.collect()
}
