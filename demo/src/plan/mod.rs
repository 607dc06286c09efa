//! Everything that happens in the year, decided before any of it is done: the same for the same seed, size
//! and end.

mod devices;

mod tickets;

pub(crate) use self::devices::is_away;

use anyhow::Result;
use chamados_proto::{
    device::v1::UsbPolicy,
    ticket::v1::{PauseReason, Priority},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, RngExt as _, SeedableRng as _, rngs::SmallRng};

use crate::{
    calendar,
    cast::{self, COMPANIES, Part, Person, Size},
    catalog,
    machines::{self, Machine},
};

/// How long the year is.
const YEAR: TimeDelta = TimeDelta::days(365);
/// From a company's first day until its people ask for help: their computers are brought in first.
const SETTLING: TimeDelta = TimeDelta::days(6);

/// All of it.
pub(crate) struct Plan {
    pub(crate) people: Vec<Person>,
    pub(crate) machines: Vec<Machine>,
    pub(crate) tickets: Vec<Ticket>,
    /// In the order of time.
    pub(crate) steps: Vec<(DateTime<Utc>, Step)>,
    pub(crate) begins: DateTime<Utc>,
}

/// A ticket as it is opened.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) category: String,
    pub(crate) queue: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) priority: Priority,
    /// Place among the people.
    pub(crate) requester: usize,
    pub(crate) opener: Opener,
    /// Place among the machines.
    pub(crate) machine: Option<usize>,
}

/// Who opens a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opener {
    /// Who asks, in the panel.
    Requester,
    /// Staff, for somebody on the telephone.
    Staff(usize),
    /// Who asks, by the program on their computer.
    Machine,
}

/// One thing that is done. Numbers are places in the lists of the [`Plan`].
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A company becomes a customer.
    Join(usize),
    Open(usize),
    Act(usize, Act),
    Machine(usize, Deed),
}

/// What is done to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Assign { by: usize, to: usize },
    Start { by: usize },
    Comment { by: usize, internal: bool, text: String },
    Pause { by: usize, reason: PauseReason, note: String },
    Resolve { by: usize, message: String },
    Reopen { by: usize, reason: String },
}

/// What is done to a computer, or by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Enroll,
    On,
    Off,
    /// Its agent tells again what it is, after somebody worked on it.
    Extend,
    Upgrade,
    Link {
        by: usize,
        person: usize,
    },
    Policy {
        by: usize,
        policy: UsbPolicy,
    },
    Reset {
        by: usize,
    },
    /// It is given to somebody else and enrolled for them.
    HandOver {
        by: usize,
        to: usize,
    },
}

impl Plan {
    /// The year that ends at `now`.
    ///
    /// # Errors
    /// The catalogue is not as it has to be.
    pub(crate) fn new(seed: u64, size: Size, now: DateTime<Utc>) -> Result<Self> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let problems = catalog::problems()?;
        let people = cast::people(&mut rng, size);
        let machines = machines::machines(&mut rng, size, &people);
        let begins = now - YEAR;
        let mut steps: Vec<(DateTime<Utc>, Step)> = Vec::new();
        for (place, company) in COMPANIES.iter().enumerate() {
            steps.push((begins + TimeDelta::days(company.joins), Step::Join(place)));
        }
        let year = Year { begins, now, size, people: &people, machines: &machines };
        let tickets = tickets::plan(&mut rng, &year, &problems, &mut steps);
        devices::plan(&mut rng, &year, &mut steps);
        // What is done at one moment stays in the order in which it was thought of.
        steps.sort_by_key(|(at, _)| *at);
        Ok(Self { people, machines, tickets, steps, begins })
    }
}

/// What the parts of the plan are made from.
struct Year<'a> {
    begins: DateTime<Utc>,
    now: DateTime<Utc>,
    size: Size,
    people: &'a [Person],
    machines: &'a [Machine],
}

impl Year<'_> {
    /// When a company's people begin to ask for help.
    fn asks_from(&self, company: usize) -> DateTime<Utc> {
        self.begins + TimeDelta::days(COMPANIES[company].joins) + SETTLING
    }

    /// The companies whose people ask for help at a time.
    fn customers(&self, time: DateTime<Utc>) -> Vec<usize> {
        (0..COMPANIES.len()).filter(|company| self.asks_from(*company) <= time).collect()
    }

    /// Those of the support team who answer.
    fn agents(&self) -> Vec<usize> {
        (0..self.people.len()).filter(|place| self.people[*place].part == Part::Agent).collect()
    }
}

/// A random time whose mean is so many minutes, most often shorter and sometimes much longer.
fn about(rng: &mut impl Rng, minutes: f64) -> TimeDelta {
    let part = -(1.0 - rng.random::<f64>()).ln();
    TimeDelta::milliseconds((minutes * part.clamp(0.05, 6.0) * 60_000.0) as i64)
}

/// A random time between so many minutes.
fn between(rng: &mut impl Rng, shortest: i64, longest: i64) -> TimeDelta {
    TimeDelta::seconds(rng.random_range(shortest * 60..longest * 60))
}

#[cfg(test)]
mod tests;
