//! Which runs go: those that are past their time, except for the newest of each schedule.

use chamados_store_kit::{Db, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Alias, Condition, Expr, ExprTrait as _, Query, SimpleExpr},
};

use super::{
    entity::run::{Column, Entity},
    names::Named as _,
};
use crate::domain::run::State;

/// The newest runs of each schedule, which stay however old they are.
pub const KEPT_PER_SCHEDULE: u64 = 200;
/// How long others stay after their end.
pub const KEPT: TimeDelta = TimeDelta::days(30);
/// How long others that failed stay.
pub const FAILED_KEPT: TimeDelta = TimeDelta::days(90);

/// Removes at most `limit` runs, with their logs; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(db: &Db, now: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    let old = Condition::any()
        .add(Column::EndedAt.lt(now - FAILED_KEPT))
        .add(Column::EndedAt.lt(now - KEPT).and(Column::State.ne(State::Failed.name())));
    let tx = db.begin().await?;
    let past = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(old)
        .filter(Expr::expr(newer()).gte(KEPT_PER_SCHEDULE as i64))
        .limit(limit)
        .into_query();
    let done = Entity::delete_many().filter(Column::Id.in_subquery(past)).exec(&tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected)
}

/// How many runs of the same schedule are newer. Counts no further than it must.
fn newer() -> SimpleExpr {
    let other = Alias::new("newer");
    let ids = Query::select()
        .column((other.clone(), Column::Id))
        .from_as(Entity, other.clone())
        .and_where(
            Expr::col((other.clone(), Column::ScheduleId)).equals((Entity, Column::ScheduleId)),
        )
        .and_where(Expr::col((other.clone(), Column::Id)).gt(Expr::col((Entity, Column::Id))))
        .limit(KEPT_PER_SCHEDULE)
        .take();
    let count = Query::select()
        .expr(Expr::cust("count(*)"))
        .from_subquery(ids, Alias::new("newest"))
        .take();
    Expr::SubQuery(None, Box::new(count.into()))
}
