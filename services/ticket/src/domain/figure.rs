//! Figures for the dashboard: sums that every change adds to, so that nobody has to count.

use chamados_chassis::id::{CompanyId, UserId};
use chrono::{DateTime, Utc};

use super::{QueueId, SessionEffect, Status, Ticket, words::words};

words!(
    /// What is summed up.
    Measure {
        /// Tickets that are pending now.
        Pending = "pending",
        /// Tickets in progress now.
        InProgress = "in_progress",
        /// Tickets that are paused now.
        Paused = "paused",
        /// Tickets that are resolved now.
        Resolved = "resolved",
        /// Tickets opened in an hour.
        Opened = "opened",
        /// Times a ticket was resolved in an hour.
        Resolutions = "resolutions",
        /// First answers given in an hour.
        FirstResponses = "first_responses",
        /// From opening to those first answers, together, in seconds.
        FirstResponseSeconds = "first_response_seconds",
        /// Work sessions that ended in an hour, together, in seconds.
        WorkedSeconds = "worked_seconds",
    }
);

impl Measure {
    /// The one that tells how many tickets have a status.
    #[must_use]
    pub const fn tickets(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::InProgress => Self::InProgress,
            Status::Paused => Self::Paused,
            Status::Resolved => Self::Resolved,
        }
    }
}

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Tickets as they are now: those of a queue that somebody, or nobody, has.
    Now {
        /// Where they wait.
        queue: QueueId,
        /// Who has them.
        assignee: Option<UserId>,
    },
    /// Tickets of a company as they are now.
    Company(CompanyId),
    /// What happened in an hour, counted from 1970 in UTC.
    Hour(i64),
}

impl Scope {
    /// In which sums of the present a ticket counts.
    fn of(ticket: &Ticket) -> [Option<Self>; 2] {
        let now = Self::Now { queue: ticket.queue, assignee: ticket.assignee };
        [Some(now), ticket.company.map(Self::Company)]
    }
}

/// Something added to a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// To which sum.
    pub measure: Measure,
    /// Of what.
    pub scope: Scope,
    /// How much; less than nothing takes away.
    pub value: i64,
}

/// The full hour of UTC in which a time lies, counted from 1970.
#[must_use]
pub fn hour(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(3600)
}

impl Figure {
    /// Something that happened at a time.
    #[must_use]
    pub fn at(at: DateTime<Utc>, measure: Measure, value: i64) -> Self {
        Self { measure, scope: Scope::Hour(hour(at)), value }
    }

    /// The first answer to a ticket.
    #[must_use]
    pub fn of_first_response(opened: DateTime<Utc>, at: DateTime<Utc>) -> [Self; 2] {
        let seconds = at.timestamp() - opened.timestamp();
        [
            Self::at(at, Measure::FirstResponses, 1),
            Self::at(at, Measure::FirstResponseSeconds, seconds),
        ]
    }

    /// What a change adds: the ticket leaves one count and enters another, and things happened.
    #[must_use]
    pub fn of_change(before: Option<&Ticket>, after: &Ticket, session: SessionEffect) -> Vec<Self> {
        let at = after.updated_at;
        let mut figures = Vec::new();
        let was = before.map(Scope::of).unwrap_or_default();
        let status_was = before.map(|ticket| ticket.state.status());
        let status = after.state.status();
        for (was, is) in was.into_iter().zip(Scope::of(after)) {
            if (status_was, was) != (Some(status), is) {
                figures.extend(Self::present(status_was, was, -1));
                figures.extend(Self::present(Some(status), is, 1));
            }
        }
        match status_was {
            None => figures.push(Self::at(at, Measure::Opened, 1)),
            Some(was) if was != Status::Resolved && status == Status::Resolved => {
                figures.push(Self::at(at, Measure::Resolutions, 1));
            }
            Some(_) => {}
        }
        if let SessionEffect::Close { at, seconds } = session {
            figures.push(Self::at(at, Measure::WorkedSeconds, seconds));
        }
        figures
    }

    /// `value` tickets of a status more.
    fn present(status: Option<Status>, scope: Option<Scope>, value: i64) -> Option<Self> {
        Some(Self { measure: Measure::tickets(status?), scope: scope?, value })
    }
}

/// How many tickets there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// One a status, in their order.
    pub by_status: [i64; 4],
    /// Those not resolved, by queue.
    pub open_by_queue: Vec<QueueCount>,
    /// Not resolved, and nobody has them.
    pub unassigned: i64,
    /// Not resolved, and the caller has them.
    pub mine: i64,
}

/// Open tickets of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueCount {
    /// Which queue.
    pub queue: QueueId,
    /// How many.
    pub open: i64,
    /// Of those, how many nobody has.
    pub unassigned: i64,
}

/// Tickets of one status, queue and assignee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Where they stand.
    pub status: Status,
    /// Where they wait.
    pub queue: QueueId,
    /// Who has them.
    pub assignee: Option<UserId>,
    /// How many.
    pub tickets: i64,
}

impl Counts {
    /// Adds groups up for somebody.
    #[must_use]
    pub fn of(groups: impl IntoIterator<Item = Group>, caller: Option<UserId>) -> Self {
        let mut counts = Self::default();
        let mut queues = std::collections::BTreeMap::<QueueId, (i64, i64)>::new();
        for Group { status, queue, assignee, tickets } in groups {
            let [pending, in_progress, paused, resolved] = &mut counts.by_status;
            *match status {
                Status::Pending => pending,
                Status::InProgress => in_progress,
                Status::Paused => paused,
                Status::Resolved => resolved,
            } += tickets;
            if status == Status::Resolved {
                continue;
            }
            let (open, waiting) = queues.entry(queue).or_default();
            *open += tickets;
            match assignee {
                None => {
                    *waiting += tickets;
                    counts.unassigned += tickets;
                }
                Some(_) if assignee == caller => counts.mine += tickets,
                Some(_) => {}
            }
        }
        let queues = queues.into_iter().filter(|(_, (open, _))| *open != 0);
        counts.open_by_queue = queues
            .map(|(queue, (open, unassigned))| QueueCount { queue, open, unassigned })
            .collect();
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_added_up_for_the_caller() {
        let (here, there, caller) = (QueueId::new(), QueueId::new(), UserId::new());
        let group = |status, queue, assignee, tickets| Group { status, queue, assignee, tickets };
        let other = Some(UserId::new());
        let counts = Counts::of(
            [
                group(Status::Pending, here, None, 4),
                group(Status::Pending, here, Some(caller), 3),
                group(Status::Paused, here, other, 2),
                group(Status::InProgress, there, Some(caller), 1),
                group(Status::Resolved, there, None, 100),
                group(Status::Resolved, there, Some(caller), 50),
                group(Status::Pending, QueueId::new(), None, 0),
            ],
            Some(caller),
        );
        assert_eq!(counts.by_status, [7, 1, 2, 150]);
        assert_eq!((counts.unassigned, counts.mine), (4, 4));
        let queues = [
            QueueCount { queue: here, open: 9, unassigned: 4 },
            QueueCount { queue: there, open: 1, unassigned: 0 },
        ];
        assert_eq!(counts.open_by_queue, queues);
        assert_eq!(Counts::of([group(Status::Pending, here, other, 1)], None).mine, 0);
    }

    #[test]
    fn hours_are_counted_from_1970_also_before() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!([hour(at(0)), hour(at(3599)), hour(at(3600)), hour(at(-1))], [0, 0, 1, -1]);
    }
}
