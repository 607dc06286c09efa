//! Waiting longer after each failure in a row.

use std::time::Duration;

/// Doubling delays with jitter, between a first and a longest one.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The next delay: half to all of the present step, so that replicas do not march together.
    pub(crate) fn delay(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.longest);
        step.mul_f64(rand::random_range(0.5..=1.0))
    }

    /// Starts over, after a success.
    pub(crate) const fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_its_limit_and_starts_over() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(1));
        let mut backoff = Backoff::new(first, longest);
        assert!(backoff.delay() <= first);
        for _ in 0..10 {
            assert!(backoff.delay() <= longest);
        }
        assert!(backoff.delay() >= longest / 2);
        backoff.reset();
        assert!(backoff.delay() <= first);
    }
}
