//! How long to wait between attempts.

use std::time::Duration;

/// Exponential waits with full jitter: anything from nothing up to a limit that doubles with each
/// attempt, so that runs which failed together do not try again together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The limit after the first attempt.
    pub base: Duration,
    /// The limit never grows beyond this.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_secs(5), cap: Duration::from_secs(300) }
    }
}

impl Backoff {
    /// The wait after attempt number `attempt`, which counts from 1. `roll` is a random number in
    /// `0.0..1.0`.
    #[must_use]
    pub fn after(&self, attempt: i32, roll: f64) -> Duration {
        let doublings = attempt.saturating_sub(1).clamp(0, 30);
        let limit = self.base.saturating_mul(1_u32 << doublings).min(self.cap);
        limit.mul_f64(roll.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_limit_doubles_up_to_the_cap() {
        let backoff = Backoff::default();
        let limits: Vec<u64> = (1..=9).map(|n| backoff.after(n, 1.0).as_secs()).collect();
        assert_eq!(limits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(backoff.after(3, 0.5), Duration::from_secs(10));
        assert_eq!(backoff.after(3, 0.0), Duration::ZERO);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_beyond_the_cap(attempt: i32, roll in 0.0..1.0_f64) {
            let backoff = Backoff::default();
            prop_assert!(backoff.after(attempt, roll) <= backoff.cap);
        }
    }
}
