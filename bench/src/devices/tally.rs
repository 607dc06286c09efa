//! What the simulated devices saw, counted without locks while they run.

use std::{
    array::from_fn,
    ops::Sub,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use chamados_proto::device::v1::CloseReason;
use tokio::sync::watch;

/// Parts of each power of two: a time is known to one part in so many.
const PARTS: usize = 32;
const PART_BITS: u32 = PARTS.trailing_zeros();
/// Up to 2^36 microseconds, 19 hours.
const BUCKETS: usize = PARTS * 32;

/// How often each duration was seen, to within 3 %.
#[derive(Debug)]
pub struct Histogram([AtomicU64; BUCKETS]);

impl Default for Histogram {
    fn default() -> Self {
        Self(from_fn(|_| AtomicU64::new(0)))
    }
}

impl Histogram {
    /// Notes one.
    pub fn note(&self, time: Duration) {
        self.0[bucket(time)].fetch_add(1, Relaxed);
    }

    /// Those up to now.
    #[must_use]
    pub fn read(&self) -> Times {
        Times(self.0.iter().map(|count| count.load(Relaxed)).collect())
    }
}

/// Durations that were seen, by how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times(Vec<u64>);

impl Times {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The time within which this many thousandths of them lie; none when there are none.
    #[must_use]
    pub fn permille(&self, thousandths: u64) -> Option<Duration> {
        let wanted = (self.count() * thousandths).div_ceil(1_000).max(1);
        let mut seen = 0;
        let place = self.0.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        place.map(longest)
    }

    /// The longest of them.
    #[must_use]
    pub fn longest(&self) -> Option<Duration> {
        self.permille(1_000)
    }
}

impl Sub for &Times {
    type Output = Times;

    fn sub(self, earlier: Self) -> Times {
        Times(self.0.iter().zip(&earlier.0).map(|(now, then)| now - then).collect())
    }
}

fn bucket(time: Duration) -> usize {
    let micros = usize::try_from(time.as_micros()).unwrap_or(usize::MAX);
    let power = micros.checked_ilog2().unwrap_or(0).saturating_sub(PART_BITS);
    (power as usize * PARTS + (micros >> power)).min(BUCKETS - 1)
}

/// The longest time of a bucket.
fn longest(bucket: usize) -> Duration {
    let power = (bucket / PARTS).saturating_sub(1);
    let part = bucket - power * PARTS;
    Duration::from_micros((((part + 1) << power) - 1) as u64)
}

/// Declares counters and what they said at one moment.
macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Counters that all devices share.
        #[derive(Debug, Default)]
        pub struct Tally {
            $($(#[$doc])* pub $name: AtomicU64,)+
            /// Ends of streams that the server gave a reason for, by [`CloseReason`].
            pub closes: [AtomicU64; REASONS],
            /// From sending a beat to its acknowledgement.
            pub acknowledgement: Histogram,
            /// From asking for a reset to the end of the stream.
            pub cut: Histogram,
            /// From a stream's end to the next Welcome.
            pub absence: Histogram,
            /// Streams that are welcome now.
            pub open: watch::Sender<usize>,
        }

        /// What [`Tally`] said at one moment, or between two.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Counts {
            $($(#[$doc])* pub $name: u64,)+
            /// As in [`Tally`].
            pub closes: [u64; REASONS],
            /// As in [`Tally`].
            pub acknowledgement: Times,
            /// As in [`Tally`].
            pub cut: Times,
            /// As in [`Tally`].
            pub absence: Times,
        }

        impl Tally {
            /// What was counted up to now.
            #[must_use]
            pub fn read(&self) -> Counts {
                Counts {
                    $($name: self.$name.load(Relaxed),)+
                    closes: from_fn(|reason| self.closes[reason].load(Relaxed)),
                    acknowledgement: self.acknowledgement.read(),
                    cut: self.cut.read(),
                    absence: self.absence.read(),
                }
            }
        }

        impl Sub for &Counts {
            type Output = Counts;

            /// What was counted since `earlier`.
            fn sub(self, earlier: Self) -> Counts {
                Counts {
                    $($name: self.$name - earlier.$name,)+
                    closes: from_fn(|reason| self.closes[reason] - earlier.closes[reason]),
                    acknowledgement: &self.acknowledgement - &earlier.acknowledgement,
                    cut: &self.cut - &earlier.cut,
                    absence: &self.absence - &earlier.absence,
                }
            }
        }
    };
}

/// One more than the highest [`CloseReason`] that is counted; what is higher counts as 0.
const REASONS: usize = 16;

counters! {
    /// Beats that were given to the transport.
    beats,
    /// Beats that the server has acknowledged, one by one or with others.
    acknowledged,
    /// Acknowledgements that came.
    acks,
    /// Streams that were welcomed.
    welcomes,
    /// Enrolments, the first ones included.
    enrolments,
    /// Sections that were sent.
    sections,
    /// Changes of the inventory among them.
    changes,
    /// Resets that were asked for and done.
    resets,
    /// Tokens that were replaced on a stream.
    renewals,
    /// Devices that changed hands.
    handovers,
    /// Streams that ended without a word from the server, or could not be opened.
    broken,
    /// Enrolments and resets that were refused.
    refusals,
}

impl Tally {
    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Relaxed);
    }

    pub(crate) fn one(counter: &AtomicU64) {
        Self::add(counter, 1);
    }

    pub(super) fn closed(&self, reason: CloseReason) {
        let place = usize::try_from(i32::from(reason)).ok().filter(|place| *place < REASONS);
        Self::one(&self.closes[place.unwrap_or(0)]);
    }
}

impl Counts {
    /// Streams that the server ended for this reason.
    #[must_use]
    pub fn closed(&self, reason: CloseReason) -> u64 {
        let place = usize::try_from(i32::from(reason)).unwrap_or(0);
        self.closes.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_known_to_a_thirty_second_part() {
        for micros in [0, 1, 31, 32, 33, 63, 64, 1_000, 12_345, 999_999, 86_400_000] {
            let time = Duration::from_micros(micros);
            let told = longest(bucket(time));
            assert!(told >= time, "{time:?} became {told:?}");
            assert!(told - time <= time / 32, "{time:?} became {told:?}");
        }
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_of_what_came_between() {
        let histogram = Histogram::default();
        histogram.note(Duration::from_secs(5));
        let before = histogram.read();
        assert_eq!((&before - &before).permille(500), None);
        for millis in 1..=100 {
            histogram.note(Duration::from_millis(millis));
        }
        let between = &histogram.read() - &before;
        assert_eq!(between.count(), 100);
        let about = |thousandths, millis| {
            let time = between.permille(thousandths).unwrap().as_secs_f64() * 1e3;
            assert!((millis..millis * 1.04).contains(&time), "{thousandths}: {time}");
        };
        about(500, 50.0);
        about(990, 99.0);
        about(1_000, 100.0);
    }

    #[test]
    fn counts_are_told_apart() {
        let tally = Tally::default();
        Tally::add(&tally.beats, 3);
        tally.closed(CloseReason::Reset);
        let before = tally.read();
        Tally::one(&tally.beats);
        tally.closed(CloseReason::Drain);
        let between = &tally.read() - &before;
        assert_eq!((between.beats, between.welcomes), (1, 0));
        assert_eq!(
            (between.closed(CloseReason::Reset), between.closed(CloseReason::Drain)),
            (0, 1)
        );
    }
}
