//! Who is at which ticket now: what replicas remember of it, and for how long.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use chamados_chassis::id::{TicketId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::words::words;

/// How long somebody is thought to be at a ticket after they last said so.
pub const PATIENCE: TimeDelta = TimeDelta::seconds(30);
/// In so many places somebody is remembered at a ticket; of more, those heard of last.
const MOST_PLACES: usize = 16;

words!(
    /// What somebody does at a ticket.
    Activity {
        /// Reads it.
        Viewing = "viewing",
        /// Writes what everybody who sees the ticket will read.
        Typing = "typing",
        /// Writes an internal note, or changes facts.
        TypingInternal = "typing_internal",
    }
);

impl Activity {
    /// Whether those who see the ticket may know, besides staff: of staff they learn only that an
    /// answer to them is being written.
    #[must_use]
    pub const fn is_public(self, by_staff: bool) -> bool {
        !by_staff || matches!(self, Self::Typing)
    }

    /// The greater, the more it tells of somebody who does several things at once.
    const fn weight(self) -> u8 {
        match self {
            Self::Viewing => 0,
            Self::TypingInternal => 1,
            Self::Typing => 2,
        }
    }
}

/// Something somebody said of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// At which ticket.
    pub ticket: TicketId,
    /// Who.
    pub user: UserId,
    /// Where they say it, such as one of their tabs.
    pub place: Uuid,
    /// What they do there, and whether others than staff may know; none when they went away.
    pub doing: Option<Doing>,
}

impl Report {
    const fn whose(&self) -> (UserId, Uuid) {
        (self.user, self.place)
    }
}

/// What somebody does, and who may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doing {
    /// What.
    pub activity: Activity,
    /// Whether others than staff may know.
    pub public: bool,
}

/// Who has reason to look again after a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stir {
    /// Nobody: it was known.
    Nobody,
    /// Staff.
    Staff,
    /// Everybody who sees the ticket.
    Everybody,
}

/// Somebody at a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub user: UserId,
    /// What they do.
    pub activity: Activity,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Everybody who is at a ticket, as far as was heard in the last [`PATIENCE`].
#[derive(Debug, Default)]
pub struct Attendance {
    tickets: HashMap<TicketId, Vec<Seen>>,
    swept_at: DateTime<Utc>,
}

/// Somebody in one of their places.
#[derive(Debug)]
struct Seen {
    user: UserId,
    place: Uuid,
    doing: Doing,
    since: DateTime<Utc>,
    heard_at: DateTime<Utc>,
}

impl Seen {
    fn is_here(&self, now: DateTime<Utc>) -> bool {
        now - self.heard_at < PATIENCE
    }
}

impl Attendance {
    /// Takes a report, and tells who has reason to look again.
    pub fn take(&mut self, report: &Report, now: DateTime<Utc>) -> Stir {
        self.sweep(now);
        let seen = self.tickets.entry(report.ticket).or_default();
        seen.retain(|seen| seen.is_here(now));
        let told = |seen: &[Seen]| {
            [false, true].map(|all| Self::of(seen, report.user, all).map(|one| one.activity))
        };
        let before = told(seen);
        let known = seen.iter().position(|seen| (seen.user, seen.place) == report.whose());
        let known = known.map(|place| seen.swap_remove(place));
        if let Some(doing) = report.doing {
            make_room(seen, report.user);
            let since = known.filter(|seen| seen.doing == doing).map_or(now, |seen| seen.since);
            let (user, place) = report.whose();
            seen.push(Seen { user, place, doing, since, heard_at: now });
        }
        let after = told(seen);
        if seen.is_empty() {
            self.tickets.remove(&report.ticket);
        }
        match (before[0] == after[0], before[1] == after[1]) {
            (false, _) => Stir::Everybody,
            (true, false) => Stir::Staff,
            (true, true) => Stir::Nobody,
        }
    }

    /// Who else than `caller` is at the ticket, in the order of their ids; `all` for staff.
    #[must_use]
    pub fn at(
        &self,
        ticket: TicketId,
        caller: Option<UserId>,
        all: bool,
        now: DateTime<Utc>,
    ) -> Vec<Participant> {
        let seen = self.tickets.get(&ticket).map(Vec::as_slice).unwrap_or_default();
        let here: Vec<&Seen> = seen.iter().filter(|seen| seen.is_here(now)).collect();
        let people: BTreeSet<Uuid> = here.iter().map(|seen| seen.user.as_uuid()).collect();
        let others = people.into_iter().map(UserId::from).filter(|user| Some(*user) != caller);
        others.filter_map(|user| Self::of(here.iter().copied(), user, all)).collect()
    }

    /// What somebody does in all their places together: where they write counts more than where they read.
    fn of<'a>(
        seen: impl IntoIterator<Item = &'a Seen>,
        user: UserId,
        all: bool,
    ) -> Option<Participant> {
        let told = seen.into_iter().filter(|seen| seen.user == user && (all || seen.doing.public));
        let most = told.max_by_key(|seen| (seen.doing.activity.weight(), Reverse(seen.since)))?;
        Some(Participant { user, activity: most.doing.activity, since: most.since })
    }

    /// Forgets, now and then, who went away without a word.
    fn sweep(&mut self, now: DateTime<Utc>) {
        if now - self.swept_at < PATIENCE {
            return;
        }
        self.swept_at = now;
        self.tickets.retain(|_, seen| {
            seen.retain(|seen| seen.is_here(now));
            !seen.is_empty()
        });
    }
}

/// Forgets the places of somebody that were heard of longest ago, so that one more is not too many.
fn make_room(seen: &mut Vec<Seen>, user: UserId) {
    while seen.iter().filter(|seen| seen.user == user).count() >= MOST_PLACES {
        let theirs = seen.iter().enumerate().filter(|(_, seen)| seen.user == user);
        let Some((oldest, _)) = theirs.min_by_key(|(_, seen)| seen.heard_at) else { return };
        seen.swap_remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn doing(activity: Activity, by_staff: bool) -> Option<Doing> {
        Some(Doing { activity, public: activity.is_public(by_staff) })
    }

    #[test]
    fn of_staff_others_learn_only_that_they_answer() {
        use Activity::{Typing, TypingInternal, Viewing};
        for (activity, by_staff, public) in [
            (Viewing, true, false),
            (TypingInternal, true, false),
            (Typing, true, true),
            (Viewing, false, true),
            (Typing, false, true),
        ] {
            assert_eq!(activity.is_public(by_staff), public, "{activity} {by_staff}");
        }
    }

    #[test]
    fn who_has_reason_to_look_again() {
        use Activity::{Typing, TypingInternal, Viewing};
        let (ticket, user) = (TicketId::new(), UserId::new());
        let mut attendance = Attendance::default();
        for (what, stir) in [
            (None, Stir::Nobody),
            (doing(Viewing, true), Stir::Staff),
            (doing(Viewing, true), Stir::Nobody),
            (doing(TypingInternal, true), Stir::Staff),
            (doing(Typing, true), Stir::Everybody),
            (doing(Viewing, true), Stir::Everybody),
            (None, Stir::Staff),
            (doing(Viewing, false), Stir::Everybody),
            (None, Stir::Everybody),
        ] {
            let report = Report { ticket, user, place: Uuid::nil(), doing: what };
            assert_eq!(attendance.take(&report, START), stir, "{what:?}");
        }
        assert!(attendance.tickets.is_empty(), "nothing is kept of who went away");
    }

    #[test]
    fn others_are_seen_until_they_are_silent_for_too_long() {
        let (ticket, staff, client) = (TicketId::new(), UserId::new(), UserId::new());
        let mut attendance = Attendance::default();
        let mut say = |user, what, at: i64| {
            let report = Report { ticket, user, place: Uuid::nil(), doing: what };
            attendance.take(&report, START + TimeDelta::seconds(at));
        };
        say(staff, doing(Activity::Viewing, true), 0);
        say(client, doing(Activity::Typing, false), 5);
        say(client, doing(Activity::Typing, false), 25);
        let at = |caller, all, second| {
            let now = START + TimeDelta::seconds(second);
            let here = attendance.at(ticket, caller, all, now);
            here.iter().map(|one| (one.user, (one.since - START).num_seconds())).collect::<Vec<_>>()
        };
        assert_eq!(at(None, true, 29), [(staff, 0), (client, 5)], "since it began");
        assert_eq!(at(None, true, 30), [(client, 5)]);
        assert_eq!(at(Some(client), true, 29), [(staff, 0)], "others only");
        assert_eq!(at(Some(client), false, 29), [], "of staff who read nothing is told");
        assert_eq!(at(None, true, 55), []);
        assert_eq!(attendance.at(TicketId::new(), None, true, START), []);
    }

    #[test]
    fn what_is_remembered_is_bounded_by_who_is_there() {
        let mut attendance = Attendance::default();
        let viewing = doing(Activity::Viewing, true);
        for second in 0..1_000 {
            let (ticket, user) = (TicketId::new(), UserId::new());
            let report = Report { ticket, user, place: Uuid::nil(), doing: viewing };
            attendance.take(&report, START + TimeDelta::seconds(second));
        }
        assert!(attendance.tickets.len() <= 60, "{}", attendance.tickets.len());
        let (ticket, user) = (TicketId::new(), UserId::new());
        for _ in 0..100 {
            let report = Report { ticket, user, place: Uuid::now_v7(), doing: viewing };
            attendance.take(&report, START);
        }
        assert_eq!(attendance.tickets[&ticket].len(), MOST_PLACES);
    }

    #[test]
    fn who_is_there_twice_is_one_who_writes_until_both_are_left() {
        use Activity::{Typing, TypingInternal, Viewing};
        let (ticket, user) = (TicketId::new(), UserId::new());
        let places = [Uuid::now_v7(), Uuid::now_v7()];
        let mut attendance = Attendance::default();
        for (place, what, stir, seen) in [
            (0, doing(Viewing, true), Stir::Staff, Some(Viewing)),
            (1, doing(Viewing, true), Stir::Nobody, Some(Viewing)),
            (0, doing(TypingInternal, true), Stir::Staff, Some(TypingInternal)),
            (1, doing(Viewing, true), Stir::Nobody, Some(TypingInternal)),
            (1, doing(Typing, true), Stir::Everybody, Some(Typing)),
            (1, None, Stir::Everybody, Some(TypingInternal)),
            (0, None, Stir::Staff, None),
        ] {
            let report = Report { ticket, user, place: places[place], doing: what };
            assert_eq!(attendance.take(&report, START), stir, "{place} {what:?}");
            let here = attendance.at(ticket, None, true, START);
            assert_eq!(here.first().map(|one| one.activity), seen, "{place} {what:?}");
            assert!(here.len() <= 1, "a person is one");
        }
        assert!(attendance.tickets.is_empty());
    }
}
