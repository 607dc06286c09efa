//! Noticing that the computer slept. Its connections are dead then, and timers stood still.

use std::time::Duration;

use chamados_chassis::clock::SharedClock;
use chrono::{DateTime, Utc};
use tokio::time::{Instant, Interval, MissedTickBehavior};

/// How often to look.
const LOOK: Duration = Duration::from_secs(5);
/// A wall clock that ran ahead of the monotonic one by so much between two looks means sleep. A
/// clock set forward by hand looks the same, and costs one reconnect.
const GAP: Duration = Duration::from_secs(30);

/// Compares the wall clock, which runs while a computer sleeps, with the monotonic one, which does
/// not (Linux, macOS). Where both run on (Windows), keep-alive pings find the dead connection.
pub(super) struct WakeWatch {
    clock: SharedClock,
    ticks: Interval,
    seen: (DateTime<Utc>, Instant),
}

impl WakeWatch {
    pub(super) fn new(clock: SharedClock) -> Self {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let seen = (clock.now(), clock.instant());
        Self { clock, ticks, seen }
    }

    /// Completes when the computer has slept. Cancel safe.
    pub(super) async fn woke(&mut self) {
        loop {
            self.ticks.tick().await;
            let now = (self.clock.now(), self.clock.instant());
            let before = std::mem::replace(&mut self.seen, now);
            if slept(before, now) {
                return;
            }
        }
    }
}

fn slept(before: (DateTime<Utc>, Instant), now: (DateTime<Utc>, Instant)) -> bool {
    // A wall clock set back gives a negative span, which is no sleep.
    let wall = (now.0 - before.0).to_std().unwrap_or_default();
    wall.saturating_sub(now.1 - before.1) >= GAP
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "any instant will do")]
mod tests {
    use super::*;

    #[test]
    fn only_a_wall_clock_ahead_of_the_other_means_sleep() {
        let (wall, monotonic) = (DateTime::UNIX_EPOCH, Instant::now());
        // Seconds by the wall, seconds by the other, slept.
        let cases = [
            (5, 5, false),
            (34, 5, false),
            (35, 5, true),
            (8 * 3600, 0, true),
            (-3600, 5, false),
            (5, 3600, false),
        ];
        for (by_wall, by_monotonic, expected) in cases {
            let now = (
                wall + chrono::TimeDelta::seconds(by_wall),
                monotonic + Duration::from_secs(by_monotonic),
            );
            assert_eq!(slept((wall, monotonic), now), expected, "{by_wall} {by_monotonic}");
        }
    }
}
