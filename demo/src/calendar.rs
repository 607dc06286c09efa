//! When people ask for help and when they are helped: business hours in São Paulo, holidays, the rhythm of
//! a week and of a day.

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc, Weekday,
};
use chrono_tz::America::Sao_Paulo;
use rand::{Rng, RngExt as _};

/// Holidays of the whole country that fall on the same day each year, as month and day.
const HOLIDAYS: [(u32, u32); 9] =
    [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (11, 20), (12, 25)];
/// The first and the last hour in which somebody is at the desk.
const OPENS: u32 = 8;
const CLOSES: u32 = 18;
/// How much is asked in each hour from eight on: a wave after the arrival, one after lunch.
const HOURS: [f64; 11] = [1.1, 1.9, 1.6, 1.2, 0.6, 0.9, 1.5, 1.3, 1.1, 0.7, 0.2];

/// The day on which it is `time` in São Paulo.
pub(crate) fn day_of(time: DateTime<Utc>) -> NaiveDate {
    time.with_timezone(&Sao_Paulo).date_naive()
}

/// So many minutes after midnight of a day in São Paulo.
pub(crate) fn at(day: NaiveDate, minutes: u32) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes.into());
    // The country has had no daylight saving time since 2019, so each local time is one moment.
    Sao_Paulo
        .from_local_datetime(&local)
        .earliest()
        .map_or_else(|| local.and_utc(), |time| time.to_utc())
}

/// Whether the desk is staffed on a day.
pub(crate) fn is_open(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
        && !HOLIDAYS.contains(&(day.month(), day.day()))
}

/// How much is asked on a day, an ordinary Wednesday being 1.
fn demand(day: NaiveDate) -> f64 {
    let weekday = match day.weekday() {
        Weekday::Mon => 1.3,
        Weekday::Tue => 1.1,
        Weekday::Wed | Weekday::Thu => 1.0,
        Weekday::Fri => 0.85,
        Weekday::Sat => 0.1,
        Weekday::Sun => 0.04,
    };
    let idle = if HOLIDAYS.contains(&(day.month(), day.day())) { 0.06 } else { 1.0 };
    // Most firms are on leave between the years.
    let leave = if (day.month(), day.day()) >= (12, 21) || (day.month(), day.day()) <= (1, 5) {
        0.45
    } else {
        1.0
    };
    weekday * idle * leave
}

/// Moments at which something is asked: `count` of them between `from` and `to`, in order. There are more of
/// them the nearer the end, as a desk with more and more customers has it.
pub(crate) fn moments(
    rng: &mut impl Rng,
    count: usize,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let days: Vec<NaiveDate> =
        day_of(from).iter_days().take_while(|day| *day <= day_of(to)).collect();
    let growth = |place: usize| 0.75 + 0.5 * place as f64 / days.len() as f64;
    let weights: Vec<f64> =
        days.iter().enumerate().map(|(place, day)| demand(*day) * growth(place)).collect();
    let mut moments = Vec::with_capacity(count);
    while moments.len() < count {
        let day = days[weighted(rng, &weights)];
        let hour = OPENS + weighted(rng, &HOURS) as u32;
        let seconds = TimeDelta::milliseconds(rng.random_range(0..3_600_000));
        let moment = at(day, hour * 60) + seconds;
        if (from..to).contains(&moment) {
            moments.push(moment);
        }
    }
    moments.sort();
    moments
}

/// The moment itself when the desk is open then, or else a little after it opens next.
pub(crate) fn when_open(rng: &mut impl Rng, time: DateTime<Utc>) -> DateTime<Utc> {
    let mut day = day_of(time);
    if is_open(day) && time < at(day, CLOSES * 60) {
        let opens = at(day, OPENS * 60);
        if time >= opens {
            return time;
        }
    } else {
        day = day + Days::new(1);
    }
    while !is_open(day) {
        day = day + Days::new(1);
    }
    at(day, OPENS * 60) + TimeDelta::seconds(rng.random_range(60..2_700))
}

/// When the desk closes on the day of `time`.
pub(crate) fn closing(time: DateTime<Utc>) -> DateTime<Utc> {
    at(day_of(time), CLOSES * 60)
}

/// The place of one of `weights`, the more often the heavier it is.
pub(crate) fn weighted(rng: &mut impl Rng, weights: &[f64]) -> usize {
    let mut left = rng.random_range(0.0..weights.iter().sum());
    for (place, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return place;
        }
    }
    weights.len() - 1
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::SmallRng};

    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_friday_evening_waits_for_monday() {
        let mut rng = SmallRng::seed_from_u64(1);
        let friday = moment("2026-06-05T21:30:00Z");
        let next = when_open(&mut rng, friday);
        assert_eq!(day_of(next), NaiveDate::from_ymd_opt(2026, 6, 8).unwrap());
        assert!((at(day_of(next), 8 * 60)..at(day_of(next), 9 * 60)).contains(&next));
        let noon = moment("2026-06-05T15:00:00Z");
        assert_eq!(when_open(&mut rng, noon), noon);
    }

    #[test]
    fn most_is_asked_on_working_days_and_never_outside_the_year() {
        let mut rng = SmallRng::seed_from_u64(1);
        let (from, to) = (moment("2025-06-01T00:00:00Z"), moment("2026-06-01T12:34:56Z"));
        let moments = moments(&mut rng, 2_000, from, to);
        assert!(moments.is_sorted() && moments[0] >= from && *moments.last().unwrap() < to);
        let open = moments.iter().filter(|moment| is_open(day_of(**moment))).count();
        assert!((1_880..1_990).contains(&open), "{open} on working days");
        let half = moment("2025-12-01T00:00:00Z");
        let late = moments.iter().filter(|moment| **moment > half).count();
        assert!(late > 1_000, "{late} in the second half");
    }
}
