//! What to do about the occurrences that have become due: which ones run, which are skipped and
//! why, and when the schedule fires next.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    run::Trigger,
    schedule::{CatchUp, Misfire, Overlap},
    timing::{Occurrence, Timing},
};

/// An occurrence later than this was missed: nobody was there when it was due.
pub const LATE: TimeDelta = TimeDelta::seconds(60);

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Occurrences that run, in order.
    pub runs: Vec<(Occurrence, Trigger)>,
    /// Occurrences that were missed and stay so.
    pub missed: Option<Window>,
    /// Occurrences for which too many runs are unfinished.
    pub overlapped: Option<Window>,
    /// When the schedule fires next; never, when nothing follows.
    pub next: Option<DateTime<Utc>>,
}

/// Some occurrences in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first of them.
    pub first: Occurrence,
    /// When the last of them was due.
    pub last: DateTime<Utc>,
    /// How many, at least 1.
    pub count: u64,
}

impl Window {
    fn add(window: &mut Option<Self>, occurrence: Occurrence) {
        match window {
            Some(window) => {
                window.last = occurrence.at;
                window.count += 1;
            }
            None => *window = Some(Self { last: occurrence.at, first: occurrence, count: 1 }),
        }
    }
}

/// Plans for a schedule that should have fired at `due`, which is not after `now`, while
/// `unfinished` of its runs wait or run.
#[must_use]
pub fn plan(
    timing: &Timing,
    catch_up: &CatchUp,
    overlap: Overlap,
    due: DateTime<Utc>,
    unfinished: u64,
    now: DateTime<Utc>,
) -> Plan {
    let mut plan = Plan::default();
    let mut newest = VecDeque::new();
    for occurrence in timing.from(due) {
        if occurrence.at > now {
            plan.next = Some(occurrence.at);
            break;
        }
        newest.push_back(occurrence);
        if newest.len() > catch_up.keeps() {
            let old = newest.pop_front();
            old.into_iter().for_each(|old| Window::add(&mut plan.missed, old));
        }
    }
    let mut room = overlap.room(unfinished);
    for occurrence in newest {
        let late = now - occurrence.at;
        if late > catch_up.reach() {
            Window::add(&mut plan.missed, occurrence);
        } else if room == 0 {
            Window::add(&mut plan.overlapped, occurrence);
        } else {
            room -= 1;
            let trigger = if late > LATE { Trigger::CatchUp } else { Trigger::Schedule };
            plan.runs.push((occurrence, trigger));
        }
    }
    plan
}

impl CatchUp {
    /// How many of the newest due occurrences may run.
    fn keeps(&self) -> usize {
        match self.misfire {
            Misfire::FireOnce | Misfire::Skip => 1,
            Misfire::FireAll => self.maximum.max(1),
        }
    }

    /// How late one may be and still run.
    fn reach(&self) -> TimeDelta {
        match self.misfire {
            Misfire::Skip => LATE,
            Misfire::FireOnce | Misfire::FireAll => self.window.max(LATE),
        }
    }
}

impl Overlap {
    /// How many more runs may be made while `unfinished` are not over.
    fn room(self, unfinished: u64) -> u64 {
        self.unfinished_at_most().saturating_sub(unfinished)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::timing::Kind;

    const HOUR: CatchUp =
        CatchUp { misfire: Misfire::FireOnce, window: TimeDelta::hours(1), maximum: 3 };

    fn minute(minute: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap() + TimeDelta::minutes(minute)
    }

    fn every_minute() -> Timing {
        Timing::parse(Kind::Cron, "* * * * *", "America/Sao_Paulo").unwrap()
    }

    /// Minutes that run with their trigger, how many were missed and overlapped, and the next.
    fn outcome(plan: &Plan) -> (Vec<(i64, Trigger)>, u64, u64, i64) {
        let at = |at: DateTime<Utc>| (at - minute(0)).num_minutes();
        let count = |window: &Option<Window>| window.as_ref().map_or(0, |window| window.count);
        (
            plan.runs.iter().map(|(occurrence, trigger)| (at(occurrence.at), *trigger)).collect(),
            count(&plan.missed),
            count(&plan.overlapped),
            at(plan.next.unwrap()),
        )
    }

    #[test]
    fn what_runs_and_what_does_not() {
        use Misfire::{FireAll, FireOnce, Skip};
        use Trigger::{CatchUp as Late, Schedule as OnTime};
        let with = |misfire| CatchUp { misfire, ..HOUR };
        // (misfire, overlap, unfinished, now) -> runs, missed, overlapped, next
        let cases = [
            (FireOnce, Overlap::Skip, 0, 0, vec![(0, OnTime)], 0, 0),
            (FireOnce, Overlap::Skip, 1, 0, vec![], 0, 1),
            (FireOnce, Overlap::BufferOne, 1, 0, vec![(0, OnTime)], 0, 0),
            (FireOnce, Overlap::BufferOne, 2, 0, vec![], 0, 1),
            (FireOnce, Overlap::Allow, 9, 0, vec![(0, OnTime)], 0, 0),
            (FireOnce, Overlap::Allow, 10, 0, vec![], 0, 1),
            // Nobody there for half an hour: the newest stands for all.
            (FireOnce, Overlap::Skip, 0, 30, vec![(30, OnTime)], 30, 0),
            (FireOnce, Overlap::Skip, 1, 30, vec![], 30, 1),
            (Skip, Overlap::Skip, 0, 30, vec![(30, OnTime)], 30, 0),
            (FireAll, Overlap::Allow, 0, 30, vec![(28, Late), (29, OnTime), (30, OnTime)], 28, 0),
            (FireAll, Overlap::BufferOne, 0, 30, vec![(28, Late), (29, OnTime)], 28, 1),
        ];
        for (misfire, overlap, unfinished, now, runs, missed, overlapped) in cases {
            let plan =
                plan(&every_minute(), &with(misfire), overlap, minute(0), unfinished, minute(now));
            let expected = (runs, missed, overlapped, now + 1);
            assert_eq!(outcome(&plan), expected, "{misfire:?} {overlap:?} {unfinished} {now}");
        }
    }

    #[test]
    fn what_is_too_old_is_missed() {
        let daily = Timing::parse(Kind::Cron, "0 9 * * *", "America/Sao_Paulo").unwrap();
        for (late, runs) in
            [(1, vec![Trigger::Schedule]), (59, vec![Trigger::CatchUp]), (61, vec![])]
        {
            let plan = plan(&daily, &HOUR, Overlap::Skip, minute(0), 0, minute(late));
            let triggers: Vec<_> = plan.runs.iter().map(|(_, trigger)| *trigger).collect();
            assert_eq!(triggers, runs, "{late}");
            assert_eq!(plan.missed.is_some(), runs.is_empty());
            assert_eq!(plan.next, Some(minute(24 * 60)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever the policy: each due occurrence is accounted for once, and time goes on.
        #[test]
        fn nothing_is_lost_or_doubled(
            misfire in prop_oneof![Just(Misfire::FireOnce), Just(Misfire::Skip), Just(Misfire::FireAll)],
            overlap in prop_oneof![Just(Overlap::Skip), Just(Overlap::BufferOne), Just(Overlap::Allow)],
            seconds in 10..4_000_u32, unfinished in 0..12_u64, downtime in 0..100_000_i64,
        ) {
            let timing = Timing::parse(Kind::Interval, &seconds.to_string(), "UTC").unwrap();
            let now = minute(0) + TimeDelta::seconds(downtime);
            let catch_up = CatchUp { misfire, ..HOUR };
            let plan = plan(&timing, &catch_up, overlap, minute(0), unfinished, now);
            let skipped: u64 = [&plan.missed, &plan.overlapped].into_iter().flatten().map(|w| w.count).sum();
            prop_assert_eq!(plan.runs.len() as u64 + skipped, downtime as u64 / u64::from(seconds) + 1);
            prop_assert!(plan.next > Some(now));
            prop_assert!(plan.runs.len() as u64 + unfinished <= overlap.unfinished_at_most().max(unfinished));
        }
    }
}
