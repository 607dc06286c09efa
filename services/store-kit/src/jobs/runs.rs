//! The row of a run: highest fence seen, and the result once there is one.

use chamados_proto::jobs::v1::Result as JobResult;
use chrono::{DateTime, TimeDelta, Utc};
use prost::Message as _;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _,
    Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use uuid::Uuid;

use crate::{
    db::{Db, Tx},
    entity::job_run::{self as row, Column, Entity},
    error::StoreError,
};

/// How long a run is remembered: longer than the scheduler may repeat it.
pub(crate) const RETENTION: TimeDelta = TimeDelta::days(7);

/// What is known of a run when it is claimed.
pub(crate) enum Claim {
    /// Do it.
    Go,
    /// It was done; this came out.
    Done(JobResult),
    /// A higher fence was seen.
    Stale,
}

/// Notes `fence` for a run, unless a higher one was seen.
pub(crate) async fn claim(
    db: &Db,
    run: Uuid,
    fence: i64,
    now: DateTime<Utc>,
) -> Result<Claim, StoreError> {
    let tx = db.begin().await?;
    let model = row::ActiveModel {
        run_id: Set(run),
        fence: Set(fence),
        result: Set(None),
        created_at: Set(now),
    };
    let raise = OnConflict::column(Column::RunId)
        .update_column(Column::Fence)
        .action_and_where(Expr::col((Entity, Column::Fence)).lte(fence))
        .to_owned();
    let mut insert = Entity::insert(model).into_query();
    insert.on_conflict(raise);
    if tx.execute(&insert).await?.rows_affected() == 0 {
        return Ok(Claim::Stale);
    }
    let stored = Entity::find_by_id(run).one(&tx).await?.and_then(|row| row.result);
    tx.commit().await?;
    match stored {
        None => Ok(Claim::Go),
        Some(bytes) => JobResult::decode(&*bytes)
            .map(Claim::Done)
            .map_err(|error| StoreError::Corrupt(format!("result of run {run}: {error}"))),
    }
}

/// Writes the result in the transaction of the effect; `false` when a higher fence was seen since,
/// and then the transaction must not be committed.
pub(crate) async fn finish(
    tx: &Tx,
    run: Uuid,
    fence: i64,
    result: &JobResult,
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel { result: Set(Some(result.encode_to_vec())), ..Default::default() })
        .filter(Column::RunId.eq(run))
        .filter(Column::Fence.eq(fence))
        .filter(Column::Result.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Forgets runs first seen before `before`; how many.
pub(crate) async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(tx).await?;
    Ok(done.rows_affected)
}
