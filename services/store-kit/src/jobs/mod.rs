//! The receiving end of scheduled work: a service lists its [`Job`]s, [`Receiver`] serves them as
//! `chamados.jobs.v1.JobHandler` and makes each run's effect happen once.
//!
//! The row of a run remembers the highest fence seen and, in the transaction of the effect, the
//! result; so a repeated call gets the stored result, and a holder whose lease was given to another
//! is refused, whenever it wakes up.

pub mod housekeeping;
mod receiver;
pub(crate) mod runs;

use std::time::Duration;

use chamados_chassis::{error::Describe, id::TenantId};
use chamados_proto::jobs::v1::{LogLevel, LogLine};
use chrono::{DateTime, Utc};
use prost_types::{Struct, Value, value::Kind};
use uuid::Uuid;

pub use receiver::Receiver;

use crate::{Db, StoreError, Tx};

/// What a job is told.
#[derive(Debug, Clone)]
pub struct Context {
    /// The run.
    pub run: Uuid,
    /// Rises with every claim of the run: who has a lower one does not hold it any more.
    pub fence: i64,
    /// Whose work it is; none where it is the installation's.
    pub tenant: Option<TenantId>,
    /// The service's rows.
    pub db: Db,
    /// Now, by the service's clock.
    pub now: DateTime<Utc>,
    /// Parameters, as the schedule has them.
    pub payload: Struct,
}

/// What a job did. `tx` holds its last effect, open; the receiver writes the result into it and
/// commits, so that effect and memory are one.
#[derive(Debug)]
pub struct Done {
    /// Open transaction with the effect.
    pub tx: Tx,
    /// One sentence, at most 500 characters.
    pub summary: String,
    /// Lines for the run's log; the summary is logged besides.
    pub log: Vec<LogLine>,
}

impl Done {
    /// A job whose effect is in `tx`.
    pub fn new(tx: Tx, summary: impl Into<String>) -> Self {
        Self { tx, summary: summary.into(), log: Vec::new() }
    }

    /// Adds an information line with figures.
    #[must_use]
    pub fn with_line(
        mut self,
        code: &str,
        message: impl Into<String>,
        figures: &[(&str, u64)],
    ) -> Self {
        self.log.push(line(LogLevel::Info, code, message, figures));
        self
    }
}

/// Why a job did not do its work. It may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct JobError {
    source: Box<dyn std::error::Error + Send + Sync>,
    /// What is said to whoever ordered it.
    told: Option<String>,
}

impl JobError {
    /// A failure whose reason people may know.
    pub fn told(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { source: reason.clone().into(), told: Some(reason) }
    }
}

impl<E: Describe> From<E> for JobError {
    fn from(error: E) -> Self {
        Self { source: Box::new(error), told: None }
    }
}

/// Work that the scheduler may order.
#[tonic::async_trait]
pub trait Job: Send + Sync + 'static {
    /// Stable name, beginning with the service's: `identity.purge_expired`.
    fn name(&self) -> &'static str;

    /// One sentence.
    fn description(&self) -> &'static str;

    /// Longest time a run takes unless its schedule says otherwise.
    fn default_timeout(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// Does the work. May be called again for the same run when the process stopped before the
    /// commit, so effects outside of [`Done::tx`] must be harmless to repeat.
    async fn run(&self, context: Context) -> Result<Done, JobError>;
}

/// A line of a run's log.
pub fn line(
    level: LogLevel,
    code: &str,
    message: impl Into<String>,
    figures: &[(&str, u64)],
) -> LogLine {
    let number = |n: u64| Value {
        // Counts stay far below 2^53, where a double stops being exact.
        kind: Some(Kind::NumberValue(n as f64)),
    };
    let fields = figures.iter().map(|(name, n)| ((*name).to_owned(), number(*n))).collect();
    LogLine {
        level: level.into(),
        code: code.to_owned(),
        message: message.into(),
        fields: Some(Struct { fields }),
    }
}

/// Repeats a bounded deletion until it finds less than its limit, so that no transaction is long.
///
/// # Errors
/// The first failure; what was deleted until then stays deleted.
pub async fn in_batches<F>(limit: u64, mut delete: impl FnMut(u64) -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<u64, StoreError>>,
{
    let mut total = 0;
    loop {
        let deleted = delete(limit).await?;
        total += deleted;
        if deleted < limit {
            return Ok(total);
        }
    }
}
