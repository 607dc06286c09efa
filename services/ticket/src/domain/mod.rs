//! The rules of tickets, and nothing that waits, stores or asks the time.

mod words;

pub mod command;
pub mod comment;
pub mod filter;
pub mod opening;
pub mod queue;
pub mod reference;
pub mod rich_text;
pub mod session;
pub mod text;
pub mod ticket;
pub mod timeline;
pub mod visibility;

#[cfg(test)]
mod replay;

pub use command::{Change, Command, Edit, Rejection, SessionEffect};
pub use comment::{Comment, CommentVisibility};
pub use filter::TicketFilter;
pub use opening::{OpeningError, RequesterRule};
pub use queue::Queue;
pub use reference::UserReferences;
pub use rich_text::RichText;
pub use session::WorkSession;
pub use text::{Note, Query, Subject};
pub use ticket::{Draft, PauseReason, Priority, State, Status, Ticket, TicketRef};
pub use timeline::{Entry, EntryKind, Field, FieldChange, RecordedEntry};
pub use visibility::Visibility;

chamados_chassis::define_id!(
    /// Where tickets wait.
    QueueId
);
chamados_chassis::define_id!(
    /// A contribution to a ticket's conversation.
    CommentId
);
chamados_chassis::define_id!(
    /// An entry of a ticket's timeline.
    EntryId
);
chamados_chassis::define_id!(
    /// The time between a play and a pause.
    WorkSessionId
);
