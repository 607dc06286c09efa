//! Schedules, put straight into the scheduler's rows.

use anyhow::Result;
use chamados_store_kit::Db;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait as _, Value,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::owner::JOB;

/// Some schedules alike.
pub(super) struct Spec {
    /// How many.
    pub(super) count: u32,
    /// Seconds between two firings.
    pub(super) interval: u32,
    /// When the first of them fires first…
    pub(super) first: DateTime<Utc>,
    /// …and how much later each of the others.
    pub(super) apart: TimeDelta,
    /// How often one may be late and still run.
    pub(super) catch_up: i32,
}

/// Rows of a statement.
const BATCH: usize = 500;

/// Writes them.
pub(super) async fn insert(db: &Db, spec: &Spec) -> Result<()> {
    let numbers: Vec<u32> = (0..spec.count).collect();
    for batch in numbers.chunks(BATCH) {
        let mut insert = Query::insert();
        insert.into_table("schedule");
        for number in batch {
            let (names, values): (Vec<_>, Vec<_>) = row(spec, *number).into_iter().unzip();
            insert.columns(names).values_panic(values.into_iter().map(Expr::val));
        }
        let tx = db.begin().await?;
        tx.execute(&insert).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn row(spec: &Spec, number: u32) -> Vec<(&'static str, Value)> {
    let first = spec.first + spec.apart * i32::try_from(number).unwrap_or(i32::MAX);
    vec![
        ("id", Uuid::now_v7().into()),
        ("key", format!("work-{number}").into()),
        ("job_type", JOB.into()),
        ("description", "A measurement.".into()),
        ("payload", serde_json::json!({}).into()),
        ("kind", "interval".into()),
        ("expression", spec.interval.to_string().into()),
        ("time_zone", "UTC".into()),
        ("overlap", "allow".into()),
        ("misfire", "fire_all".into()),
        ("catch_up_seconds", 86_400.into()),
        ("catch_up_maximum", spec.catch_up.into()),
        ("timeout_seconds", 60.into()),
        // Each fault may cost an attempt.
        ("max_attempts", 1_000.into()),
        ("backoff_base_ms", 100_i64.into()),
        ("backoff_cap_ms", 1_000_i64.into()),
        ("jitter_seconds", 0.into()),
        ("state", "active".into()),
        ("state_reason", "".into()),
        ("next_fire_at", first.into()),
        ("failures_in_a_row", 0.into()),
        ("skipped_missed", 0_i64.into()),
        ("skipped_overlap", 0_i64.into()),
        ("created_at", first.into()),
        ("updated_at", first.into()),
        ("version", 1_i64.into()),
    ]
}
