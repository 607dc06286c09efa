//! Who is at which ticket now: what replicas remember of it, and for how long.

use std::collections::HashMap;

use chamados_chassis::id::{TicketId, UserId};
use chrono::{DateTime, TimeDelta, Utc};

use super::words::words;

/// How long somebody is thought to be at a ticket after they last said so.
pub const PATIENCE: TimeDelta = TimeDelta::seconds(30);

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
}

/// Something somebody said of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// At which ticket.
    pub ticket: TicketId,
    /// Who.
    pub user: UserId,
    /// What they do there, and whether others than staff may know; none when they went away.
    pub doing: Option<Doing>,
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

#[derive(Debug)]
struct Seen {
    user: UserId,
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
        let known = seen.iter().position(|seen| seen.user == report.user);
        let known = known.map(|place| seen.swap_remove(place)).filter(|seen| seen.is_here(now));
        let before = known.as_ref().map(|seen| seen.doing);
        if let Some(doing) = report.doing {
            let since = known.filter(|seen| seen.doing == doing).map_or(now, |seen| seen.since);
            seen.push(Seen { user: report.user, doing, since, heard_at: now });
        }
        if seen.is_empty() {
            self.tickets.remove(&report.ticket);
        }
        if before == report.doing {
            Stir::Nobody
        } else if [before, report.doing].into_iter().flatten().any(|doing| doing.public) {
            Stir::Everybody
        } else {
            Stir::Staff
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
        let mut here: Vec<Participant> = seen
            .iter()
            .filter(|seen| seen.is_here(now) && Some(seen.user) != caller)
            .filter(|seen| all || seen.doing.public)
            .map(|seen| Participant {
                user: seen.user,
                activity: seen.doing.activity,
                since: seen.since,
            })
            .collect();
        here.sort_by_key(|participant| participant.user.as_uuid());
        here
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
            let report = Report { ticket, user, doing: what };
            assert_eq!(attendance.take(&report, START), stir, "{what:?}");
        }
        assert!(attendance.tickets.is_empty(), "nothing is kept of who went away");
    }

    #[test]
    fn others_are_seen_until_they_are_silent_for_too_long() {
        let (ticket, staff, client) = (TicketId::new(), UserId::new(), UserId::new());
        let mut attendance = Attendance::default();
        let mut say = |user, what, at: i64| {
            let report = Report { ticket, user, doing: what };
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
            let report = Report { ticket: TicketId::new(), user: UserId::new(), doing: viewing };
            attendance.take(&report, START + TimeDelta::seconds(second));
        }
        assert!(attendance.tickets.len() <= 60, "{}", attendance.tickets.len());
    }
}
