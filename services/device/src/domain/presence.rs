//! Whether a device is alive: pure arithmetic on what the hot store knows.

use chrono::{DateTime, TimeDelta, Utc};

/// Whether a device is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Its last message is young enough.
    Online,
    /// Silent for more than one and a half intervals, not yet offline. Never stored: it is a look
    /// of a device that is durably online.
    Stale,
    /// Silent for longer, said good-bye, or never seen.
    Offline,
    /// Not known now.
    Unknown,
    /// It came and went too often; whether it is there now says little.
    Unstable,
}

impl Presence {
    /// Name as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Unknown => "unknown",
            Self::Unstable => "unstable",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Online, Self::Stale, Self::Offline, Self::Unknown, Self::Unstable]
            .into_iter()
            .find(|presence| presence.as_str() == text)
    }
}

/// A moment in tenths of a second since 2025-01-01 UTC; lasts until 2038. Small, because there is
/// one for each device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp(pub u32);

impl Stamp {
    /// Never seen since the hot store began.
    pub const NEVER: Self = Self(0);
    /// Said good-bye.
    pub const BYE: Self = Self(1);
    /// Milliseconds in a tick.
    pub const TICK_MILLIS: u64 = 100;
    /// 2025-01-01T00:00:00Z, Unix seconds.
    const ORIGIN: i64 = 1_735_689_600;

    /// The stamp of a moment.
    #[must_use]
    pub fn of(time: DateTime<Utc>) -> Self {
        let millis = time.timestamp_millis() - Self::ORIGIN * 1_000;
        let ticks = millis / Self::TICK_MILLIS as i64;
        Self(u32::try_from(ticks).unwrap_or(0).max(Self::BYE.0 + 1))
    }

    /// The moment, unless it stands for none.
    #[must_use]
    pub fn time(self) -> Option<DateTime<Utc>> {
        let seconds = Self::ORIGIN + i64::from(self.0 / 10);
        let origin = DateTime::from_timestamp(seconds, 0)?;
        self.is_moment().then(|| origin + TimeDelta::milliseconds(i64::from(self.0 % 10) * 100))
    }

    /// Whole seconds since the origin.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0 / 10
    }

    /// Whether it is a moment at all.
    #[must_use]
    pub const fn is_moment(self) -> bool {
        self.0 > Self::BYE.0
    }

    /// The moment `ticks` later.
    #[must_use]
    pub const fn plus(self, ticks: u32) -> Self {
        Self(self.0.saturating_add(ticks))
    }

    /// Ticks since `earlier`; none when that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Milliseconds as ticks, rounded up.
#[must_use]
pub fn ticks(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(Stamp::TICK_MILLIS)).unwrap_or(u32::MAX)
}

/// What the hot store knows of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// The newest stream; 0 when there was none.
    pub epoch: u32,
    /// Its last message.
    pub seen: Stamp,
    /// The interval it was told, in ticks.
    pub told: u16,
    /// Not to be called offline before this.
    pub hold: Stamp,
    /// Whether the newest stream is or was of this process.
    pub own: bool,
    /// What the durable record is believed to say.
    pub belief: Option<Presence>,
}

/// When a silent device is offline.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Ticks on top of three intervals.
    pub grace: u32,
    /// Ticks on top of that for a device of another replica, which should notice first.
    pub foreign_grace: u32,
}

impl Rule {
    /// What the durable record should say, or nothing when this process cannot tell.
    #[must_use]
    pub const fn verdict(&self, pulse: &Pulse, now: Stamp) -> Option<Presence> {
        if pulse.seen.0 == Stamp::BYE.0 {
            return Some(Presence::Offline);
        }
        if self.is_alive(pulse, now) {
            // Only who has the stream knows its token's generation and may say online.
            return if pulse.own { Some(Presence::Online) } else { None };
        }
        if pulse.belief.is_none() && !pulse.own {
            return None;
        }
        Some(if now.0 < pulse.hold.0 { Presence::Unknown } else { Presence::Offline })
    }

    /// Whether its last message is young enough.
    #[must_use]
    pub const fn is_alive(&self, pulse: &Pulse, now: Stamp) -> bool {
        let grace = if pulse.own { self.grace } else { self.grace + self.foreign_grace };
        pulse.seen.is_moment() && now.since(pulse.seen) <= 3 * pulse.told as u32 + grace
    }
}

/// Whether a device that is not yet offline has been silent for more than one and a half intervals.
#[must_use]
pub const fn is_stale(pulse: &Pulse, now: Stamp) -> bool {
    !matches!(pulse.belief, Some(Presence::Offline))
        && pulse.seen.is_moment()
        && 2 * now.since(pulse.seen) as u64 > 3 * pulse.told as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { grace: 150, foreign_grace: 50 };
    /// Any moment.
    const T: Stamp = Stamp(1_000_000);

    fn pulse(silent: u32) -> Pulse {
        let belief = Some(Presence::Online);
        let seen = Stamp(T.0 - silent);
        Pulse { epoch: 1, seen, told: 300, hold: Stamp::NEVER, own: true, belief }
    }

    #[test]
    fn offline_after_three_intervals_and_fifteen_seconds() {
        assert_eq!(RULE.verdict(&pulse(1_050), T), Some(Presence::Online));
        assert_eq!(RULE.verdict(&pulse(1_051), T), Some(Presence::Offline));
        let foreign = |silent| Pulse { own: false, ..pulse(silent) };
        assert_eq!(RULE.verdict(&foreign(1_100), T), None);
        assert_eq!(RULE.verdict(&foreign(1_101), T), Some(Presence::Offline));
    }

    #[test]
    fn stale_after_one_and_a_half() {
        assert!(!is_stale(&pulse(450), T));
        assert!(is_stale(&pulse(451), T));
        assert!(!is_stale(&Pulse { seen: Stamp::NEVER, ..pulse(0) }, T));
    }

    #[test]
    fn good_bye_is_offline_at_once_even_when_held() {
        let held = Pulse { seen: Stamp::BYE, hold: T.plus(100), ..pulse(0) };
        assert_eq!(RULE.verdict(&held, T), Some(Presence::Offline));
    }

    #[test]
    fn held_devices_are_unknown_until_the_grace_ends() {
        let silent = Pulse { seen: Stamp::NEVER, own: false, hold: T.plus(1), ..pulse(0) };
        assert_eq!(RULE.verdict(&silent, T), Some(Presence::Unknown));
        assert_eq!(RULE.verdict(&silent, T.plus(1)), Some(Presence::Offline));
        let heard = Pulse { own: true, seen: T, ..silent };
        assert_eq!(RULE.verdict(&heard, T), Some(Presence::Online));
        let stranger = Pulse { belief: None, ..silent };
        assert_eq!(RULE.verdict(&stranger, T), None);
    }

    #[test]
    fn stamps_are_moments_to_a_tenth() {
        let time = DateTime::from_timestamp_millis(1_795_000_000_250).unwrap();
        let stamp = Stamp::of(time);
        assert_eq!(stamp.time(), DateTime::from_timestamp_millis(1_795_000_000_200));
        assert_eq!(Stamp::NEVER.time(), None);
        assert_eq!(Stamp::of(DateTime::UNIX_EPOCH).0, 2);
        assert_eq!((ticks(30_000), ticks(201)), (300, 3));
    }
}
