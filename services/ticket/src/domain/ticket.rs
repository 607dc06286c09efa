//! A ticket: what it is now. How it becomes something else: [`super::command`].

use chamados_chassis::{
    auth::{Actor, Audience},
    id::{CompanyId, DeviceId, TenantId, TicketId, UserId},
};
use chrono::{DateTime, Utc};

use super::{
    CategoryId, Figure, QueueId, RichText, Subject, Tags, Watchers,
    command::{Change, Rejection, SessionEffect},
    timeline::{Entry, EntryKind, FieldChange},
    words::words,
};

words!(
    /// Where a ticket stands.
    Status {
        /// Nobody works on it.
        Pending = "pending",
        /// Somebody works on it now.
        InProgress = "in_progress",
        /// Work stopped, with a reason.
        Paused = "paused",
        /// A person closed it.
        Resolved = "resolved",
    }
);

words!(
    /// How much it matters.
    Priority {
        /// Can wait.
        Low = "low",
        /// As most.
        Normal = "normal",
        /// Before the others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
);

impl Priority {
    /// Its place in a list that is sorted by priority.
    #[must_use]
    pub const fn order(self) -> i32 {
        match self {
            Self::Urgent => 0,
            Self::High => 1,
            Self::Normal => 2,
            Self::Low => 3,
        }
    }
}

words!(
    /// Why work stopped.
    PauseReason {
        /// Waiting for the person who asked.
        WaitingRequester = "waiting_requester",
        /// Waiting for another company or a part.
        WaitingThirdParty = "waiting_third_party",
        /// Agreed to go on at a later time.
        Scheduled = "scheduled",
        /// End of the working day, or a break.
        Break = "break",
        /// Anything else; the note says what.
        Other = "other",
    }
);

/// A [`Status`] with what belongs to it: no paused ticket is without its reason, and only a ticket
/// in progress is being worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum State {
    /// Nobody works on it.
    Pending,
    /// Somebody works on it.
    InProgress {
        /// When the open work session began.
        since: DateTime<Utc>,
    },
    /// Work stopped.
    Paused {
        /// Why.
        reason: PauseReason,
    },
    /// A person closed it.
    Resolved {
        /// When.
        at: DateTime<Utc>,
    },
}

impl State {
    /// Which of the four it is.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::Pending => Status::Pending,
            Self::InProgress { .. } => Status::InProgress,
            Self::Paused { .. } => Status::Paused,
            Self::Resolved { .. } => Status::Resolved,
        }
    }

    /// When the open work session began, while there is one.
    #[must_use]
    pub const fn working_since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::InProgress { since } => Some(*since),
            _ => None,
        }
    }

    /// Why it is paused, while it is.
    #[must_use]
    pub const fn pause_reason(&self) -> Option<PauseReason> {
        match self {
            Self::Paused { reason } => Some(*reason),
            _ => None,
        }
    }

    /// When it was resolved, while it is.
    #[must_use]
    pub const fn resolved_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Resolved { at } => Some(*at),
            _ => None,
        }
    }
}

/// How a caller names a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketRef {
    /// By its id.
    Id(TicketId),
    /// By its number in the tenant.
    Number(i64),
}

/// A request for help.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ticket {
    /// Never changes.
    pub id: TicketId,
    /// Whose support organisation's.
    pub tenant: TenantId,
    /// Counts up from 1 in the tenant.
    pub number: i64,
    /// One line.
    pub subject: Subject,
    /// May be empty.
    pub description: RichText,
    /// Where it stands.
    pub state: State,
    /// How much it matters.
    pub priority: Priority,
    /// Where it waits.
    pub queue: QueueId,
    /// Who asks.
    pub requester: UserId,
    /// For which client company, if any.
    pub company: Option<CompanyId>,
    /// About which computer, if any.
    pub device: Option<DeviceId>,
    /// Who of the staff has it, if anybody.
    pub assignee: Option<UserId>,
    /// What sort of help, if it was said.
    #[serde(default)]
    pub category: Option<CategoryId>,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Tags,
    /// Who sees it besides those it concerns.
    #[serde(default)]
    pub watchers: Watchers,
    /// Closed work sessions together, in seconds.
    pub worked_seconds: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When its last change was made. Comments are no change of the ticket.
    pub updated_at: DateTime<Utc>,
    /// Number of changes, the opening included.
    pub version: i64,
}

/// A ticket about to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: TicketId,
    /// Whose support organisation's.
    pub tenant: TenantId,
    /// The next in the tenant.
    pub number: i64,
    /// One line.
    pub subject: Subject,
    /// May be empty.
    pub description: RichText,
    /// How much it matters.
    pub priority: Priority,
    /// Where it waits.
    pub queue: QueueId,
    /// Who asks.
    pub requester: UserId,
    /// For which client company, if any.
    pub company: Option<CompanyId>,
    /// About which computer, if any.
    pub device: Option<DeviceId>,
    /// What sort of help, if it was said.
    pub category: Option<CategoryId>,
    /// Words to find it by.
    pub tags: Tags,
    /// Who sees it besides those it concerns.
    pub watchers: Watchers,
}

impl Ticket {
    /// Opens a ticket: pending, nobody's, never worked on.
    #[must_use]
    pub fn open(draft: Draft, actor: Actor, now: DateTime<Utc>) -> Change {
        let ticket = Self {
            id: draft.id,
            tenant: draft.tenant,
            number: draft.number,
            subject: draft.subject,
            description: draft.description,
            state: State::Pending,
            priority: draft.priority,
            queue: draft.queue,
            requester: draft.requester,
            company: draft.company,
            device: draft.device,
            assignee: None,
            category: draft.category,
            tags: draft.tags,
            watchers: draft.watchers,
            worked_seconds: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let entry = Entry {
            kind: EntryKind::Created,
            actor,
            at: now,
            version: ticket.version,
            changes: FieldChange::between(None, &ticket),
            note: String::new(),
            comment: None,
            chat: None,
            internal: false,
        };
        let session = SessionEffect::None;
        let figures = Figure::of_change(None, &ticket, session);
        Change { ticket, entry, session, figures }
    }

    /// Nothing, when a comment may be added. Staff first take the ticket, so that the requester
    /// always knows whom they talk to.
    ///
    /// # Errors
    /// [`Rejection::Resolved`], and for staff [`Rejection::Unassigned`].
    pub const fn accepts_comment(&self, by_staff: bool) -> Result<(), Rejection> {
        match self.state {
            State::Resolved { .. } => Err(Rejection::Resolved),
            _ if by_staff && self.assignee.is_none() => Err(Rejection::Unassigned),
            _ => Ok(()),
        }
    }

    /// Who besides staff may hear that it changed: its company's managers, the requester and those
    /// who watch.
    #[must_use]
    pub fn audience(&self) -> Audience {
        let mut users = vec![self.requester];
        users.extend(self.watchers.as_slice().iter().filter(|user| **user != self.requester));
        Audience { company: self.company, users }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for reason in PauseReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(*reason));
        }
        assert!("closed".parse::<Status>().is_err());
    }
}
