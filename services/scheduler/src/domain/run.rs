//! A run: one occurrence, or one wish of a person, from its making to its end.
//!
//! ```text
//! ready ──claim──▶ running ──▶ succeeded | failed
//!   ▲                 │
//!   └──── retry ──────┘        skipped: never ran
//! ```

use std::time::Duration;

use chamados_chassis::{define_id, id::TenantId};
use chrono::{DateTime, Utc};

use super::{backoff::Backoff, log::Line, schedule::ScheduleId};

define_id!(
    /// A run.
    RunId
);

/// Longest summary, in characters.
const MAX_SUMMARY: usize = 500;

/// Why a run was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Due by its schedule.
    Schedule,
    /// A person asked for it.
    Manual,
    /// Due while nobody was there.
    CatchUp,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits to be claimed.
    Ready,
    /// Is being worked on.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Was called off.
    Cancelled,
    /// Never ran.
    Skipped,
}

/// Why an occurrence did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// Nobody was there when it was due, and it was too late, or not the newest, afterwards.
    Missed,
    /// Others of its schedule were unfinished.
    Overlap,
}

impl SkipReason {
    /// Stable name, which is the code of the log line that tells of it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Overlap => "overlap",
        }
    }

    /// The same for a person.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Missed => "due while nobody was there, and not made up for",
            Self::Overlap => "due while earlier runs were unfinished",
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Identifier; also the request id of its effect.
    pub id: RunId,
    /// As its schedule's.
    pub tenant: Option<TenantId>,
    /// Its schedule.
    pub schedule: ScheduleId,
    /// What it runs.
    pub job_type: String,
    /// Parameters of the job, a JSON object.
    pub payload: serde_json::Value,
    /// Why it was made.
    pub trigger: Trigger,
    /// Where it is.
    pub state: State,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// When its first attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// Attempts begun so far.
    pub attempt: i32,
    /// Attempts it may have.
    pub max_attempts: i32,
    /// What an attempt may take.
    pub timeout: Duration,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// What the job said at its end, or why it failed.
    pub summary: String,
    /// Who may end it: rises with every claim.
    pub fence: i64,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Well; with what the job says of it.
    Succeeded(String),
    /// Badly.
    Failed(Failure),
}

/// Why an attempt ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable name in snake case.
    pub code: String,
    /// For a person.
    pub message: String,
    /// Whether another attempt may go better.
    pub may_retry: bool,
}

impl Failure {
    /// A failure that may pass.
    #[must_use]
    pub fn passing(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned(), may_retry: true }
    }

    /// A failure that another attempt would meet again.
    #[must_use]
    pub fn lasting(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned(), may_retry: false }
    }

    /// The attempt took longer than it may.
    #[must_use]
    pub fn overtime() -> Self {
        Self::passing("deadline_exceeded", "the attempt took longer than its time limit")
    }
}

/// What becomes of a run after an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Its state.
    pub state: State,
    /// How long it waits before it may be claimed again.
    pub wait: Duration,
    /// What is kept as its summary.
    pub summary: String,
    /// The line that tells of it.
    pub line: Line,
}

impl Run {
    /// What becomes of the run after its present attempt ended with `outcome`. `roll` is a random
    /// number in `0.0..1.0`; `truncated` log lines were not kept.
    #[must_use]
    pub fn judge(&self, outcome: Outcome, roll: f64, truncated: u32) -> Verdict {
        let mut verdict = match outcome {
            Outcome::Succeeded(summary) => self.succeeded(&summary),
            Outcome::Failed(failure) if failure.may_retry && self.attempt < self.max_attempts => {
                self.retried(&failure, roll)
            }
            Outcome::Failed(failure) => self.failed(&failure),
        };
        if truncated > 0 {
            verdict.line = verdict.line.with("truncated_lines", truncated);
        }
        verdict
    }

    fn succeeded(&self, summary: &str) -> Verdict {
        let summary = clip(summary);
        let message = if summary.is_empty() { "done" } else { &summary };
        let line = Line::info("run_succeeded", message);
        Verdict { state: State::Succeeded, wait: Duration::ZERO, summary, line }
    }

    fn retried(&self, failure: &Failure, roll: f64) -> Verdict {
        let wait = self.backoff.after(self.attempt, roll);
        let message = format!("{}; next attempt in {:.1} s", failure.message, wait.as_secs_f64());
        let line = Line::warn("attempt_failed", &message).with("reason", failure.code.as_str());
        Verdict { state: State::Ready, wait, summary: clip(&failure.message), line }
    }

    fn failed(&self, failure: &Failure) -> Verdict {
        let line =
            Line::error("run_failed", &failure.message).with("reason", failure.code.as_str());
        let summary = clip(&failure.message);
        Verdict { state: State::Failed, wait: Duration::ZERO, summary, line }
    }
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MAX_SUMMARY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(attempt: i32) -> Run {
        Run {
            id: RunId::new(),
            tenant: None,
            schedule: ScheduleId::new(),
            job_type: "ticket.purge".into(),
            payload: serde_json::json!({}),
            trigger: Trigger::Schedule,
            state: State::Running,
            due_at: DateTime::UNIX_EPOCH,
            started_at: None,
            ended_at: None,
            attempt,
            max_attempts: 3,
            timeout: Duration::from_secs(60),
            backoff: Backoff::default(),
            summary: String::new(),
            fence: 1,
        }
    }

    #[test]
    fn what_becomes_of_a_run() {
        let cases = [
            (1, Outcome::Succeeded("12 purged".into()), State::Succeeded, "run_succeeded"),
            (3, Outcome::Succeeded(String::new()), State::Succeeded, "run_succeeded"),
            (
                1,
                Outcome::Failed(Failure::passing("unavailable", "away")),
                State::Ready,
                "attempt_failed",
            ),
            (
                2,
                Outcome::Failed(Failure::passing("unavailable", "away")),
                State::Ready,
                "attempt_failed",
            ),
            (
                3,
                Outcome::Failed(Failure::passing("unavailable", "away")),
                State::Failed,
                "run_failed",
            ),
            (
                1,
                Outcome::Failed(Failure::lasting("not_found", "gone")),
                State::Failed,
                "run_failed",
            ),
        ];
        for (attempt, outcome, state, code) in cases {
            let verdict = run(attempt).judge(outcome.clone(), 0.5, 0);
            assert_eq!(
                (verdict.state, verdict.line.code()),
                (state, code),
                "{attempt} {outcome:?}"
            );
            assert_eq!(verdict.wait.is_zero(), state != State::Ready);
        }
    }

    #[test]
    fn truncated_lines_are_told_and_long_summaries_cut() {
        let verdict = run(1).judge(Outcome::Succeeded("x".repeat(501)), 0.0, 7);
        assert_eq!(verdict.line.fields()["truncated_lines"], 7);
        assert_eq!(verdict.summary.len(), 500);
    }
}
