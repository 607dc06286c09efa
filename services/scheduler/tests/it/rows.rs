//! Rows as tests put them there, and what must hold of them whatever happened.

use chamados_store_kit::Db;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait as _, Statement, Value,
    sea_query::{Expr, ExprTrait as _, Query, SimpleExpr},
};
use uuid::Uuid;

/// A schedule to put there.
#[derive(Clone)]
pub(crate) struct Spec {
    pub(crate) tenant: Option<Uuid>,
    pub(crate) key: String,
    pub(crate) job_type: String,
    pub(crate) kind: &'static str,
    pub(crate) expression: String,
    pub(crate) time_zone: &'static str,
    pub(crate) overlap: &'static str,
    pub(crate) misfire: &'static str,
    pub(crate) catch_up: TimeDelta,
    pub(crate) timeout_seconds: i32,
    pub(crate) max_attempts: i32,
    pub(crate) next_fire_at: DateTime<Utc>,
}

impl Spec {
    /// Every hour, the first time in an hour.
    pub(crate) fn new(key: &str, job_type: &str) -> Self {
        Self {
            tenant: None,
            key: key.to_owned(),
            job_type: job_type.to_owned(),
            kind: "interval",
            expression: "3600".to_owned(),
            time_zone: "UTC",
            overlap: "skip",
            misfire: "fire_once",
            catch_up: TimeDelta::hours(24),
            timeout_seconds: 30,
            max_attempts: 5,
            next_fire_at: now() + TimeDelta::hours(1),
        }
    }

    pub(crate) fn cron(mut self, expression: &str, time_zone: &'static str) -> Self {
        self.kind = "cron";
        self.expression = expression.to_owned();
        self.time_zone = time_zone;
        self
    }

    pub(crate) fn due(mut self, at: DateTime<Utc>) -> Self {
        self.next_fire_at = at;
        self
    }

    pub(crate) async fn insert(&self, db: &Db) -> anyhow::Result<Uuid> {
        let id = Uuid::now_v7();
        let now = now();
        let columns: Vec<(&str, SimpleExpr)> = vec![
            ("id", id.into()),
            ("tenant_id", self.tenant.into()),
            ("key", self.key.clone().into()),
            ("job_type", self.job_type.clone().into()),
            ("description", "A test.".into()),
            ("payload", serde_json::json!({"n": 7}).into()),
            ("kind", self.kind.into()),
            ("expression", self.expression.clone().into()),
            ("time_zone", self.time_zone.into()),
            ("overlap", self.overlap.into()),
            ("misfire", self.misfire.into()),
            ("catch_up_seconds", (self.catch_up.num_seconds() as i32).into()),
            ("catch_up_maximum", 5.into()),
            ("timeout_seconds", self.timeout_seconds.into()),
            ("max_attempts", self.max_attempts.into()),
            ("backoff_base_ms", 10_i64.into()),
            ("backoff_cap_ms", 50_i64.into()),
            ("jitter_seconds", 0.into()),
            ("state", "active".into()),
            ("state_reason", "".into()),
            ("next_fire_at", self.next_fire_at.into()),
            ("failures_in_a_row", 0.into()),
            ("skipped_missed", 0_i64.into()),
            ("skipped_overlap", 0_i64.into()),
            ("created_at", now.into()),
            ("updated_at", now.into()),
            ("version", 1_i64.into()),
        ];
        let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let insert =
            Query::insert().into_table("schedule").columns(names).values_panic(values).take();
        let tx = db.begin().await?;
        tx.execute(&insert).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// The machine's time, to microseconds.
pub(crate) fn now() -> DateTime<Utc> {
    chamados_chassis::clock::system().now()
}

/// Makes a schedule due at `at`.
pub(crate) async fn make_due(db: &Db, id: Uuid, at: DateTime<Utc>) -> anyhow::Result<()> {
    let update = Query::update()
        .table("schedule")
        .value("next_fire_at", at)
        .and_where(Expr::col("id").eq(id))
        .take();
    let tx = db.begin().await?;
    tx.execute(&update).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes every row of a table.
pub(crate) async fn set_all(
    db: &Db,
    table: &'static str,
    column: &'static str,
    value: impl Into<Value>,
) -> anyhow::Result<()> {
    let update = Query::update().table(table).value(column, Expr::val(value)).take();
    let tx = db.begin().await?;
    tx.execute(&update).await?;
    Ok(tx.commit().await?)
}

/// One number.
pub(crate) async fn count(db: &Db, sql: &str) -> i64 {
    let statement = Statement::from_string(db.backend(), sql.to_owned());
    let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// A column of texts.
pub(crate) async fn texts(db: &Db, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.backend(), sql.to_owned());
    let rows = db.read().query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// What must hold at any moment.
pub(crate) async fn check_invariants(db: &Db) {
    for (what, sql) in [
        (
            "runs without a log line",
            "SELECT count(*) FROM run WHERE state <> 'ready' AND NOT EXISTS \
             (SELECT 1 FROM run_log WHERE run_log.run_id = run.id)",
        ),
        (
            "attempts without a first line",
            "SELECT count(*) FROM run WHERE attempt <> (SELECT count(*) FROM run_log \
             WHERE run_log.run_id = run.id AND code = 'attempt_started')",
        ),
        (
            "ended runs without exactly one last line",
            "SELECT count(*) FROM run WHERE state IN ('succeeded', 'failed') AND 1 <> \
             (SELECT count(*) FROM run_log WHERE run_log.run_id = run.id \
              AND code IN ('run_succeeded', 'run_failed'))",
        ),
        (
            "occurrences with more than one row",
            "SELECT count(*) FROM (SELECT 1 FROM run WHERE \"trigger\" <> 'manual' \
             GROUP BY schedule_id, due_at HAVING count(*) > 1) AS doubled",
        ),
        (
            "logs with a gap",
            "SELECT count(*) FROM run WHERE log_sequence <> \
             (SELECT coalesce(max(sequence), 0) FROM run_log WHERE run_id = run.id) \
             OR log_sequence <> (SELECT count(*) FROM run_log WHERE run_id = run.id)",
        ),
        (
            "schedules with two runs at once",
            "SELECT count(*) FROM (SELECT 1 FROM run WHERE state = 'running' AND exclusive \
             GROUP BY schedule_id HAVING count(*) > 1) AS beside",
        ),
        ("leases past their deadline", "SELECT count(*) FROM run WHERE lease_until > deadline_at"),
    ] {
        assert_eq!(count(db, sql).await, 0, "{what}");
    }
}
