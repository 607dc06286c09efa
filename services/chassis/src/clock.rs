//! Time, as something that is handed in. The only place that asks the operating system.
#![allow(clippy::disallowed_methods, reason = "this module is what the others must use instead")]

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, SubsecRound as _, Utc};
use tokio::time::Instant;

/// Says what time it is.
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock time in UTC, in whole microseconds, which is what databases keep.
    fn now(&self) -> DateTime<Utc>;

    /// Monotonic time, for intervals.
    fn instant(&self) -> Instant;
}

/// A clock shared by the parts of a process.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }
}

/// The machine's clock, shared.
#[must_use]
pub fn system() -> SharedClock {
    Arc::new(SystemClock)
}

/// A time as the contracts carry it.
#[must_use]
pub fn to_proto(time: DateTime<Utc>) -> prost_types::Timestamp {
    let nanos = i32::try_from(time.timestamp_subsec_nanos()).unwrap_or(999_999_999);
    prost_types::Timestamp { seconds: time.timestamp(), nanos }
}

/// A time from a contract, in whole microseconds. None when there is no such time.
#[must_use]
pub fn from_proto(time: prost_types::Timestamp) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(time.nanos).ok()?;
    Some(DateTime::from_timestamp(time.seconds, nanos)?.trunc_subsecs(6))
}

/// A clock that stands still until it is told to move. For tests.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<(DateTime<Utc>, Instant)>,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new((now.trunc_subsecs(6), Instant::now())) })
    }

    /// Moves both hands forward.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += by;
        state.1 += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn instant(&self) -> Instant {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}
