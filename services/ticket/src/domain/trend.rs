//! What happened day by day, in the days of somebody's time zone.

use chamados_chassis::id::UserId;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::figure::{Measure, hour};

/// The last day may be so many after the first.
pub const MOST_DAYS: i64 = 366;

/// One day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayTrend {
    /// Which.
    pub day: NaiveDate,
    /// Tickets opened.
    pub opened: i64,
    /// Times a ticket was resolved.
    pub resolved: i64,
    /// Tickets that had their first answer.
    pub first_responses: i64,
    /// From opening to those first answers, together, in seconds.
    pub first_response_seconds: i64,
    /// Work sessions that ended, together, in seconds.
    pub worked_seconds: i64,
}

/// Work of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonWork {
    /// Who.
    pub user: UserId,
    /// Work sessions that ended, together, in seconds.
    pub seconds: i64,
}

/// A range of days that cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDays {
    /// The last comes before the first.
    #[error("must not be before the first day")]
    Backwards,
    /// More days than are shown at once.
    #[error("must be at most {MOST_DAYS} days after the first")]
    TooMany,
}

/// Some days of a time zone, and the hours of UTC at which each begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRange {
    first: NaiveDate,
    /// Of every day, and of the one after the last.
    begins: Vec<i64>,
}

impl DayRange {
    /// The days from `first` to `last`, both included.
    ///
    /// # Errors
    /// [`InvalidDays`].
    pub fn new(first: NaiveDate, last: NaiveDate, zone: Tz) -> Result<Self, InvalidDays> {
        match (last - first).num_days() {
            ..0 => Err(InvalidDays::Backwards),
            0..=MOST_DAYS => {
                let days = first.iter_days().take_while(|day| *day <= last);
                let end = last.checked_add_days(Days::new(1)).unwrap_or(last);
                let begins = days.chain([end]).map(|day| begin(day, zone)).collect();
                Ok(Self { first, begins })
            }
            _ => Err(InvalidDays::TooMany),
        }
    }

    /// The first hour, and the one after the last.
    #[must_use]
    pub fn hours(&self) -> (i64, i64) {
        let edge = |hour: Option<&i64>| hour.copied().unwrap_or_default();
        (edge(self.begins.first()), edge(self.begins.last()))
    }

    /// When the range begins, and when it is over.
    #[must_use]
    pub fn times(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let (from, to) = self.hours();
        let at = |hour: i64| DateTime::UNIX_EPOCH + TimeDelta::seconds(hour * 3600);
        (at(from), at(to))
    }

    /// Every day in order, with what happened in its hours. What lies outside is left out.
    #[must_use]
    pub fn sum(&self, happened: impl IntoIterator<Item = (i64, Measure, i64)>) -> Vec<DayTrend> {
        let count = self.begins.len().saturating_sub(1);
        let empty = |day| DayTrend {
            day,
            opened: 0,
            resolved: 0,
            first_responses: 0,
            first_response_seconds: 0,
            worked_seconds: 0,
        };
        let mut days: Vec<DayTrend> = self.first.iter_days().take(count).map(empty).collect();
        for (hour, measure, value) in happened {
            let begun = self.begins.partition_point(|begin| *begin <= hour);
            let Some(day) = begun.checked_sub(1).and_then(|index| days.get_mut(index)) else {
                continue;
            };
            match measure {
                Measure::Opened => day.opened += value,
                Measure::Resolutions => day.resolved += value,
                Measure::FirstResponses => day.first_responses += value,
                Measure::FirstResponseSeconds => day.first_response_seconds += value,
                Measure::WorkedSeconds => day.worked_seconds += value,
                Measure::Pending | Measure::InProgress | Measure::Paused | Measure::Resolved => {}
            }
        }
        days
    }
}

/// The full hour of UTC at or below the day's first moment. Where a clock is put forward over
/// midnight, that is when it is; a day that was left out altogether begins where the next does.
fn begin(day: NaiveDate, zone: Tz) -> i64 {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let first = (0..=24 * 4).find_map(|quarters| {
        let local = midnight + TimeDelta::minutes(15 * quarters);
        zone.from_local_datetime(&local).earliest()
    });
    hour(first.map_or_else(|| midnight.and_utc(), |first| first.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(first: &str, last: &str, zone: &str) -> DayRange {
        DayRange::new(date(first), date(last), zone.parse().unwrap()).unwrap()
    }

    fn at(text: &str) -> i64 {
        hour(text.parse().unwrap())
    }

    #[test]
    fn days_begin_where_the_zone_says() {
        for (zone, day, begins, ends) in [
            ("UTC", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            ("America/Sao_Paulo", "2026-01-01", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"),
            // Midnight was left out: the clock went from 23:59 to 01:00.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
            // Midnight came twice: the clock went from 23:59 back to 23:00 of the day before.
            ("America/Sao_Paulo", "2019-02-16", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z"),
            // 5 h 30 min ahead: below midnight.
            ("Asia/Kolkata", "2026-01-01", "2025-12-31T18:00:00Z", "2026-01-01T18:00:00Z"),
            // The island crossed the date line and left the day out.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
        ] {
            assert_eq!(range(day, day, zone).hours(), (at(begins), at(ends)), "{zone} {day}");
        }
    }

    #[test]
    fn what_happened_is_summed_by_day_and_the_rest_left_out() {
        let range = range("2026-01-01", "2026-01-03", "America/Sao_Paulo");
        let days = range.sum([
            (at("2026-01-01T02:00:00Z"), Measure::Opened, 100),
            (at("2026-01-01T03:00:00Z"), Measure::Opened, 1),
            (at("2026-01-02T02:00:00Z"), Measure::Opened, 2),
            (at("2026-01-02T03:00:00Z"), Measure::Resolutions, 3),
            (at("2026-01-04T02:00:00Z"), Measure::FirstResponses, 4),
            (at("2026-01-04T02:00:00Z"), Measure::FirstResponseSeconds, 5),
            (at("2026-01-04T02:00:00Z"), Measure::WorkedSeconds, 6),
            (at("2026-01-04T03:00:00Z"), Measure::Opened, 100),
        ]);
        let told: Vec<_> = days.iter().map(|day| (day.day, day.opened, day.resolved)).collect();
        let expected = [("2026-01-01", 3, 0), ("2026-01-02", 0, 3), ("2026-01-03", 0, 0)];
        assert_eq!(told, expected.map(|(day, opened, resolved)| (date(day), opened, resolved)));
        let last = days[2];
        let rest = (last.first_responses, last.first_response_seconds, last.worked_seconds);
        assert_eq!(rest, (4, 5, 6));
    }

    #[test]
    fn ranges_have_an_order_and_an_end() {
        let new = |first, last| DayRange::new(date(first), date(last), Tz::UTC).map(|_| ());
        assert_eq!(new("2026-01-02", "2026-01-01"), Err(InvalidDays::Backwards));
        assert_eq!(new("2024-01-01", "2025-01-01"), Ok(()));
        assert_eq!(new("2024-01-01", "2025-01-02"), Err(InvalidDays::TooMany));
        assert_eq!(new("9999-12-31", "9999-12-31"), Ok(()));
    }
}
