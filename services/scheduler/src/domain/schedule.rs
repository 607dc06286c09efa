//! A schedule: what runs when, and how it behaves when things do not go to plan.

use chamados_chassis::{auth::Actor, define_id, id::TenantId};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    backoff::Backoff,
    timing::{self, Kind, Timing},
};

define_id!(
    /// A schedule.
    ScheduleId
);

/// Failed runs in a row after which a schedule is paused.
pub const FAILURES_TO_PAUSE: i32 = 10;
/// Why it is paused then.
pub const FAILING: &str = "ten runs in a row failed";
/// Why a schedule that a person paused is.
pub const BY_REQUEST: &str = "paused by an administrator";

/// Whether a schedule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Active,
    /// It does not; only manual runs.
    Paused,
}

/// What happens to an occurrence while runs of its schedule are unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It is skipped.
    Skip,
    /// One waits, more are skipped.
    BufferOne,
    /// It runs beside them, up to a bound.
    Allow,
}

impl Overlap {
    /// Runs of a schedule that may wait or run at once; what comes on top is skipped.
    #[must_use]
    pub const fn unfinished_at_most(self) -> u64 {
        match self {
            Self::Skip => 1,
            Self::BufferOne => 2,
            Self::Allow => 10,
        }
    }

    /// Whether at most one run of the schedule runs at a time.
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        !matches!(self, Self::Allow)
    }
}

/// What happens to occurrences that were due while nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfire {
    /// The newest stands for all of them.
    FireOnce,
    /// They are skipped.
    Skip,
    /// The newest few run.
    FireAll,
}

/// How a schedule catches up after a time in which nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUp {
    /// What runs.
    pub misfire: Misfire,
    /// How late an occurrence may run, at most 24 hours.
    pub window: TimeDelta,
    /// How many run at most under [`Misfire::FireAll`].
    pub maximum: usize,
}

impl Default for CatchUp {
    fn default() -> Self {
        Self { misfire: Misfire::FireOnce, window: TimeDelta::hours(24), maximum: 10 }
    }
}

/// A schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Identifier.
    pub id: ScheduleId,
    /// Whose it is; the installation's when nobody's.
    pub tenant: Option<TenantId>,
    /// Stable name.
    pub key: String,
    /// What it runs; the part before the dot names the owner.
    pub job_type: String,
    /// One sentence.
    pub description: String,
    /// Parameters of the job, a JSON object.
    pub payload: serde_json::Value,
    /// How the expression is read.
    pub kind: Kind,
    /// When it fires.
    pub expression: String,
    /// IANA name of the zone its times are of.
    pub time_zone: String,
    /// While others of its runs are unfinished.
    pub overlap: Overlap,
    /// After a time in which nobody was there.
    pub catch_up: CatchUp,
    /// What an attempt may take, in seconds.
    pub timeout_seconds: i32,
    /// Tries per run.
    pub max_attempts: i32,
    /// Waits between them.
    pub backoff: Backoff,
    /// A run starts up to this many seconds late, at random, so that not all start together.
    pub jitter_seconds: i32,
    /// Whether it fires.
    pub state: State,
    /// Why it is paused; empty when active.
    pub state_reason: String,
    /// Who changed its state last, if anybody has.
    pub state_changed_by: Option<Actor>,
    /// When it fires next; unset while paused.
    pub next_fire_at: Option<DateTime<Utc>>,
    /// Failed runs since the last one that succeeded.
    pub failures_in_a_row: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
    /// Number of changes.
    pub version: i64,
}

/// What a person may change. `None` leaves as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// When it fires.
    pub expression: Option<String>,
    /// Zone its times are of.
    pub time_zone: Option<String>,
    /// Whether it fires.
    pub state: Option<State>,
}

impl Schedule {
    /// When it fires.
    ///
    /// # Errors
    /// [`timing::Error`] when the expression cannot be read any more.
    pub fn timing(&self) -> Result<Timing, timing::Error> {
        Timing::parse(self.kind, &self.expression, &self.time_zone)
    }

    /// The schedule after a change that `actor` makes `now`. The next time counts from now: what
    /// was missed while paused stays missed.
    ///
    /// # Errors
    /// [`timing::Error`] for an expression or zone that cannot be used.
    pub fn apply(
        &self,
        change: Change,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Self, timing::Error> {
        let mut next = self.clone();
        next.expression = change.expression.unwrap_or(next.expression);
        next.time_zone = change.time_zone.unwrap_or(next.time_zone);
        let first = next.timing()?.first(now)?;
        let timing_changed = next.expression != self.expression || next.time_zone != self.time_zone;
        match change.state.filter(|state| *state != self.state) {
            Some(State::Paused) => next.pause(BY_REQUEST, actor),
            Some(State::Active) => next.resume(first, actor),
            None if timing_changed && self.state == State::Active => {
                next.next_fire_at = Some(first)
            }
            None => {}
        }
        next.updated_at = now;
        next.version += 1;
        Ok(next)
    }

    /// What people changed from here to `next`: fields with their old and new values.
    #[must_use]
    pub fn difference(&self, next: &Self) -> Vec<(&'static str, String, String)> {
        let paused = |schedule: &Self| (schedule.state == State::Paused).to_string();
        let fields = [
            ("expression", self.expression.clone(), next.expression.clone()),
            ("time_zone", self.time_zone.clone(), next.time_zone.clone()),
            ("paused", paused(self), paused(next)),
        ];
        fields.into_iter().filter(|(_, old, new)| old != new).collect()
    }

    /// The schedule after the scheduler gave up on it `now`.
    #[must_use]
    pub fn retired(&self, reason: &str, now: DateTime<Utc>) -> Self {
        let mut next = self.clone();
        next.pause(reason, &Actor::Service("scheduler".to_owned()));
        next.updated_at = now;
        next.version += 1;
        next
    }

    fn pause(&mut self, reason: &str, actor: &Actor) {
        self.state = State::Paused;
        self.state_reason = reason.to_owned();
        self.state_changed_by = Some(actor.clone());
        self.next_fire_at = None;
    }

    fn resume(&mut self, first: DateTime<Utc>, actor: &Actor) {
        self.state = State::Active;
        self.state_reason.clear();
        self.state_changed_by = Some(actor.clone());
        self.next_fire_at = Some(first);
        self.failures_in_a_row = 0;
    }

    /// The next `count` times; none while paused or when the expression cannot be read any more.
    #[must_use]
    pub fn upcoming(&self, count: usize) -> Vec<DateTime<Utc>> {
        let (Some(next), Ok(timing)) = (self.next_fire_at, self.timing()) else {
            return Vec::new();
        };
        timing.from(next).take(count).map(|occurrence| occurrence.at).collect()
    }
}
