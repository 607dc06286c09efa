//! Leases: who works on a run, until when, and how it ends. Whoever ends a run, or writes into its
//! log, shows the fence token of its claim; after a later claim none of it has any effect.

use std::time::Duration;

use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, UpdateMany,
    sea_query::{
        Alias, Condition, Expr, ExprTrait as _, LockBehavior, LockType, Order, Query,
        SelectStatement, SimpleExpr,
    },
};
use uuid::Uuid;

use super::{
    entity::run::{self as row, Column, Entity},
    logs::{self, Place},
    names::Named as _,
};
use crate::domain::{
    log::Line,
    run::{Run, RunId, State, Verdict},
};

/// Claims up to `limit` ready runs for `owner`, the longest available first, with a lease, and
/// writes `line` as the first of the attempt. Runs that must not run beside another of their
/// schedule wait for it.
///
/// # Errors
/// [`StoreError`]; a unique violation when another replica claimed a run of the same schedule at
/// the same moment, and then nothing is claimed.
pub async fn claim(
    tx: &Tx,
    owner: Uuid,
    now: DateTime<Utc>,
    lease: Duration,
    limit: u64,
    line: impl Fn(&Run) -> Line,
) -> Result<Vec<Run>, StoreError> {
    let add_one = |column: Column| Expr::col(column).add(1);
    let claimed = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Running.name()))
        .col_expr(Column::Attempt, add_one(Column::Attempt))
        .col_expr(Column::Fence, add_one(Column::Fence))
        .col_expr(Column::LogSequence, add_one(Column::LogSequence))
        .col_expr(Column::LeaseOwner, Expr::value(owner))
        .col_expr(Column::StartedAt, Expr::col(Column::StartedAt).if_null(Expr::value(now)))
        .filter(Column::Id.in_subquery(claimable(now, limit)))
        .exec_with_returning(&**tx)
        .await?;
    let mut runs = Vec::with_capacity(claimed.len());
    for row in claimed {
        let first = row.log_sequence;
        let run = Run::try_from(row)?;
        let deadline = now + run.timeout;
        let times = row::ActiveModel {
            lease_until: Set(Some(Ord::min(now + lease, deadline))),
            deadline_at: Set(Some(deadline)),
            ..Default::default()
        };
        Entity::update_many().set(times).filter(Column::Id.eq(run.id.as_uuid())).exec(tx).await?;
        let place = Place { run: run.id, attempt: run.attempt, first, time: now };
        logs::insert(tx, place, &[line(&run)]).await?;
        runs.push(run);
    }
    Ok(runs)
}

/// How many ready runs may begin at `now`, whether or not they have to wait for another of their schedule, and since
/// when the first of them may.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<(u64, Option<DateTime<Utc>>), StoreError> {
    let ready = Entity::find()
        .filter(Column::State.eq(State::Ready.name()))
        .filter(Column::AvailableAt.lte(now));
    let first = ready.clone().select_only().column(Column::AvailableAt);
    let first = first.order_by_asc(Column::AvailableAt).into_tuple().one(db).await?;
    Ok((ready.count(db).await?, first))
}

/// Ids of the runs that may be claimed. SQLite has no row locks and needs none: it has one writer.
fn claimable(now: DateTime<Utc>, limit: u64) -> SelectStatement {
    let run = Alias::new("candidate");
    let col = |column: Column| Expr::col((Alias::new("candidate"), column));
    let mut select = Query::select();
    select
        .expr(col(Column::Id))
        .from_as(Entity, run)
        .and_where(col(Column::State).eq(State::Ready.name()))
        .and_where(col(Column::AvailableAt).lte(now))
        .and_where(col(Column::Exclusive).not().or(Expr::exists(ahead(now)).not()))
        .order_by((Alias::new("candidate"), Column::AvailableAt), Order::Asc)
        .order_by((Alias::new("candidate"), Column::Id), Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    select
}

/// Runs of the candidate's schedule that it must wait for: a running one, or an older ready one.
fn ahead(now: DateTime<Utc>) -> SelectStatement {
    let candidate = |column: Column| (Alias::new("candidate"), column);
    let other = |column: Column| Expr::col((Alias::new("other"), column));
    let older = other(Column::State)
        .eq(State::Ready.name())
        .and(other(Column::AvailableAt).lte(now))
        .and(other(Column::Id).lt(Expr::col(candidate(Column::Id))));
    Query::select()
        .expr(Expr::value(1))
        .from_as(Entity, Alias::new("other"))
        .and_where(other(Column::ScheduleId).equals(candidate(Column::ScheduleId)))
        .and_where(other(Column::Exclusive))
        .cond_where(Condition::any().add(other(Column::State).eq(State::Running.name())).add(older))
        .take()
}

/// What a holder may do to its run: nothing once another has claimed it or it has ended.
fn held(run: RunId, fence: i64) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(run.as_uuid()))
        .filter(Column::Fence.eq(fence))
        .filter(Column::State.eq(State::Running.name()))
}

/// Makes a lease longer, never past the deadline; `false` when it has run out or was lost.
///
/// # Errors
/// [`StoreError`].
pub async fn renew(
    tx: &Tx,
    run: RunId,
    fence: i64,
    now: DateTime<Utc>,
    lease: Duration,
) -> Result<bool, StoreError> {
    let until = now + lease;
    let deadline = || Expr::col(Column::DeadlineAt);
    let capped: SimpleExpr =
        Expr::case(deadline().lt(until), deadline()).finally(Expr::value(until)).into();
    let done = held(run, fence)
        .col_expr(Column::LeaseUntil, capped)
        .filter(Column::LeaseUntil.gt(now))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Adds lines to the log of a run; `false` when the lease was lost.
///
/// # Errors
/// [`StoreError`].
pub async fn append(
    tx: &Tx,
    run: RunId,
    fence: i64,
    now: DateTime<Utc>,
    lines: &[Line],
) -> Result<bool, StoreError> {
    let count = i32::try_from(lines.len()).unwrap_or(i32::MAX);
    let updated = held(run, fence)
        .col_expr(Column::LogSequence, Expr::col(Column::LogSequence).add(count))
        .exec_with_returning(&**tx)
        .await?;
    write_lines(tx, updated, now, lines).await
}

/// Ends an attempt as judged, with the line that tells of it; `false` when the lease was lost.
///
/// # Errors
/// [`StoreError`].
pub async fn end(
    tx: &Tx,
    run: RunId,
    fence: i64,
    now: DateTime<Utc>,
    verdict: &Verdict,
) -> Result<bool, StoreError> {
    let over = verdict.state != State::Ready;
    let ended = row::ActiveModel {
        state: Set(verdict.state.name().to_owned()),
        available_at: Set(now + verdict.wait),
        ended_at: Set(over.then_some(now)),
        summary: Set(verdict.summary.clone()),
        lease_owner: Set(None),
        lease_until: Set(None),
        deadline_at: Set(None),
        ..Default::default()
    };
    let updated = held(run, fence)
        .set(ended)
        .col_expr(Column::LogSequence, Expr::col(Column::LogSequence).add(1))
        .exec_with_returning(&**tx)
        .await?;
    write_lines(tx, updated, now, std::slice::from_ref(&verdict.line)).await
}

/// Calls a run off that has not ended, whoever holds it, with the line that tells of it; whether it had not.
///
/// # Errors
/// [`StoreError`].
pub async fn cancel(
    tx: &Tx,
    run: RunId,
    now: DateTime<Utc>,
    line: &Line,
) -> Result<bool, StoreError> {
    let cancelled = row::ActiveModel {
        state: Set(State::Cancelled.name().to_owned()),
        ended_at: Set(Some(now)),
        lease_owner: Set(None),
        lease_until: Set(None),
        deadline_at: Set(None),
        ..Default::default()
    };
    let updated = Entity::update_many()
        .set(cancelled)
        .col_expr(Column::LogSequence, Expr::col(Column::LogSequence).add(1))
        .filter(Column::Id.eq(run.as_uuid()))
        .filter(Column::State.is_in([State::Ready.name(), State::Running.name()]))
        .exec_with_returning(&**tx)
        .await?;
    write_lines(tx, updated, now, std::slice::from_ref(line)).await
}

/// Adds a line to the log of a run that has just ended, in the transaction of its end.
///
/// # Errors
/// [`StoreError`].
pub async fn append_after_end(
    tx: &Tx,
    run: RunId,
    now: DateTime<Utc>,
    line: &Line,
) -> Result<(), StoreError> {
    let updated = Entity::update_many()
        .filter(Column::Id.eq(run.as_uuid()))
        .col_expr(Column::LogSequence, Expr::col(Column::LogSequence).add(1))
        .exec_with_returning(&**tx)
        .await?;
    write_lines(tx, updated, now, std::slice::from_ref(line)).await?;
    Ok(())
}

/// Writes lines at the end of the log of the row that an update gave back, if it did.
async fn write_lines(
    tx: &Tx,
    updated: Vec<row::Model>,
    now: DateTime<Utc>,
    lines: &[Line],
) -> Result<bool, StoreError> {
    let Some(row) = updated.into_iter().next() else { return Ok(false) };
    let count = i32::try_from(lines.len()).unwrap_or(i32::MAX);
    let first = row.log_sequence - count + 1;
    let place = Place { run: row.id.into(), attempt: row.attempt, first, time: now };
    logs::insert(tx, place, lines).await?;
    Ok(true)
}

/// A run whose lease has run out.
#[derive(Debug, Clone, PartialEq)]
pub struct Expired {
    /// The run.
    pub run: Run,
    /// Whether its attempt was over time, rather than its holder gone.
    pub overtime: bool,
}

/// Runs whose lease has run out by `now`, locked against other reapers.
///
/// # Errors
/// [`StoreError`].
pub async fn expired(tx: &Tx, now: DateTime<Utc>, limit: u64) -> Result<Vec<Expired>, StoreError> {
    let rows = Entity::find()
        .filter(Column::State.eq(State::Running.name()))
        .filter(Column::LeaseUntil.lte(now))
        .order_by_asc(Column::LeaseUntil)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    let expired = |row: row::Model| {
        let overtime = row.deadline_at.is_some_and(|deadline| deadline <= now);
        Ok(Expired { run: Run::try_from(row)?, overtime })
    };
    rows.into_iter().map(expired).collect()
}
