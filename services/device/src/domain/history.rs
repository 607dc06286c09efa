//! When a device was alive, from the transitions in its timeline.

use chamados_chassis::error::Invalid;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    presence::Presence,
    timeline::{Entry, FieldChange, Kind},
};

/// Most spans of an answer; also most transitions that are looked at.
pub const MOST: usize = 2_000;
/// Longest range.
const LONGEST: TimeDelta = TimeDelta::days(31);
/// Length of a range whose beginning is not said.
const USUAL: TimeDelta = TimeDelta::days(7);
/// The field of an offline entry that says since when the device had been unknown.
const UNKNOWN_SINCE: &str = "unknown_since";

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Where it begins.
    pub from: DateTime<Utc>,
    /// Where it ends; not after now.
    pub to: DateTime<Utc>,
}

impl Range {
    /// The range that is asked for.
    ///
    /// # Errors
    /// [`Invalid`] when it is empty, also because it is yet to come, or too long.
    pub fn new(
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, Invalid> {
        let to = to.map_or(now, |to| to.min(now));
        let from = from.or_else(|| to.checked_sub_signed(USUAL)).unwrap_or(to);
        if from >= to {
            return Err(Invalid::field("from", "must be before the end, and in the past"));
        }
        if to - from > LONGEST {
            return Err(Invalid::field("from", "must be at most 31 days before the end"));
        }
        Ok(Self { from, to })
    }
}

/// A time in which the presence stayed the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub start: DateTime<Utc>,
    /// When it ended.
    pub end: DateTime<Utc>,
    /// Online, offline, unstable or unknown.
    pub presence: Presence,
}

/// A change of presence as the timeline has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub at: DateTime<Utc>,
    /// Online, offline or unstable.
    pub presence: Presence,
    /// Since when it had been unknown before that.
    pub unknown_since: Option<DateTime<Utc>>,
}

impl Transition {
    /// The transition that an entry tells, if it tells one.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let presence = match entry.kind {
            Kind::Online => Presence::Online,
            Kind::Offline => Presence::Offline,
            Kind::Unstable => Presence::Unstable,
            _ => return None,
        };
        let since = entry.changes.iter().find(|change| change.field == UNKNOWN_SINCE);
        let since = since.and_then(|change| change.new.as_deref());
        let unknown_since = since.and_then(|time| time.parse().ok());
        Some(Self { at: entry.occurred_at, presence, unknown_since })
    }
}

/// What an offline entry says of the time before it, in which nobody knew.
#[must_use]
pub fn unknown_since(time: DateTime<Utc>) -> FieldChange {
    FieldChange::new(UNKNOWN_SINCE, "", &time.to_rfc3339())
}

/// What is known around a range.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The last transition before it.
    pub before: Option<Transition>,
    /// Those in it, oldest first.
    pub within: Vec<Transition>,
    /// The first after it.
    pub after: Option<Transition>,
    /// Since when the device is unknown now, if it is.
    pub unknown_since: Option<DateTime<Utc>>,
}

impl Known {
    /// The spans of a range, oldest first and without gaps. Before its first transition a device was
    /// offline: it was not seen yet.
    #[must_use]
    pub fn spans(&self, range: Range) -> Vec<Span> {
        let mut spans = Spans::new(range, self.before);
        for transition in &self.within {
            spans.pass(transition.unknown_since, Presence::Unknown);
            spans.pass(Some(transition.at), transition.presence);
        }
        let after = self.after.and_then(|after| after.unknown_since);
        spans.pass(after.or(self.unknown_since), Presence::Unknown);
        spans.finish()
    }
}

/// Spans as they are made, the last still open.
struct Spans {
    done: Vec<Span>,
    open: Span,
    end: DateTime<Utc>,
}

impl Spans {
    fn new(range: Range, before: Option<Transition>) -> Self {
        let presence = before.map_or(Presence::Offline, |before| before.presence);
        let open = Span { start: range.from, end: range.from, presence };
        Self { done: Vec::new(), open, end: range.to }
    }

    /// At `time`, if it is in the range, the device changes to `presence`.
    fn pass(&mut self, time: Option<DateTime<Utc>>, presence: Presence) {
        let Some(time) = time.filter(|time| *time < self.end) else { return };
        // What began before the open span, or before the range, begins with it.
        let time = time.max(self.open.start);
        if presence == self.open.presence {
            return;
        }
        self.close(time);
        self.open = match self.done.last() {
            // The span between was empty, and now it is again what it was before.
            Some(last) if last.end == time && last.presence == presence => {
                self.done.pop().unwrap_or(self.open)
            }
            _ => Span { start: time, end: time, presence },
        };
    }

    fn close(&mut self, time: DateTime<Utc>) {
        self.open.end = time;
        if self.open.start < self.open.end {
            self.done.push(self.open);
        }
    }

    fn finish(mut self) -> Vec<Span> {
        self.close(self.end);
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
    }

    fn came(second: i64) -> Transition {
        Transition { at: at(second), presence: Presence::Online, unknown_since: None }
    }

    fn went(second: i64) -> Transition {
        Transition { presence: Presence::Offline, ..came(second) }
    }

    fn unsettled(second: i64) -> Transition {
        Transition { presence: Presence::Unstable, ..came(second) }
    }

    fn went_unknown(second: i64, since: i64) -> Transition {
        Transition { unknown_since: Some(at(since)), ..went(second) }
    }

    /// Spans of the seconds 0 to 100, as letter and end.
    fn spans(known: &Known) -> String {
        let range = Range { from: at(0), to: at(100) };
        let spans = known.spans(range);
        let mut end = range.from;
        let mut told = Vec::new();
        for span in spans {
            assert_eq!(span.start, end, "without gaps");
            end = span.end;
            let seconds = (span.end - range.from).num_seconds();
            let letters = match span.presence {
                Presence::Unstable => "tr",
                other => &other.as_str()[..2],
            };
            told.push(format!("{letters}{seconds}"));
        }
        assert_eq!(end, range.to, "to the end");
        told.join(" ")
    }

    #[test]
    fn spans_follow_the_transitions() {
        let known = |before, within: &[Transition], after, unknown: Option<i64>| Known {
            before,
            within: within.to_vec(),
            after,
            unknown_since: unknown.map(at),
        };
        let table = [
            (known(None, &[], None, None), "of100"),
            (known(None, &[came(10)], None, None), "of10 on100"),
            (known(Some(came(-5)), &[], None, None), "on100"),
            (known(Some(went(-5)), &[came(0)], None, None), "on100"),
            (known(Some(came(-5)), &[went(10), came(20)], None, None), "on10 of20 on100"),
            // The same again changes nothing.
            (known(Some(came(-5)), &[came(10), went(50)], None, None), "on50 of100"),
            (known(Some(came(-5)), &[went_unknown(40, 10)], None, None), "on10 un40 of100"),
            (known(Some(came(-5)), &[went_unknown(40, -3)], None, None), "un40 of100"),
            // Unknown now, or as later became known.
            (known(Some(came(-5)), &[], None, Some(70)), "on70 un100"),
            (known(Some(came(-5)), &[], None, Some(-7)), "un100"),
            (known(Some(came(-5)), &[], Some(went_unknown(120, 70)), None), "on70 un100"),
            (known(Some(came(-5)), &[], Some(went(120)), None), "on100"),
            (known(Some(came(-5)), &[], Some(went_unknown(120, 110)), None), "on100"),
            (
                known(Some(came(-5)), &[went(10), came(20), unsettled(30)], None, None),
                "on10 of20 on30 tr100",
            ),
            (known(Some(unsettled(-5)), &[went(30)], None, None), "tr30 of100"),
            // An offline of no length.
            (known(Some(came(-5)), &[went(10), came(10)], None, None), "on100"),
            (known(Some(came(-5)), &[went(100)], None, None), "on100"),
        ];
        for (n, (known, expected)) in table.into_iter().enumerate() {
            assert_eq!(spans(&known), expected, "{n}");
        }
    }

    #[test]
    fn ranges_are_past_and_short() {
        let (now, day) = (at(0), 86_400);
        let range = |from: Option<i64>, to: Option<i64>| {
            let range = Range::new(from.map(at), to.map(at), now).ok()?;
            Some(((range.from - now).num_seconds(), (range.to - now).num_seconds()))
        };
        assert_eq!(range(None, None), Some((-7 * day, 0)));
        assert_eq!(range(None, Some(-day)), Some((-8 * day, -day)));
        assert_eq!(range(Some(-day), Some(day)), Some((-day, 0)), "what is to come is not known");
        assert_eq!(range(Some(-31 * day), None), Some((-31 * day, 0)));
        for (from, to) in [
            (Some(-31 * day - 1), None),
            (Some(0), None),
            (Some(1), Some(day)),
            (Some(-day), Some(-day)),
            (Some(-day), Some(-2 * day)),
        ] {
            assert_eq!(range(from, to), None, "{from:?} {to:?}");
        }
        assert!(Range::new(None, Some(DateTime::<Utc>::MIN_UTC), now).is_err());
    }

    #[test]
    fn what_an_entry_says_is_read_back() {
        use chamados_chassis::{
            auth::Actor,
            id::{DeviceId, TenantId},
        };

        let device = DeviceId::new();
        let entry = |kind| Entry::new(TenantId::new(), device, kind, Actor::Device(device), at(40));
        assert_eq!(Transition::of(&entry(Kind::Online)), Some(came(40)));
        assert_eq!(Transition::of(&entry(Kind::Reset)), None);
        let unknown = entry(Kind::Offline).with_changes(vec![unknown_since(at(10))]);
        assert_eq!(Transition::of(&unknown), Some(went_unknown(40, 10)));
    }
}
