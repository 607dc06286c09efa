//! How often a password may be guessed. Counted per account *and* address, so that nobody locks
//! somebody else out by guessing from elsewhere. An attempt is counted before the password is looked
//! at, so that many at once are no way around it; a success forgets the count.

use chrono::{DateTime, TimeDelta, Utc};

/// Attempts allowed in a window.
pub const MAX_ATTEMPTS: i32 = 10;
/// Length of the window, from its first attempt.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// How long to wait when the attempts of a window that began at `since` are used up.
#[must_use]
pub fn wait(since: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    (since + WINDOW - now).max(TimeDelta::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_what_is_left_of_the_window() {
        let start = DateTime::UNIX_EPOCH;
        assert_eq!(wait(start, start), WINDOW);
        assert_eq!(wait(start, start + TimeDelta::minutes(5)), TimeDelta::minutes(10));
        assert_eq!(wait(start, start + WINDOW), TimeDelta::seconds(1));
    }
}
