//! When a schedule fires: by a cron pattern or every so many seconds.

use chrono::{DateTime, LocalResult, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::cron::{self, Cron};

/// Shortest interval, in seconds.
pub const MIN_INTERVAL: u32 = 10;
/// Longest interval, in seconds: 31 days.
pub const MAX_INTERVAL: u32 = 31 * 24 * 60 * 60;

/// How an expression is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Five fields: minute, hour, day of month, month, day of week.
    Cron,
    /// Seconds, in decimal.
    Interval,
    /// Empty: it never fires by itself. Not among the schedules people see.
    OnDemand,
}

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A cron pattern that cannot be read.
    #[error(transparent)]
    Cron(#[from] cron::Error),
    /// Not a number of seconds within the limits.
    #[error("must be a number of seconds from {MIN_INTERVAL} to {MAX_INTERVAL}")]
    Interval,
    /// Nothing within five years.
    #[error("never fires within five years")]
    Never,
    /// Not a name of the IANA time zone database.
    #[error("is not a time zone, such as America/Sao_Paulo")]
    Zone,
}

impl Error {
    /// Whether the time zone is at fault, rather than the expression.
    #[must_use]
    pub const fn is_zone(&self) -> bool {
        matches!(self, Self::Zone)
    }
}

/// When a schedule fires.
#[derive(Debug, Clone)]
pub enum Timing {
    /// By a pattern.
    Cron(Cron),
    /// Every so often, counted from the last time.
    Interval(TimeDelta),
}

/// One time at which a schedule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// When.
    pub at: DateTime<Utc>,
    /// The time on a wall of the zone that it stands for, when its schedule is of fixed times.
    pub nominal: Option<(NaiveDateTime, Tz)>,
}

impl Timing {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`Error`] saying what is wrong, [`Error::Never`] excepted, which depends on today.
    pub fn parse(kind: Kind, expression: &str, time_zone: &str) -> Result<Self, Error> {
        let zone: Tz = time_zone.parse().map_err(|_| Error::Zone)?;
        match kind {
            Kind::Cron => Ok(Self::Cron(Cron::parse(expression, zone)?)),
            Kind::OnDemand => Err(Error::Never),
            Kind::Interval => {
                let seconds = expression.parse::<u32>().ok();
                let seconds = seconds.filter(|s| (MIN_INTERVAL..=MAX_INTERVAL).contains(s));
                let seconds = seconds.ok_or(Error::Interval)?;
                Ok(Self::Interval(TimeDelta::seconds(seconds.into())))
            }
        }
    }

    /// The first time after `now` of a schedule that begins, or begins again, now.
    ///
    /// # Errors
    /// [`Error::Never`] when there is none.
    pub fn first(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        match self {
            Self::Cron(cron) => cron.after(now).next().map(|firing| firing.at).ok_or(Error::Never),
            Self::Interval(interval) => Ok(now + *interval),
        }
    }

    /// Everything from `start` on, which is a time it fires, in order.
    pub fn from(&self, start: DateTime<Utc>) -> Box<dyn Iterator<Item = Occurrence> + '_> {
        match self {
            Self::Cron(cron) => {
                let just_before = start - TimeDelta::seconds(1);
                Box::new(cron.after(just_before).map(|firing| Occurrence {
                    at: firing.at,
                    nominal: firing.nominal.map(|nominal| (nominal, cron.zone())),
                }))
            }
            Self::Interval(interval) => {
                let step = move |at: &DateTime<Utc>| at.checked_add_signed(*interval);
                Box::new(std::iter::successors(Some(start), step).map(Occurrence::instant))
            }
        }
    }
}

/// Most odd times that are told.
const MOST_ODD: usize = 5;
/// How far ahead they are looked for.
const ODD_WITHIN: TimeDelta = TimeDelta::days(366);
/// Most occurrences looked at: a fixed-time pattern has no more than a few a day.
const LOOKED_AT: usize = 20_000;

/// A fixed time that is not once on the clocks of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd {
    /// As the pattern means it.
    pub nominal: NaiveDateTime,
    /// No clock shows it; otherwise it comes twice.
    pub missing: bool,
    /// When the schedule fires in its stead.
    pub at: DateTime<Utc>,
}

impl Timing {
    /// The next fixed times that the clocks of the zone skip or show twice, from `start` on, which is a time
    /// it fires.
    #[must_use]
    pub fn odd_times(&self, start: DateTime<Utc>) -> Vec<Odd> {
        let odd = |occurrence: Occurrence| {
            let (nominal, zone) = occurrence.nominal?;
            let missing = match zone.from_local_datetime(&nominal) {
                LocalResult::Single(_) => return None,
                LocalResult::Ambiguous(..) => false,
                LocalResult::None => true,
            };
            Some(Odd { nominal, missing, at: occurrence.at })
        };
        let near = self.from(start).take(LOOKED_AT);
        let near = near.take_while(|occurrence| occurrence.at < start + ODD_WITHIN);
        near.filter_map(odd).take(MOST_ODD).collect()
    }
}

impl Occurrence {
    const fn instant(at: DateTime<Utc>) -> Self {
        Self { at, nominal: None }
    }

    /// What tells it from every other of its schedule: the nominal time and zone, or the instant.
    #[must_use]
    pub fn key(&self) -> String {
        match self.nominal {
            Some((time, zone)) => format!("{}[{zone}]", time.format("%Y-%m-%dT%H:%M")),
            None => self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        Utc.from_utc_datetime(&text.parse().unwrap())
    }

    fn keys(timing: &Timing, start: &str) -> Vec<String> {
        timing.from(utc(start)).take(2).map(|occurrence| occurrence.key()).collect()
    }

    #[test]
    fn keys_name_the_nominal_time_or_the_instant() {
        let zone = "America/Sao_Paulo";
        let fixed = Timing::parse(Kind::Cron, "0 0 * * *", zone).unwrap();
        assert_eq!(
            keys(&fixed, "2018-11-04T03:00:00"),
            ["2018-11-04T00:00[America/Sao_Paulo]", "2018-11-05T00:00[America/Sao_Paulo]"],
        );
        let real = Timing::parse(Kind::Cron, "*/30 * * * *", zone).unwrap();
        assert_eq!(
            keys(&real, "2018-11-04T03:00:00"),
            ["2018-11-04T03:00:00Z", "2018-11-04T03:30:00Z"],
        );
        let interval = Timing::parse(Kind::Interval, "90", zone).unwrap();
        assert_eq!(
            keys(&interval, "2018-11-04T03:00:00.250"),
            ["2018-11-04T03:00:00.250Z", "2018-11-04T03:01:30.250Z"],
        );
    }

    #[test]
    fn times_that_are_not_once_on_a_clock_are_told() {
        let odd = |expression: &str, zone: &str, start: &str| {
            let timing = Timing::parse(Kind::Cron, expression, zone).unwrap();
            let start = timing.first(utc(start)).unwrap();
            let told = timing.odd_times(start).into_iter();
            told.map(|odd| format!("{} {} {}", odd.nominal, odd.missing, odd.at))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            odd("30 2 * * *", "America/New_York", "2026-11-26T00:00:00"),
            ["2027-03-14 02:30:00 true 2027-03-14 07:00:00 UTC"]
        );
        assert_eq!(
            odd("30 1 * * *", "America/New_York", "2026-11-26T00:00:00"),
            ["2027-11-07 01:30:00 false 2027-11-07 05:30:00 UTC"]
        );
        let midnight = odd("0 0 * * *", "America/Sao_Paulo", "2018-10-01T00:00:00");
        assert_eq!(midnight, ["2018-11-04 00:00:00 true 2018-11-04 03:00:00 UTC"]);
        for (expression, zone) in [
            ("30 2 * * *", "America/Sao_Paulo"),
            ("30 * * * *", "America/New_York"),
            ("0 12 * * *", "America/New_York"),
        ] {
            let none = odd(expression, zone, "2026-11-26T00:00:00");
            assert!(none.is_empty(), "{expression} {zone}: {none:?}");
        }
    }

    #[test]
    fn bad_expressions_are_refused() {
        for seconds in ["", "9", "-10", "1e3", "2678401", "10.5", "abc", "+ 10"] {
            let error = Timing::parse(Kind::Interval, seconds, "UTC").unwrap_err();
            assert_eq!(error, Error::Interval, "{seconds}");
        }
        for zone in ["", "Brazil/Nowhere", "UTC+3", "america/sao_paulo/x"] {
            let error = Timing::parse(Kind::Interval, "60", zone).unwrap_err();
            assert_eq!(error, Error::Zone, "{zone}");
        }
        let never = Timing::parse(Kind::Cron, "0 0 31 2 *", "UTC").unwrap();
        assert_eq!(never.first(utc("2026-01-01T00:00:00")), Err(Error::Never));
    }
}
