//! By stream or by single calls: some proxies break every stream, and let calls through. Pure: time is
//! handed in.

use std::time::Duration;

use tokio::time::Instant;

use super::link::End;

/// So many streams that broke quickly, one after another, are no accident.
const BREAKS: u32 = 3;
/// A stream that lived so long was a success.
const STABLE: Duration = Duration::from_secs(60);
/// After so long a stream is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60 * 60);

/// What carries the heartbeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carrier {
    /// A stream, or single calls where streams break.
    #[default]
    Auto,
    /// Only a stream.
    Stream,
    /// Only single calls.
    Calls,
}

/// Which one it is now.
#[derive(Debug)]
pub(super) struct Way {
    carrier: Carrier,
    /// Streams in a row that broke quickly.
    breaks: u32,
    /// Since when single calls are made because of that.
    calls_since: Option<Instant>,
}

impl Way {
    pub(super) const fn new(carrier: Carrier) -> Self {
        Self { carrier, breaks: 0, calls_since: None }
    }

    /// Whether to make single calls now.
    pub(super) fn by_calls(&self, now: Instant) -> bool {
        match self.carrier {
            Carrier::Auto => self.calls_since.is_some_and(|since| now < since + TRY_AGAIN),
            Carrier::Stream => false,
            Carrier::Calls => true,
        }
    }

    /// When a stream is to be tried again although calls work.
    pub(super) fn try_stream_at(&self, now: Instant) -> Option<Instant> {
        self.calls_since.map(|since| since + TRY_AGAIN).filter(|at| *at > now)
    }

    /// Takes note of how a connection ended that lived for `lived`.
    pub(super) fn ended(&mut self, by_calls: bool, end: &End, lived: Duration) {
        if by_calls || self.carrier != Carrier::Auto {
            return;
        }
        match end {
            // Nothing is known of streams where there was no connection, or no time for one.
            End::Unreachable(_) | End::Stopped | End::Slept | End::TryStream => {}
            // What the server says arrived, so streams pass.
            End::Closed(_) | End::OutOfTurn(_) => self.stream_works(),
            _ if lived >= STABLE => self.stream_works(),
            _ => self.breaks += 1,
        }
    }

    fn stream_works(&mut self) {
        self.breaks = 0;
        self.calls_since = None;
    }

    /// Whether the end of a connection just now is the reason to make calls from here on.
    pub(super) fn turned_to_calls(&mut self, by_calls: bool, now: Instant) -> bool {
        if by_calls || self.breaks < BREAKS {
            return false;
        }
        // The next stream that is tried has one attempt.
        self.breaks = BREAKS - 1;
        self.calls_since = Some(now);
        true
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "any instant will do")]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_secs(59);

    /// One connection by whatever is in turn.
    fn connect(way: &mut Way, end: &End, lived: Duration, now: Instant) -> bool {
        let by_calls = way.by_calls(now);
        way.ended(by_calls, end, lived);
        way.turned_to_calls(by_calls, now)
    }

    #[test]
    fn three_quick_breaks_turn_to_calls_and_an_hour_back() {
        let now = Instant::now();
        let mut way = Way::new(Carrier::Auto);
        assert!(!connect(&mut way, &End::Ended, QUICK, now));
        assert!(!connect(&mut way, &End::NoWelcome, Duration::ZERO, now));
        assert!(connect(&mut way, &End::Ended, QUICK, now));
        assert!(way.by_calls(now + Duration::from_secs(3_599)));
        assert!(!connect(&mut way, &End::Ended, QUICK, now), "calls that break say nothing");

        let later = now + TRY_AGAIN;
        assert_eq!(way.try_stream_at(now), Some(later));
        assert_eq!(way.try_stream_at(later), None, "it is being tried");
        assert!(!way.by_calls(later));
        assert!(connect(&mut way, &End::Ended, QUICK, later), "one attempt");
        let later = later + TRY_AGAIN;
        assert!(!connect(&mut way, &End::Ended, STABLE, later), "streams work again");
        assert!(!way.by_calls(later));
    }

    #[test]
    fn only_breaks_in_a_row_count() {
        let now = Instant::now();
        let mut way = Way::new(Carrier::Auto);
        let close = End::Closed(chamados_proto::device::v1::Close::default());
        for end in [&End::Ended, &End::Ended, &close, &End::Ended, &End::Slept, &End::Ended] {
            assert!(!connect(&mut way, end, QUICK, now), "{end}");
        }
        assert!(connect(&mut way, &End::Stuck, QUICK, now));
    }

    #[test]
    fn what_is_set_stays() {
        let now = Instant::now();
        let (mut stream, mut calls) = (Way::new(Carrier::Stream), Way::new(Carrier::Calls));
        for _ in 0..9 {
            assert!(!connect(&mut stream, &End::Ended, QUICK, now));
            assert!(!connect(&mut calls, &End::Ended, QUICK, now));
        }
        assert!(!stream.by_calls(now) && calls.by_calls(now));
        assert_eq!((stream.try_stream_at(now), calls.try_stream_at(now)), (None, None));
    }
}
