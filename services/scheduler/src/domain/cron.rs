//! Cron patterns of five fields in a time zone, and what they mean when its clocks change.
//!
//! - A **fixed-time** pattern has neither `*` nor `/` in minute and hour. It fires once per nominal
//!   time: one that a gap swallows fires at the first instant that exists after the gap, one that
//!   comes twice fires the first time.
//! - Any other pattern follows **real time**: what a gap swallows does not fire, and a repeated
//!   hour fires twice.
//!
//! `croner` knows this difference for patterns of one minute and one hour only, and treats lists
//! and ranges as real time. So a fixed-time pattern is expanded into one part per minute and hour,
//! and fires when any part does.

use std::{cmp::Reverse, collections::BinaryHeap};

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, SubsecRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::{CronComponent, parser::CronParser};

/// Longest pattern, in bytes.
const MAX_LENGTH: usize = 200;
/// How far ahead an occurrence is looked for. What comes later never comes.
pub const HORIZON: TimeDelta = TimeDelta::days(5 * 366);

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not five fields.
    #[error("must have five fields (minute, hour, day of month, month, day of week), not {0}")]
    Fields(usize),
    /// Longer than any sensible pattern.
    #[error("must have at most {MAX_LENGTH} characters")]
    TooLong,
    /// A field that cannot be read.
    #[error("cannot be read: {0}")]
    Syntax(String),
}

/// A pattern in a time zone.
#[derive(Debug, Clone)]
pub struct Cron {
    zone: Tz,
    /// At least one.
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    cron: croner::Cron,
    /// The one time of day it stands for, when the pattern is of fixed times.
    fixed: Option<NaiveTime>,
}

/// One firing of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firing {
    /// When.
    pub at: DateTime<Utc>,
    /// The time on the wall it stands for, when the pattern is of fixed times. Differs from `at` in
    /// a gap. The earliest, when a gap moves several to one instant.
    pub nominal: Option<NaiveDateTime>,
}

impl Cron {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`Error`] saying what cannot be read. A pattern that can be read may still never fire.
    pub fn parse(pattern: &str, zone: Tz) -> Result<Self, Error> {
        if pattern.len() > MAX_LENGTH {
            return Err(Error::TooLong);
        }
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let &[minute, hour, ..] = fields.as_slice() else {
            return Err(Error::Fields(fields.len()));
        };
        if fields.len() != 5 {
            return Err(Error::Fields(fields.len()));
        }
        check_items(&fields)?;
        check_clock_field(minute)?;
        check_clock_field(hour)?;
        let cron = CronParser::new().parse(&fields.join(" ")).map_err(syntax)?;
        let real_time = [minute, hour].iter().any(|field| field.contains(['*', '/']));
        let parts = if real_time { vec![Part { cron, fixed: None }] } else { expand(&cron)? };
        Ok(Self { zone, parts })
    }

    /// Whether it fires once per nominal time.
    #[must_use]
    pub fn is_fixed_time(&self) -> bool {
        self.parts.iter().all(|part| part.fixed.is_some())
    }

    /// The zone its times are of.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// Everything after `start`, in order, each instant once. Ends where nothing follows within
    /// [`HORIZON`].
    pub fn after(&self, start: DateTime<Utc>) -> impl Iterator<Item = Firing> {
        Firings::new(self, start)
    }
}

/// The firings of several parts, merged.
struct Firings<'a> {
    cron: &'a Cron,
    /// The next firing of each part that has one, the earliest on top.
    next: BinaryHeap<Reverse<(Firing, usize)>>,
}

impl<'a> Firings<'a> {
    fn new(cron: &'a Cron, start: DateTime<Utc>) -> Self {
        let mut next = BinaryHeap::with_capacity(cron.parts.len());
        for (index, part) in cron.parts.iter().enumerate() {
            match part.next(start, cron.zone) {
                Some(firing) => next.push(Reverse((firing, index))),
                // The parts differ in the time of day only: none has a day when the first has none,
                // and to search for each would be long.
                None if index == 0 => break,
                None => {}
            }
        }
        Self { cron, next }
    }

    fn pop(&mut self) -> Option<Firing> {
        let Reverse((firing, index)) = self.next.pop()?;
        if let Some(following) = self.cron.parts[index].next(firing.at, self.cron.zone) {
            self.next.push(Reverse((following, index)));
        }
        Some(firing)
    }
}

impl Iterator for Firings<'_> {
    type Item = Firing;

    fn next(&mut self) -> Option<Firing> {
        let firing = self.pop()?;
        while self.next.peek().is_some_and(|Reverse((other, _))| other.at == firing.at) {
            self.pop();
        }
        Some(firing)
    }
}

impl Part {
    /// The first firing after `start`.
    fn next(&self, start: DateTime<Utc>, zone: Tz) -> Option<Firing> {
        let start = start.trunc_subsecs(0);
        let local = self.cron.find_next_occurrence(&start.with_timezone(&zone), false).ok()?;
        let at = local.to_utc();
        if at - start > HORIZON {
            return None;
        }
        Some(Firing { at, nominal: self.fixed.map(|time| nominal(local.naive_local(), time)) })
    }
}

/// The time on the wall that fired at `local`: the same, or one in the gap that ends there, which
/// may have begun the day before.
fn nominal(local: NaiveDateTime, time: NaiveTime) -> NaiveDateTime {
    let date = if time <= local.time() { local.date() } else { local.date() - Days::new(1) };
    date.and_time(time)
}

/// One part per minute and hour of a pattern that lists them.
fn expand(cron: &croner::Cron) -> Result<Vec<Part>, Error> {
    let (hours, minutes) = (cron.pattern.hours.values(), cron.pattern.minutes.values());
    let mut parts = Vec::with_capacity(hours.len() * minutes.len());
    for &hour in &hours {
        for &minute in &minutes {
            let mut cron = cron.clone();
            cron.pattern.hours = single(hour, 23)?;
            cron.pattern.minutes = single(minute, 59)?;
            let fixed = NaiveTime::from_hms_opt(hour.into(), minute.into(), 0);
            parts.push(Part { cron, fixed });
        }
    }
    Ok(parts)
}

fn single(value: u16, max: u16) -> Result<CronComponent, Error> {
    let mut component = CronComponent::new(0, max, 0, 0);
    component.parse(&value.to_string()).map_err(syntax)?;
    Ok(component)
}

/// An empty item, as in `1,,2`, is passed over by the parser, and a field of nothing but commas
/// would never fire.
fn check_items(fields: &[&str]) -> Result<(), Error> {
    match fields.iter().find(|field| field.split(',').any(str::is_empty)) {
        Some(field) => Err(Error::Syntax(format!("an item is missing in '{field}'"))),
        None => Ok(()),
    }
}

/// Minute and hour take figures only: the parser replaces names of months and days wherever they
/// stand. And a step over a single value is refused, because the parser would take it for a fixed
/// time, which `/` says it is not.
fn check_clock_field(field: &str) -> Result<(), Error> {
    let known = |c: char| c.is_ascii_digit() || matches!(c, '*' | ',' | '-' | '/');
    if let Some(c) = field.chars().find(|c| !known(*c)) {
        return Err(Error::Syntax(format!("'{c}' in '{field}'")));
    }
    let steps = field.split(',').filter_map(|item| item.split_once('/'));
    for (range, _) in steps {
        let ends = range.split_once('-').map(|(from, to)| (from.parse::<u16>(), to.parse::<u16>()));
        if ends.is_some_and(|(from, to)| from == to) {
            return Err(Error::Syntax(format!("a step over one value in '{field}'")));
        }
    }
    Ok(())
}

fn syntax(error: croner::errors::CronError) -> Error {
    Error::Syntax(error.to_string())
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
