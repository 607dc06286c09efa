//! What a person has begun to write on a ticket and not sent. One person's, and nobody else's.

use chamados_chassis::id::TicketId;
use chrono::{DateTime, Utc};

use super::{CommentVisibility, Line, RichText, words::words};

words!(
    /// What a sketch is to become.
    SketchKind {
        /// A comment.
        Comment = "comment",
        /// The closing message.
        Closing = "closing",
        /// New subject and description.
        Facts = "facts",
    }
);

/// Something begun. The contract calls it a draft, which here is a ticket about to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// On which ticket.
    pub ticket: TicketId,
    /// What it is to become.
    pub kind: SketchKind,
    /// The text so far; may be empty.
    pub body: RichText,
    /// Of a comment: who is to read it.
    pub visibility: CommentVisibility,
    /// Of facts: the subject so far.
    pub subject: Line,
    /// The ticket's version when it was begun.
    pub base_version: i64,
    /// When it was last written.
    pub updated_at: DateTime<Utc>,
}
