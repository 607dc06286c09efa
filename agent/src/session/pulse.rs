//! When the next heartbeat is due, and whether anybody hears them. Pure: time is handed in.

use std::time::Duration;

use rand::{Rng, RngExt as _};
use tokio::time::Instant;

/// Intervals a server may ask for; what lies outside is a mistake and brought inside.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// Each interval is lengthened or shortened by up to this part.
const JITTER: f64 = 0.05;
/// So many acknowledgements may be missing.
const PATIENCE: u32 = 3;

/// The heartbeats of one stream.
#[derive(Debug)]
pub(super) struct Pulse {
    interval: Duration,
    last: Instant,
    due: Instant,
    sequence: u32,
    acknowledged: u32,
    acknowledge_every: u32,
}

impl Pulse {
    /// The first beat is due `phase` after `now`, at most one interval later.
    pub(super) fn new(
        interval: Duration,
        phase: Duration,
        acknowledge_every: u32,
        now: Instant,
    ) -> Self {
        let interval = interval.clamp(SHORTEST, LONGEST);
        let due = now + phase.min(interval);
        Self { interval, last: now, due, sequence: 0, acknowledged: 0, acknowledge_every }
    }

    pub(super) const fn interval(&self) -> Duration {
        self.interval
    }

    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// Takes note of a beat sent at `now` and gives its sequence number. The next is due one
    /// jittered interval later.
    pub(super) fn beat(&mut self, now: Instant, rng: &mut (impl Rng + ?Sized)) -> u32 {
        self.sequence = self.sequence.saturating_add(1);
        self.last = now;
        self.due = now + jittered(self.interval, rng);
        self.sequence
    }

    /// Another interval, from the last beat on.
    pub(super) fn pace(&mut self, interval: Duration, rng: &mut (impl Rng + ?Sized)) {
        self.interval = interval.clamp(SHORTEST, LONGEST);
        self.due = self.last + jittered(self.interval, rng);
    }

    /// Beats up to `sequence` arrived. One that was never sent, or an older one, says nothing.
    /// Gives whether it said something.
    pub(super) fn acknowledge(&mut self, sequence: u32) -> bool {
        let news = sequence > self.acknowledged && sequence <= self.sequence;
        if news {
            self.acknowledged = sequence;
        }
        news
    }

    /// The number of beats without an acknowledgement, once it is too high. A server that
    /// announces none (0) is not held to any.
    pub(super) fn unheard(&self) -> Option<u32> {
        let silent = self.sequence - self.acknowledged;
        let limit = self.acknowledge_every.saturating_mul(PATIENCE);
        (limit > 0 && silent >= limit).then_some(silent)
    }
}

/// `interval`, up to 5 % shorter or longer, so that devices do not fall into step.
fn jittered(interval: Duration, rng: &mut (impl Rng + ?Sized)) -> Duration {
    interval.mul_f64(rng.random_range(1.0 - JITTER..=1.0 + JITTER))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "any instant will do")]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_phase_stays_within_the_interval() {
        let now = Instant::now();
        for (interval, phase, due) in [(30, 7, 7), (30, 99, 30), (0, 0, 0), (0, 9, 1)] {
            let pulse = Pulse::new(secs(interval), secs(phase), 8, now);
            assert_eq!(pulse.due() - now, secs(due), "{interval} {phase}");
        }
    }

    #[test]
    fn three_missing_acknowledgements_are_too_many() {
        let now = Instant::now();
        let mut rng = StdRng::seed_from_u64(1);
        let mut pulse = Pulse::new(secs(30), secs(0), 8, now);
        let beats = |pulse: &mut Pulse, rng: &mut StdRng, n| {
            for _ in 0..n {
                pulse.beat(now, rng);
            }
        };
        beats(&mut pulse, &mut rng, 23);
        assert_eq!(pulse.unheard(), None);
        assert!(pulse.acknowledge(16));
        beats(&mut pulse, &mut rng, 16);
        assert_eq!(pulse.unheard(), None);
        beats(&mut pulse, &mut rng, 1);
        assert_eq!(pulse.unheard(), Some(24));
        assert!(!pulse.acknowledge(41), "never sent");
        assert!(!pulse.acknowledge(16), "known");
        assert!(pulse.acknowledge(40));
        assert_eq!(pulse.unheard(), None);

        let mut deaf = Pulse::new(secs(30), secs(0), 0, now);
        beats(&mut deaf, &mut rng, 1000);
        assert_eq!(deaf.unheard(), None);
    }

    #[test]
    fn a_new_pace_counts_from_the_last_beat() {
        let now = Instant::now();
        let mut rng = StdRng::seed_from_u64(1);
        let mut pulse = Pulse::new(secs(30), secs(0), 8, now);
        pulse.beat(now, &mut rng);
        pulse.pace(secs(600), &mut rng);
        assert!(pulse.due() >= now + secs(570) && pulse.due() <= now + secs(630));
        pulse.pace(secs(0), &mut rng);
        assert_eq!(pulse.interval(), SHORTEST);
        pulse.pace(secs(u64::from(u32::MAX)), &mut rng);
        assert_eq!(pulse.interval(), LONGEST);
    }

    proptest! {
        #[test]
        fn jitter_keeps_within_five_percent(seed: u64, interval in 1u64..=3600) {
            let now = Instant::now();
            let mut rng = StdRng::seed_from_u64(seed);
            let mut pulse = Pulse::new(secs(interval), secs(0), 8, now);
            for expected in 1..=20 {
                prop_assert_eq!(pulse.beat(now, &mut rng), expected);
                let gap = (pulse.due() - now).as_secs_f64() / interval as f64;
                prop_assert!((0.95..=1.05 + 1e-9).contains(&gap), "{}", gap);
            }
        }
    }
}
