//! The rules against a second opinion: a walk through every minute around seven changes of the
//! clocks, for thousands of random patterns. The walk shares no code with the parser; it works on
//! the values a pattern was made of, not on its text.

use chrono::{Datelike as _, NaiveDate, TimeZone as _, Timelike as _};

use super::*;

const PATTERNS_PER_CHANGE: u64 = 600;

/// Seven changes in three zones: a gap and a fold at midnight, at two, and one of half an hour.
const CHANGES: [(Tz, i32, u32, u32); 7] = [
    (Tz::America__Sao_Paulo, 2017, 10, 15),
    (Tz::America__Sao_Paulo, 2018, 2, 18),
    (Tz::America__Sao_Paulo, 2018, 11, 4),
    (Tz::America__New_York, 2026, 3, 8),
    (Tz::America__New_York, 2026, 11, 1),
    (Tz::Australia__Lord_Howe, 2026, 4, 5),
    (Tz::Australia__Lord_Howe, 2026, 10, 4),
];

/// A random generator whose sequence never changes (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn within(&mut self, from: u32, to: u32) -> u32 {
        from + (self.next() % u64::from(to - from + 1)) as u32
    }
}

/// A field as text and as the set of its values.
struct Field {
    text: String,
    values: u64,
    any: bool,
    steps: bool,
}

impl Field {
    fn any(from: u32, to: u32) -> Self {
        let values = (from..=to).fold(0, |set, value| set | 1 << value);
        Self { text: "*".to_owned(), values, any: true, steps: false }
    }

    fn list(random: &mut Random, from: u32, to: u32, items: u32) -> Self {
        let list: Vec<u32> = (0..items).map(|_| random.within(from, to)).collect();
        let text = list.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let values = list.iter().fold(0, |set, value| set | 1 << value);
        Self { text, values, any: false, steps: false }
    }

    fn range(random: &mut Random, from: u32, to: u32, longest: u32) -> Self {
        let first = random.within(from, to - 1);
        let last = random.within(first + 1, to.min(first + longest));
        let values = (first..=last).fold(0, |set, value| set | 1 << value);
        Self { text: format!("{first}-{last}"), values, any: false, steps: false }
    }

    fn steps(random: &mut Random, from: u32, to: u32) -> Self {
        let step = random.within(2, (to - from) / 2) as usize;
        let (text, range) = if random.within(0, 1) == 0 {
            (format!("*/{step}"), from..=to)
        } else {
            let range = random.within(from, to - 1)..=to;
            (format!("{}-{to}/{step}", range.start()), range)
        };
        let values = range.step_by(step).fold(0, |set, value| set | 1 << value);
        Self { text, values, any: false, steps: true }
    }

    fn clock(random: &mut Random, to: u32) -> Self {
        match random.within(0, 9) {
            0..=3 => Self::list(random, 0, to, 1),
            4..=5 => {
                let items = random.within(2, 4);
                Self::list(random, 0, to, items)
            }
            6..=7 => Self::range(random, 0, to, 5),
            8 => Self::steps(random, 0, to),
            _ => Self::any(0, to),
        }
    }

    /// Mostly every day, else something that may fall into the window.
    fn calendar(random: &mut Random, from: u32, to: u32) -> Self {
        match random.within(0, 5) {
            0 => Self::list(random, from, to, 2),
            1 => Self::range(random, from, to, to),
            _ => Self::any(from, to),
        }
    }

    fn has(&self, value: u32) -> bool {
        self.values >> value & 1 == 1
    }
}

struct Pattern {
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
}

impl Pattern {
    fn random(random: &mut Random) -> Self {
        Self {
            minute: Field::clock(random, 59),
            hour: if random.within(0, 1) == 0 {
                // Around the changes.
                Field::range(random, 0, 4, 3)
            } else {
                Field::clock(random, 23)
            },
            day: Field::calendar(random, 1, 31),
            month: Field::calendar(random, 1, 12),
            weekday: Field::calendar(random, 0, 6),
        }
    }

    fn text(&self) -> String {
        let fields = [&self.minute, &self.hour, &self.day, &self.month, &self.weekday];
        fields.map(|field| field.text.as_str()).join(" ")
    }

    fn is_fixed_time(&self) -> bool {
        [&self.minute, &self.hour].iter().all(|field| !field.any && !field.steps)
    }

    fn matches(&self, wall: &NaiveDateTime) -> bool {
        let day = self.day.has(wall.day());
        let weekday = self.weekday.has(wall.weekday().num_days_from_sunday());
        let date = match (self.day.any, self.weekday.any) {
            (false, false) => day || weekday,
            _ => day && weekday,
        };
        date && self.minute.has(wall.minute())
            && self.hour.has(wall.hour())
            && self.month.has(wall.month())
    }
}

/// One minute of real time.
struct Minute {
    at: DateTime<Utc>,
    wall: NaiveDateTime,
    /// The wall showed this time before.
    again: bool,
    /// Times the wall skipped just before.
    swallowed: Vec<NaiveDateTime>,
}

impl Minute {
    fn fires(&self, pattern: &Pattern) -> bool {
        if pattern.is_fixed_time() {
            !self.again && pattern.matches(&self.wall)
                || self.swallowed.iter().any(|wall| pattern.matches(wall))
        } else {
            pattern.matches(&self.wall)
        }
    }
}

/// A day and a half to either side of noon on the day of a change.
fn window(zone: Tz, date: NaiveDate) -> Vec<Minute> {
    let noon = zone.from_local_datetime(&date.and_hms_opt(12, 0, 0).unwrap()).unwrap().to_utc();
    let minute = TimeDelta::minutes(1);
    let mut minutes: Vec<Minute> = Vec::new();
    let mut latest: Option<NaiveDateTime> = None;
    for offset in -36 * 60..=36 * 60 {
        let at = noon + minute * offset;
        let wall = at.with_timezone(&zone).naive_local();
        let mut swallowed = Vec::new();
        while let Some(skipped) = latest.map(|l| l + minute).filter(|s| *s < wall) {
            swallowed.push(skipped);
            latest = Some(skipped);
        }
        let again = latest.is_some_and(|latest| wall <= latest);
        latest = latest.max(Some(wall));
        minutes.push(Minute { at, wall, again, swallowed });
    }
    minutes
}

#[test]
fn agrees_with_a_walk_through_every_minute() {
    let mut mismatches = Vec::new();
    let (mut total, mut firings) = (0, 0);
    for (index, (zone, year, month, day)) in CHANGES.into_iter().enumerate() {
        let minutes = window(zone, NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert!(minutes.iter().any(|m| m.again || !m.swallowed.is_empty()), "no change in {zone}");
        let (start, end) = (minutes[0].at, minutes[minutes.len() - 1].at);
        let mut random = Random(index as u64);
        for _ in 0..PATTERNS_PER_CHANGE {
            let pattern = Pattern::random(&mut random);
            let cron = Cron::parse(&pattern.text(), zone).unwrap();
            assert_eq!(cron.is_fixed_time(), pattern.is_fixed_time(), "{}", pattern.text());
            let expected: Vec<_> =
                minutes[1..].iter().filter(|m| m.fires(&pattern)).map(|m| m.at).collect();
            let actual: Vec<_> =
                cron.after(start).map(|f| f.at).take_while(|at| *at <= end).collect();
            total += 1;
            firings += expected.len();
            if actual != expected {
                mismatches.push(format!("{zone}: {}", pattern.text()));
            }
        }
    }
    assert_eq!(total, 4_200);
    assert!(firings > 10_000, "the patterns hardly fire: {firings}");
    assert!(mismatches.is_empty(), "{} of {total}: {mismatches:#?}", mismatches.len());
}
