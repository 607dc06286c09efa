//! How often a password may be guessed. Counted per account *and* address, so that nobody locks
//! somebody else out by guessing from elsewhere.

use chrono::{DateTime, TimeDelta, Utc};

/// Failures allowed in a window.
pub const MAX_FAILURES: i32 = 10;
/// Length of the window, from its first failure.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Failed sign-ins of one account from one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many in the window.
    pub count: i32,
    /// When the window began.
    pub since: DateTime<Utc>,
}

impl Failures {
    /// How long to wait before the next try, if at all.
    #[must_use]
    pub fn wait(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let left = self.since + WINDOW - now;
        (self.count >= MAX_FAILURES && left > TimeDelta::zero()).then_some(left)
    }

    /// With one failure more at `now`; a window that is over begins anew.
    #[must_use]
    pub fn and_one(previous: Option<Self>, now: DateTime<Utc>) -> Self {
        match previous {
            Some(f) if now < f.since + WINDOW => Self { count: f.count + 1, since: f.since },
            _ => Self { count: 1, since: now },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_close_the_window_until_it_is_over() {
        let start = DateTime::UNIX_EPOCH;
        let mut failures = None;
        for _ in 0..MAX_FAILURES {
            assert_eq!(failures.and_then(|f: Failures| f.wait(start)), None);
            failures = Some(Failures::and_one(failures, start));
        }
        let failures = failures.unwrap();
        assert_eq!(failures.wait(start), Some(WINDOW));
        assert_eq!(failures.wait(start + WINDOW), None);
        assert_eq!(Failures::and_one(Some(failures), start + WINDOW).count, 1);
    }
}
