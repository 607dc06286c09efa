//! The timeline: every change of a ticket, from which the ticket could be made again.

use chamados_chassis::auth::Actor;
use chrono::{DateTime, Utc};

use super::{ChatId, CommentId, EntryId, Ticket, words::words};

words!(
    /// What happened.
    EntryKind {
        /// The ticket was opened.
        Created = "created",
        /// Play.
        Started = "started",
        /// Pause.
        Paused = "paused",
        /// Encerrar.
        Resolved = "resolved",
        /// Pending again.
        Reopened = "reopened",
        /// Given to somebody, or to nobody.
        Assigned = "assigned",
        /// Somebody wrote.
        Commented = "commented",
        /// Facts were changed.
        Updated = "updated",
        /// A live chat began.
        ChatStarted = "chat_started",
        /// A live chat ended.
        ChatEnded = "chat_ended",
    }
);

words!(
    /// A field whose changes are told, by its name in the contract. Times and worked seconds follow
    /// from the entries' own times.
    Field {
        /// One line.
        Subject = "subject",
        /// The text.
        Description = "description",
        /// Where it stands.
        Status = "status",
        /// Why it is paused.
        PauseReason = "pause_reason",
        /// How much it matters.
        Priority = "priority",
        /// Where it waits.
        Queue = "queue_id",
        /// Who asks.
        Requester = "requester_id",
        /// For which company.
        Company = "company_id",
        /// About which device.
        Device = "device_id",
        /// Who has it.
        Assignee = "assignee_id",
        /// What sort of help.
        Category = "category_id",
        /// Words to find it by, as a JSON array.
        Tags = "tags",
        /// Who sees it besides those it concerns, as a JSON array.
        Watchers = "watcher_ids",
    }
);

impl Field {
    /// The field's value as text; none when it has none.
    fn of(self, ticket: &Ticket) -> Option<String> {
        match self {
            Self::Subject => Some(ticket.subject.to_string()),
            Self::Description => Some(ticket.description.to_string()).filter(|d| !d.is_empty()),
            Self::Status => Some(ticket.state.status().to_string()),
            Self::PauseReason => ticket.state.pause_reason().map(|reason| reason.to_string()),
            Self::Priority => Some(ticket.priority.to_string()),
            Self::Queue => Some(ticket.queue.to_string()),
            Self::Requester => Some(ticket.requester.to_string()),
            Self::Company => ticket.company.map(|id| id.to_string()),
            Self::Device => ticket.device.map(|id| id.to_string()),
            Self::Assignee => ticket.assignee.map(|id| id.to_string()),
            Self::Category => ticket.category.map(|id| id.to_string()),
            Self::Tags => (!ticket.tags.is_empty()).then(|| json(&ticket.tags)),
            Self::Watchers => (!ticket.watchers.is_empty()).then(|| json(&ticket.watchers)),
        }
    }
}

/// A list of plain texts as JSON, which cannot fail.
fn json(list: &impl serde::Serialize) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

/// One field's old and new value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldChange {
    /// Which field.
    pub field: Field,
    /// Value before, if any.
    pub old: Option<String>,
    /// Value after, if any.
    pub new: Option<String>,
}

impl FieldChange {
    /// What differs between two versions of a ticket; before the first there is nothing.
    #[must_use]
    pub fn between(before: Option<&Ticket>, after: &Ticket) -> Vec<Self> {
        Field::ALL
            .iter()
            .map(|&field| Self {
                field,
                old: before.and_then(|ticket| field.of(ticket)),
                new: field.of(after),
            })
            .filter(|change| change.old != change.new)
            .collect()
    }
}

/// One entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub kind: EntryKind,
    /// Who did it.
    pub actor: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The ticket's version after it; comments and chats leave the version as it is.
    pub version: i64,
    /// The fields that changed.
    pub changes: Vec<FieldChange>,
    /// Pause note or reason for reopening, or empty.
    pub note: String,
    /// The comment written with it.
    pub comment: Option<CommentId>,
    /// The live chat that began or ended.
    pub chat: Option<ChatId>,
    /// For the eyes of staff only, because its comment is.
    pub internal: bool,
}

impl Entry {
    /// Takes out what staff said to each other: the note of a pause.
    pub fn keep_from_requester(&mut self) {
        if self.kind == EntryKind::Paused {
            self.note.clear();
        }
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEntry {
    /// Its id.
    pub id: EntryId,
    /// What it says.
    pub entry: Entry,
}
