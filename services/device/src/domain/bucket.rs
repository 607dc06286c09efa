//! A token bucket, for what must not all come at once.

use std::time::Duration;

/// Lets through a steady rate and, after a pause, a burst of one second's worth. Time is what has
/// passed since any fixed moment.
#[derive(Debug)]
pub struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    /// A full bucket that refills with `rate` tokens a second.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        let rate = f64::from(rate.max(1));
        Self { rate, tokens: rate, filled: Duration::ZERO }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// In how long there is one.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let elapsed = now.saturating_sub(self.filled).as_secs_f64();
        self.filled = self.filled.max(now);
        self.tokens = elapsed.mul_add(self.rate, self.tokens).min(self.rate);
        if self.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - self.tokens) / self.rate));
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
