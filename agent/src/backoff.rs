//! When to try again. A server that comes back must not be met by every agent at once.

use std::time::Duration;

use rand::{Rng, RngExt as _};

/// Upper bound of the first wait after a failed attempt.
const FLOOR: Duration = Duration::from_secs(2);
/// Upper bound of every wait, and of the spread a server may ask for.
const CEILING: Duration = Duration::from_secs(15 * 60);
/// Longest wait a server may ask for by `retry_after`.
const RETRY_AFTER_LIMIT: Duration = Duration::from_secs(60 * 60);
/// A stream that lived so long was a success.
const STABLE: Duration = Duration::from_secs(60);

/// Draws the waits between attempts.
///
/// The first attempt after a good stream falls into a random part of the spread the server asked
/// for. Then "full jitter": a window that doubles from 2 s to 15 min, and a wait drawn from the
/// whole of it. The window is bounded first and the wait drawn after, so that agents at the bound
/// stay spread.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    spread: Option<Duration>,
    attempts: u32,
}

impl Backoff {
    /// Before the first attempt.
    #[must_use]
    pub const fn new() -> Self {
        Self { spread: None, attempts: 0 }
    }

    /// The server welcomed the agent and asked it to spread its reconnects.
    pub fn welcomed(&mut self, spread: Duration) {
        self.spread = Some(spread.min(CEILING));
    }

    /// A stream ended that lived for `lived`. One that lived for 60 s clears earlier failures.
    pub fn ended(&mut self, lived: Duration) {
        if lived >= STABLE {
            self.attempts = 0;
        }
    }

    /// How long to wait before the next attempt: never less than `retry_after`, which counts up to
    /// an hour.
    pub fn next(&mut self, retry_after: Duration, rng: &mut (impl Rng + ?Sized)) -> Duration {
        let window = match (self.attempts, self.spread) {
            (0, Some(spread)) => spread,
            (0, None) => FLOOR,
            (failed, spread) => {
                // With a spread, attempt 0 was drawn from it and the doubling starts one later.
                let doublings = if spread.is_some() { failed - 1 } else { failed };
                FLOOR.saturating_mul(1 << doublings.min(16)).min(CEILING)
            }
        };
        self.attempts = self.attempts.saturating_add(1);
        let jitter = rng.random_range(Duration::ZERO..=window);
        retry_after.min(RETRY_AFTER_LIMIT) + jitter
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    const NONE: Duration = Duration::ZERO;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The upper ends of the windows, seen by drawing often.
    fn windows(backoff: &Backoff, attempts: usize) -> Vec<u64> {
        let mut highest = vec![NONE; attempts];
        for seed in 0..400 {
            let (mut backoff, mut rng) = (backoff.clone(), StdRng::seed_from_u64(seed));
            for high in &mut highest {
                *high = (*high).max(backoff.next(NONE, &mut rng));
            }
        }
        highest.iter().map(|high| high.as_secs_f64().ceil() as u64).collect()
    }

    #[test]
    fn windows_double_to_the_ceiling() {
        let within = |found: &[u64], limits: &[u64]| {
            for (found, limit) in found.iter().zip(limits) {
                assert!(found <= limit && *found * 10 >= limit * 9, "{found} of {limit}");
            }
        };
        within(&windows(&Backoff::new(), 12), &[2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        let mut welcomed = Backoff::new();
        welcomed.welcomed(secs(30));
        within(&windows(&welcomed, 5), &[30, 2, 4, 8, 16]);
    }

    #[test]
    fn at_the_ceiling_waits_stay_spread() {
        let mut backoff = Backoff { spread: None, attempts: 50 };
        let mut rng = StdRng::seed_from_u64(7);
        let drawn: Vec<Duration> = (0..1000).map(|_| backoff.next(NONE, &mut rng)).collect();
        let low = drawn.iter().filter(|wait| **wait < CEILING / 2).count();
        assert!((400..600).contains(&low), "{low} of 1000 in the lower half");
    }

    #[test]
    fn only_a_stable_stream_clears_failures() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::new();
        backoff.welcomed(NONE);
        for _ in 0..10 {
            backoff.next(NONE, &mut rng);
        }
        backoff.ended(secs(59));
        assert_eq!(backoff.attempts, 10);
        backoff.ended(secs(60));
        assert_eq!(backoff.next(NONE, &mut rng), NONE, "the spread was zero");
    }

    proptest! {
        #[test]
        fn waits_keep_their_bounds(
            seed: u64, attempts: u32, spread: Option<u64>, retry_after in 0u64..100_000,
        ) {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut backoff = Backoff { spread: None, attempts };
            if let Some(spread) = spread {
                backoff.welcomed(secs(spread));
            }
            let asked = secs(retry_after).min(RETRY_AFTER_LIMIT);
            let wait = backoff.next(secs(retry_after), &mut rng);
            prop_assert!(wait >= asked && wait <= asked + CEILING);
        }
    }
}
