//! What may be done with a ticket, and what comes of it.

use chamados_chassis::{
    auth::Actor,
    id::{CompanyId, DeviceId, UserId},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    CategoryId, CommentId, Figure, Note, PauseReason, Priority, QueueId, RichText, State, Status,
    Subject, Tags, Ticket, Watchers,
    timeline::{Entry, EntryKind, FieldChange},
};

/// How long after its resolution the client company's people may reopen a ticket.
pub const REOPEN_WINDOW: TimeDelta = TimeDelta::days(7);

/// Something a person does with a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Changes facts.
    Update(Box<Edit>),
    /// Gives it to a member of staff, or to nobody.
    Assign {
        /// To whom.
        assignee: Option<UserId>,
    },
    /// Play.
    Start {
        /// Who pressed it.
        by: UserId,
    },
    /// Pause.
    Pause {
        /// Why.
        reason: PauseReason,
        /// In words; empty for nothing.
        note: Note,
    },
    /// Encerrar.
    Resolve {
        /// The closing message, kept as a comment.
        comment: Option<CommentId>,
    },
    /// Makes people watch it, as many as there is room for, in whatever state.
    Watch {
        /// Who.
        people: Vec<UserId>,
    },
    /// Puts an account in the place of one that was merged into it, in whatever state.
    Replace {
        /// Who is no more.
        from: UserId,
        /// The survivor.
        into: UserId,
    },
    /// Makes a resolved ticket pending again.
    Reopen {
        /// Why; empty for nothing.
        reason: Note,
        /// Staff may at any time, others within [`REOPEN_WINDOW`].
        by_staff: bool,
    },
}

/// New values of facts; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// One line.
    pub subject: Option<Subject>,
    /// The text.
    pub description: Option<RichText>,
    /// Where it waits.
    pub queue: Option<QueueId>,
    /// Who asks.
    pub requester: Option<UserId>,
    /// For which company; `Some(None)` for none.
    pub company: Option<Option<CompanyId>>,
    /// About which device; `Some(None)` for none.
    pub device: Option<Option<DeviceId>>,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// To whom it is given; `Some(None)` for nobody. By the rules of [`Command::Assign`].
    pub assignee: Option<Option<UserId>>,
    /// What sort of help; `Some(None)` for none.
    pub category: Option<Option<CategoryId>>,
    /// Words to find it by.
    pub tags: TagsEdit,
    /// Who sees it besides those it concerns.
    pub watchers: Option<Watchers>,
}

/// What becomes of a ticket's tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TagsEdit {
    /// They stay.
    #[default]
    Keep,
    /// These take their place.
    Set(Tags),
    /// Some come, some go; what does both goes.
    Change {
        /// These come.
        add: Tags,
        /// These go.
        remove: Tags,
    },
}

/// What a command does to a ticket: everything that is written, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The ticket after it.
    pub ticket: Ticket,
    /// What the timeline says of it.
    pub entry: Entry,
    /// What becomes of the work session.
    pub session: SessionEffect,
    /// What it adds to the sums of the dashboard.
    pub figures: Vec<Figure>,
}

/// What a change does to the ticket's open work session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEffect {
    /// Nothing.
    None,
    /// One begins.
    Open {
        /// Who works.
        user: UserId,
        /// From when.
        at: DateTime<Utc>,
    },
    /// The open one ends.
    Close {
        /// When.
        at: DateTime<Utc>,
        /// How long it lasted.
        seconds: i64,
    },
}

/// Why a command is refused in the ticket's present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The status does not lead there.
    #[error("a ticket that is {from} cannot be {kind}")]
    IllegalTransition {
        /// Where the ticket stands.
        from: Status,
        /// What was to happen.
        kind: EntryKind,
    },
    /// Reopen it first.
    #[error("the ticket is resolved")]
    Resolved,
    /// Somebody works on it, so somebody must have it.
    #[error("the ticket is in progress; pause it first")]
    InProgress,
    /// Somebody of the staff must take it first.
    #[error("the ticket has no assignee")]
    Unassigned,
    /// Only active staff can have tickets.
    #[error("the assignee is not an active member of staff")]
    AssigneeNotStaff,
    /// More tags than a ticket may have.
    #[error("a ticket has at most {} tags", super::tags::MOST)]
    TooManyTags,
    /// Too late for the client company's people.
    #[error("the ticket was resolved more than 7 days ago")]
    ReopenWindowOver,
}

impl Rejection {
    /// Stable name, as in the contract.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::Resolved => "ticket_resolved",
            Self::InProgress => "ticket_in_progress",
            Self::Unassigned => "ticket_unassigned",
            Self::AssigneeNotStaff => "assignee_not_staff",
            Self::TooManyTags => "too_many_tags",
            Self::ReopenWindowOver => "reopen_window_over",
        }
    }
}

impl Ticket {
    /// What `command` makes of the ticket; nothing when it changes nothing.
    ///
    /// # Errors
    /// [`Rejection`] when the ticket's present state does not allow it.
    pub fn apply(
        &self,
        command: Command,
        actor: Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<Change>, Rejection> {
        // Clocks of replicas differ; the history of one ticket must not run backwards.
        let mut step = Step::new(self.clone(), now.max(self.updated_at));
        let kind = match command {
            Command::Update(edit) => step.update(*edit)?,
            Command::Assign { assignee } => step.assign(assignee)?,
            Command::Start { by } => step.start(by)?,
            Command::Pause { reason, note } => step.pause(reason, note)?,
            Command::Resolve { comment } => step.resolve(comment)?,
            Command::Watch { people } => step.watch(&people),
            Command::Replace { from, into } => step.replace(from, into),
            Command::Reopen { reason, by_staff } => step.reopen(reason, by_staff)?,
        };
        Ok(step.finish(self, kind, actor))
    }
}

/// A change in the making.
struct Step {
    next: Ticket,
    at: DateTime<Utc>,
    session: SessionEffect,
    note: Note,
    comment: Option<CommentId>,
}

impl Step {
    fn new(next: Ticket, at: DateTime<Utc>) -> Self {
        Self { next, at, session: SessionEffect::None, note: Note::default(), comment: None }
    }

    fn update(&mut self, edit: Edit) -> Result<EntryKind, Rejection> {
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        if let Some(assignee) = edit.assignee {
            self.assign(assignee)?;
        }
        let ticket = &mut self.next;
        set(&mut ticket.subject, edit.subject);
        set(&mut ticket.description, edit.description);
        set(&mut ticket.queue, edit.queue);
        set(&mut ticket.requester, edit.requester);
        set(&mut ticket.company, edit.company);
        set(&mut ticket.device, edit.device);
        set(&mut ticket.priority, edit.priority);
        set(&mut ticket.category, edit.category);
        set(&mut ticket.watchers, edit.watchers);
        match edit.tags {
            TagsEdit::Keep => {}
            TagsEdit::Set(tags) => ticket.tags = tags,
            TagsEdit::Change { add, remove } => {
                let kept = ticket.tags.without(&remove);
                let tags = kept.with(&add.without(&remove));
                ticket.tags = tags.map_err(|_| Rejection::TooManyTags)?;
            }
        }
        Ok(EntryKind::Updated)
    }

    fn watch(&mut self, people: &[UserId]) -> EntryKind {
        self.next.watchers.add(people);
        EntryKind::Updated
    }

    /// What changes more than the assignee is told as a change of facts.
    fn replace(&mut self, from: UserId, into: UserId) -> EntryKind {
        let more = self.next.requester == from || self.next.watchers.contains(from);
        self.next.replace(from, into);
        if more { EntryKind::Updated } else { EntryKind::Assigned }
    }

    fn assign(&mut self, assignee: Option<UserId>) -> Result<EntryKind, Rejection> {
        match self.next.state {
            State::Resolved { .. } => return Err(Rejection::Resolved),
            State::InProgress { .. } if assignee.is_none() => return Err(Rejection::InProgress),
            _ => self.next.assignee = assignee,
        }
        Ok(EntryKind::Assigned)
    }

    fn start(&mut self, by: UserId) -> Result<EntryKind, Rejection> {
        match self.next.state {
            State::Pending | State::Paused { .. } => {}
            _ => return Err(self.illegal(EntryKind::Started)),
        }
        self.next.state = State::InProgress { since: self.at };
        self.next.assignee.get_or_insert(by);
        self.session = SessionEffect::Open { user: by, at: self.at };
        Ok(EntryKind::Started)
    }

    fn pause(&mut self, reason: PauseReason, note: Note) -> Result<EntryKind, Rejection> {
        let State::InProgress { since } = self.next.state else {
            return Err(self.illegal(EntryKind::Paused));
        };
        self.close_session(since);
        self.next.state = State::Paused { reason };
        self.note = note;
        Ok(EntryKind::Paused)
    }

    fn resolve(&mut self, comment: Option<CommentId>) -> Result<EntryKind, Rejection> {
        match self.next.state {
            State::Pending | State::Paused { .. } => {}
            State::InProgress { since } => self.close_session(since),
            State::Resolved { .. } => return Err(self.illegal(EntryKind::Resolved)),
        }
        self.next.state = State::Resolved { at: self.at };
        self.comment = comment;
        Ok(EntryKind::Resolved)
    }

    fn reopen(&mut self, reason: Note, by_staff: bool) -> Result<EntryKind, Rejection> {
        let State::Resolved { at } = self.next.state else {
            return Err(self.illegal(EntryKind::Reopened));
        };
        if !by_staff && self.at - at > REOPEN_WINDOW {
            return Err(Rejection::ReopenWindowOver);
        }
        self.next.state = State::Pending;
        self.note = reason;
        Ok(EntryKind::Reopened)
    }

    fn close_session(&mut self, since: DateTime<Utc>) {
        let seconds = (self.at - since).num_seconds();
        self.next.worked_seconds += seconds;
        self.session = SessionEffect::Close { at: self.at, seconds };
    }

    const fn illegal(&self, kind: EntryKind) -> Rejection {
        Rejection::IllegalTransition { from: self.next.state.status(), kind }
    }

    fn finish(mut self, before: &Ticket, kind: EntryKind, actor: Actor) -> Option<Change> {
        let changes = FieldChange::between(Some(before), &self.next);
        if changes.is_empty() {
            return None;
        }
        self.next.version += 1;
        self.next.updated_at = self.at;
        let entry = Entry {
            kind,
            actor,
            at: self.at,
            version: self.next.version,
            changes,
            note: self.note.into(),
            comment: self.comment,
            chat: None,
            internal: false,
        };
        let figures = Figure::of_change(Some(before), &self.next, self.session);
        Some(Change { ticket: self.next, entry, session: self.session, figures })
    }
}
