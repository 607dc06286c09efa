//! One measurement: devices connect, beat for a while, and say good-bye.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::{
    fleet::{Fleet, Rates},
    tally::{Counts, Tally},
    watch::{Ledger, Moment, Watched},
};

/// After the last Welcome, until what connecting caused is written.
const SETTLE: Duration = Duration::from_secs(3);
/// The same where writes are counted late.
const SETTLE_LATE: Duration = Duration::from_secs(12);

/// What was seen.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How many devices.
    pub devices: usize,
    /// Enrolled, not connected.
    pub before: Moment,
    /// All connected.
    pub begin: Moment,
    /// After the measured time.
    pub end: Moment,
    /// What the devices saw in the measured time.
    pub counts: Counts,
}

/// Connects a fleet and watches what its beats, and the trouble that comes to it, cost. The devices
/// stay connected.
///
/// # Errors
/// Devices cannot connect, or somebody who is watched is no more.
pub async fn run(
    fleet: &mut Fleet,
    watched: &Watched,
    rates: &Rates,
    duration: Duration,
) -> Result<Outcome> {
    let before = watched.look().await?;
    fleet.connect().await?;
    settle(watched).await;
    fleet.trouble(rates);
    let outcome = watch(fleet.len(), fleet.tally(), watched, before, duration).await;
    fleet.peace();
    outcome
}

/// Waits until what connecting caused is over and counted.
pub async fn settle(watched: &Watched) {
    let lags = watched.ledger.as_ref().is_some_and(Ledger::lags);
    sleep(if lags { SETTLE_LATE } else { SETTLE }).await;
}

/// Watches for a while what so many connected devices cost. `before` is how things stood without them.
///
/// # Errors
/// Somebody who is watched is no more.
pub async fn watch(
    devices: usize,
    tally: &Tally,
    watched: &Watched,
    before: Moment,
    duration: Duration,
) -> Result<Outcome> {
    let counted = tally.read();
    let begin = watched.look().await?;
    sleep(duration).await;
    let counts = &tally.read() - &counted;
    let end = watched.look().await?;
    Ok(Outcome { devices, before, begin, end, counts })
}

impl Outcome {
    /// The measured time.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.end.at - self.begin.at
    }

    /// Beats a second that arrived, as far as the server said so.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.counts.acknowledged as f64 / self.elapsed().as_secs_f64()
    }

    /// CPU time between the begin and the end, of all for whom `of` gives some.
    #[must_use]
    pub fn used(&self, of: impl Fn(&Moment) -> Option<Duration>) -> Option<Duration> {
        Some(of(&self.end)?.saturating_sub(of(&self.begin)?))
    }

    /// CPU time of the server and of its stores.
    #[must_use]
    pub fn used_by_all(&self) -> Option<Duration> {
        let stores = [self.used(|moment| moment.database), self.used(|moment| moment.redis)];
        Some(self.used(|moment| moment.server)? + stores.into_iter().flatten().sum::<Duration>())
    }

    /// Beats for each second of CPU time.
    #[must_use]
    pub fn per_cpu_second(&self, used: Duration) -> f64 {
        self.counts.acknowledged as f64 / used.as_secs_f64().max(f64::EPSILON)
    }

    /// Bytes of the server's memory that a connected device takes.
    #[must_use]
    pub fn memory_of_a_device(&self) -> Option<f64> {
        let grown = self.begin.memory?.saturating_sub(self.before.memory?);
        Some(grown as f64 / self.devices.max(1) as f64)
    }

    /// Durable writes in the measured time.
    #[must_use]
    pub fn writes(&self) -> Option<i64> {
        Some(self.end.writes? - self.begin.writes?)
    }
}
