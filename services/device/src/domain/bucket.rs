//! A token bucket, for what must not all come at once.

use std::time::Duration;

/// Nobody is told to wait for longer.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Lets through a steady rate and, after a pause, a burst of one second's worth. Time is what has
/// passed since any fixed moment.
#[derive(Debug)]
pub struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Duration,
    /// Tokens to come that were promised to those who got none, so that a crowd comes back one after the other.
    promised: f64,
}

impl Bucket {
    /// A full bucket that refills with `rate` tokens a second.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        let rate = f64::from(rate.max(1));
        Self { rate, tokens: rate, filled: Duration::ZERO, promised: 0.0 }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// In how long there is one, when all who got none before come back at their time; at most in [`LONGEST`].
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let elapsed = now.saturating_sub(self.filled).as_secs_f64();
        self.filled = self.filled.max(now);
        self.tokens = elapsed.mul_add(self.rate, self.tokens).min(self.rate);
        self.promised = elapsed.mul_add(-self.rate, self.promised).max(0.0);
        if self.tokens < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - self.tokens + self.promised) / self.rate);
            if wait < LONGEST {
                self.promised += 1.0;
            }
            return Err(wait.min(LONGEST));
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_comes_back_one_after_the_other() {
        let mut bucket = Bucket::new(2);
        let at = Duration::from_millis;
        assert_eq!((bucket.take(at(0)), bucket.take(at(0))), (Ok(()), Ok(())));
        let waits: Vec<_> = (0..4).map(|_| bucket.take(at(0)).unwrap_err()).collect();
        assert_eq!(waits, [at(500), at(1_000), at(1_500), at(2_000)]);
        // Each finds a token at its time.
        for wait in waits {
            assert_eq!(bucket.take(wait), Ok(()), "{wait:?}");
        }
        // Nobody waits for ever, and a crowd that does not come back is forgotten in its time.
        let longest = (0..10_000).filter_map(|_| bucket.take(at(2_000)).err()).max();
        assert_eq!(longest, Some(LONGEST));
        let later = Duration::from_secs(2) + LONGEST;
        assert_eq!((bucket.take(later), bucket.take(later)), (Ok(()), Ok(())));
        assert_eq!(bucket.take(later), Err(at(500)));
    }

    #[test]
    fn a_burst_then_a_steady_rate() {
        let mut bucket = Bucket::new(2);
        let at = Duration::from_millis;
        assert_eq!(bucket.take(at(0)), Ok(()));
        assert_eq!(bucket.take(at(0)), Ok(()));
        assert_eq!(bucket.take(at(0)), Err(at(500)));
        assert_eq!(bucket.take(at(500)), Ok(()));
        assert!(bucket.take(at(500)).is_err());
        assert_eq!(bucket.take(at(60_000)), Ok(()));
        assert_eq!(bucket.take(at(60_000)), Ok(()));
        assert!(bucket.take(at(60_000)).is_err());
    }
}
