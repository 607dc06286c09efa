//! What happens to the computers: they are brought in, come and go, and some are worked on.

use chamados_proto::device::v1::UsbPolicy;
use chrono::{DateTime, Datelike as _, Days, TimeDelta, Utc, Weekday};
use rand::{Rng, RngExt as _};

use super::{Deed, Step, Year, between, calendar};
use crate::machines::Kind;

/// One in so many computers that people carry or switch off is away at the end.
const AWAY: usize = 9;
/// Comings and goings are told to five minutes, as many of them together as there are.
const GRAIN: u32 = 5;

/// Whether a computer is away at the end of the year, and stays so.
pub(crate) fn is_away(kind: Kind, place: usize) -> bool {
    kind != Kind::Server && place % AWAY == 4
}

/// Whether a computer is given to somebody else in the year.
pub(crate) const fn is_handed_over(place: usize) -> bool {
    place % 21 == 14
}

/// Adds what happens to the computers.
pub(super) fn plan(rng: &mut impl Rng, year: &Year<'_>, steps: &mut Vec<(DateTime<Utc>, Step)>) {
    let agents = year.agents();
    for (place, machine) in year.machines.iter().enumerate() {
        let mut deed = |at: DateTime<Utc>, deed: Deed| steps.push((at, Step::Machine(place, deed)));
        let by = agents[place % agents.len()];
        let joins = year.asks_from(machine.company) - TimeDelta::days(5);
        let enrolled = joins + between(rng, 0, 4 * 24 * 60);
        deed(enrolled, Deed::Enroll);
        deed(enrolled + TimeDelta::minutes(1), Deed::On);
        deed(enrolled + TimeDelta::minutes(20), Deed::Off);
        // Some time in the year, when somebody was there with a screwdriver or an image.
        let later = enrolled + TimeDelta::minutes(rng.random_range(60 * 24 * 30..60 * 24 * 200));
        match place % 8 {
            1 => deed(later, Deed::Extend),
            3 => deed(later, Deed::Upgrade),
            5 => deed(later, Deed::Link { by, person: next(year, place) }),
            _ => {}
        }
        if is_handed_over(place) {
            deed(later, Deed::HandOver { by, to: next(year, place) });
        }
        presence(rng, year, place, &mut deed);
        let policy = if place % 2 == 0 { UsbPolicy::Block } else { UsbPolicy::ReadOnly };
        if is_away(machine.kind, place) {
            // The first of those who are away has not heard of it yet; another has to be brought in anew.
            match place / AWAY {
                0 => deed(year.now - TimeDelta::minutes(140), Deed::Policy { by, policy }),
                1 => deed(year.now - TimeDelta::minutes(95), Deed::Reset { by }),
                _ => {}
            }
        } else if machine.kind == Kind::Server || place % 6 == 0 {
            deed(later + TimeDelta::hours(1), Deed::Policy { by, policy });
        }
    }
}

/// Somebody else of the same company.
fn next(year: &Year<'_>, place: usize) -> usize {
    let machine = &year.machines[place];
    let same = |other: &&crate::machines::Machine| {
        other.company == machine.company && other.person != machine.person
    };
    let others = year.machines.iter().skip(place).chain(year.machines).find(same);
    others.map_or(machine.person, |other| other.person)
}

/// When it was on in the last days.
fn presence(
    rng: &mut impl Rng,
    year: &Year<'_>,
    place: usize,
    deed: &mut impl FnMut(DateTime<Utc>, Deed),
) {
    let machine = &year.machines[place];
    let today = calendar::day_of(year.now);
    let away = is_away(machine.kind, place);
    let first = today - Days::new(year.size.days_of_presence.into());
    if machine.kind == Kind::Server {
        deed(calendar::at(first, 1), Deed::On);
        return;
    }
    for day in first.iter_days().take_while(|day| *day <= today) {
        let open = calendar::is_open(day);
        let carried = machine.kind == Kind::Notebook;
        let works = if open {
            rng.random_bool(0.93)
        } else {
            carried && day.weekday() == Weekday::Sat && rng.random_bool(0.12)
        };
        let mut spans = Vec::new();
        if works {
            let arrives = if open {
                rng.random_range(7 * 60 + 35..9 * 60)
            } else {
                rng.random_range(600..800)
            };
            let stays =
                if open { rng.random_range(9 * 60..10 * 60) } else { rng.random_range(60..180) };
            spans.push((arrives, arrives + stays));
        }
        if open && carried && rng.random_bool(0.15) {
            let evening = rng.random_range(20 * 60..21 * 60 + 30);
            spans.push((evening, evening + rng.random_range(40..120)));
        }
        for (on, off) in spans {
            let grain = |minutes: u32| calendar::at(day, minutes / GRAIN * GRAIN);
            let limit = year.now - TimeDelta::hours(if away { 3 } else { 0 });
            if grain(on) < limit {
                deed(grain(on), Deed::On);
            }
            if grain(off) < limit {
                deed(grain(off), Deed::Off);
            } else if away && grain(on) < limit {
                deed(limit, Deed::Off);
            }
        }
    }
}
