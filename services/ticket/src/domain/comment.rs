//! The conversation of a ticket.

use chamados_chassis::{auth::Actor, id::TicketId};
use chrono::{DateTime, Utc};

use super::{
    Attachment, CommentId, RichText,
    timeline::{Entry, EntryKind},
    words::words,
};

words!(
    /// Who may read a comment.
    CommentVisibility {
        /// Everybody who sees the ticket.
        Public = "public",
        /// Staff only.
        Internal = "internal",
    }
);

/// A contribution to the conversation. Never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The ticket it belongs to.
    pub ticket: TicketId,
    /// Who wrote it.
    pub author: Actor,
    /// Who may read it.
    pub visibility: CommentVisibility,
    /// What it says; empty only where there are files.
    pub body: RichText,
    /// Files that came with it, in order.
    pub attachments: Vec<Attachment>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl Comment {
    /// What the timeline of a ticket at `version` says of the comment.
    #[must_use]
    pub fn entry(&self, version: i64) -> Entry {
        Entry {
            kind: EntryKind::Commented,
            actor: self.author.clone(),
            at: self.created_at,
            version,
            changes: Vec::new(),
            note: String::new(),
            comment: Some(self.id),
            chat: None,
            internal: self.visibility == CommentVisibility::Internal,
        }
    }
}
