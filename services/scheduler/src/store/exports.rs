//! Exports: rows beside their runs.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    entity::{
        export::{self as row, Column, Entity},
        run, schedule,
    },
    names::Named as _,
    schedules,
};
use crate::domain::{
    export::{self, Counts, Export, File},
    run::{Run, RunId, State},
    schedule::Schedule,
};

/// The most exports of a list.
const MOST: u64 = 50;

/// The schedule that a tenant's exports are runs of; made when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn schedule(
    tx: &Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<Schedule, StoreError> {
    schedules::insert_once(tx, &export::schedule(tenant, now)).await?;
    // Locked, so that of two who ask at once one sees the other's run.
    let found = schedule::Entity::find()
        .filter(schedule::Column::TenantId.eq(tenant.as_uuid()))
        .filter(schedule::Column::Key.eq(export::KEY))
        .lock_exclusive()
        .one(tx)
        .await?;
    found.ok_or_else(|| StoreError::Corrupt("a schedule is gone".to_owned()))?.try_into()
}

/// Notes that a run puts an archive together.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    tx: &Tx,
    tenant: TenantId,
    run: RunId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        run_id: Set(run.into()),
        tenant_id: Set(tenant.into()),
        created_at: Set(now),
        records: Set(0),
        attachments: Set(0),
        unreadable: Set(0),
        file: Set(None),
        size: Set(0),
        expires_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A tenant's exports, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Export>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .order_by_desc(Column::RunId)
        .limit(MOST)
        .all(db)
        .await?;
    let ids = rows.iter().map(|row| row.run_id);
    let runs = run::Entity::find().filter(run::Column::Id.is_in(ids)).all(db).await?;
    let runs = runs.into_iter().map(Run::try_from).collect::<Result<Vec<_>, _>>()?;
    let pair = |row: row::Model| {
        let run = runs.iter().find(|run| run.id.as_uuid() == row.run_id)?;
        Some(of(row, run.clone()))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}

/// One of a tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: RunId,
) -> Result<Option<Export>, StoreError> {
    let row = Entity::find_by_id(id.as_uuid()).filter(Column::TenantId.eq(tenant.as_uuid()));
    let Some(row) = row.one(db).await? else { return Ok(None) };
    let run = run::Entity::find_by_id(id.as_uuid()).one(db).await?;
    Ok(run.map(Run::try_from).transpose()?.map(|run| of(row, run)))
}

/// Keeps how far the holder of a run is; `false` when it holds it no longer.
///
/// # Errors
/// [`StoreError`].
pub async fn count(
    db: &impl ConnectionTrait,
    run: RunId,
    fence: i64,
    counts: Counts,
) -> Result<bool, StoreError> {
    let held = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::Id.eq(run.as_uuid()))
        .filter(run::Column::Fence.eq(fence))
        .filter(run::Column::State.eq(State::Running.name()))
        .into_query();
    let done = Entity::update_many()
        .set(columns(counts))
        .filter(Column::RunId.in_subquery(held))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes a whole archive.
///
/// # Errors
/// [`StoreError`].
pub async fn finish(tx: &Tx, run: RunId, counts: Counts, file: &File) -> Result<(), StoreError> {
    let whole = row::ActiveModel {
        file: Set(Some(file.key.clone())),
        size: Set(signed(file.size)),
        expires_at: Set(Some(file.expires_at)),
        ..columns(counts)
    };
    Entity::update_many().set(whole).filter(Column::RunId.eq(run.as_uuid())).exec(tx).await?;
    Ok(())
}

/// Notes that archives are gone whose time is over.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_files(tx: &Tx, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = Entity::update_many()
        .col_expr(Column::File, Expr::value(None::<String>))
        .filter(Column::ExpiresAt.lte(now))
        .filter(Expr::col(Column::File).is_not_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}

/// Which of these keys are those of archives that are kept.
///
/// # Errors
/// [`StoreError`].
pub async fn kept(db: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<String>, StoreError> {
    let rows = Entity::find().filter(Column::File.is_in(keys)).all(db).await?;
    Ok(rows.into_iter().filter_map(|row| row.file).collect())
}

fn columns(counts: Counts) -> row::ActiveModel {
    row::ActiveModel {
        records: Set(signed(counts.records)),
        attachments: Set(signed(counts.attachments)),
        unreadable: Set(signed(counts.unreadable)),
        ..Default::default()
    }
}

fn of(row: row::Model, run: Run) -> Export {
    let file = row.file.zip(row.expires_at).map(|(key, expires_at)| File {
        key,
        size: row.size.unsigned_abs(),
        expires_at,
    });
    let counts = Counts {
        records: row.records.unsigned_abs(),
        attachments: row.attachments.unsigned_abs(),
        unreadable: row.unreadable.unsigned_abs(),
    };
    Export { run, created_at: row.created_at, counts, file }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
