//! What must hold after faults, counted in the rows.

use std::fmt;

use anyhow::{Context as _, Result};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

/// What was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Times that were due until the schedules were stopped.
    pub due: i64,
    /// Runs of them.
    pub runs: i64,
    /// Those that were skipped by rule, because ten of their schedule were unfinished.
    pub skipped: i64,
    /// Attempts at those runs together.
    pub attempts: i64,
    /// Due times without a run, and runs that succeeded without an effect.
    pub missing: i64,
    /// Due times with two runs, and runs with two effects.
    pub doubled: i64,
    /// Runs that have not ended, or not well.
    pub stuck: i64,
    /// Runs that began and left no line.
    pub silent: i64,
}

impl Tally {
    /// Whether all is as it must be.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.missing == 0 && self.doubled == 0 && self.stuck == 0 && self.silent == 0
    }

    /// Counts. `due` is how many times were due.
    pub(super) async fn count(db: &DatabaseConnection, due: i64) -> Result<Self> {
        let ours = "run.schedule_id IN (SELECT id FROM scheduler.schedule WHERE key LIKE 'work-%')";
        let runs = format!("SELECT count(*) FROM scheduler.run WHERE {ours}");
        let one = async |sql: String| number(db, &sql).await;
        let total = one(runs.clone()).await?;
        let windows = one(format!("{runs} AND state = 'skipped'")).await?;
        let skipped = one(
            "SELECT CAST(sum(skipped_missed + skipped_overlap) AS bigint) FROM scheduler.schedule \
             WHERE key LIKE 'work-%'"
                .to_owned(),
        );
        let (ran, skipped) = (total - windows, skipped.await?);
        let without_effect = one(format!(
            "{runs} AND state = 'succeeded' \
             AND NOT EXISTS (SELECT 1 FROM owner.effect WHERE effect.run_id = run.id)"
        ));
        let twice = "SELECT count(*) FROM (SELECT 1 FROM scheduler.run GROUP BY schedule_id, due_at \
                     HAVING count(*) > 1) AS doubled";
        let effects_twice = "SELECT count(*) FROM (SELECT 1 FROM owner.effect GROUP BY run_id \
                             HAVING count(*) > 1) AS doubled";
        let silent = "SELECT count(*) FROM scheduler.run WHERE attempt > 0 AND NOT EXISTS \
                      (SELECT 1 FROM scheduler.run_log WHERE run_log.run_id = run.id)";
        Ok(Self {
            due,
            runs: ran,
            skipped,
            attempts: one(format!(
                "SELECT CAST(coalesce(sum(attempt), 0) AS bigint) FROM scheduler.run WHERE {ours}"
            ))
            .await?,
            missing: (due - ran - skipped).max(0) + without_effect.await?,
            doubled: one(twice.to_owned()).await? + one(effects_twice.to_owned()).await?,
            stuck: one(format!("{runs} AND state NOT IN ('succeeded', 'skipped')")).await?,
            silent: one(silent.to_owned()).await?,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { due, runs, skipped, attempts, missing, doubled, stuck, silent } = self;
        write!(
            f,
            "{due} due, {skipped} skipped, {runs} runs in {attempts} attempts: {missing} missing, {doubled} doubled, \
             {stuck} stuck, {silent} without a log line"
        )
    }
}

/// One number.
pub(super) async fn number(db: &DatabaseConnection, sql: &str) -> Result<i64> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(row.context("no row")?.try_get_by_index(0)?)
}
