//! The rules of tickets, and nothing that waits, stores or asks the time.

mod words;

pub mod activity;
pub mod attachment;
pub mod category;
pub mod chat;
pub mod command;
pub mod comment;
pub mod figure;
pub mod filter;
pub mod fold;
pub mod opening;
pub mod queue;
pub mod reference;
pub mod rich_text;
pub mod search;
pub mod session;
pub mod sketch;
pub mod tags;
pub mod text;
pub mod ticket;
pub mod timeline;
pub mod trend;
pub mod visibility;
pub mod watchers;

#[cfg(test)]
mod replay;

pub use attachment::{Attachment, FileName, Place};
pub use category::Category;
pub use chat::{Chat, ChatEnd, ChatEnding, ChatMessage, ChatText, ReadMark};
pub use command::{Change, Command, Edit, Rejection, SessionEffect, TagsEdit};
pub use comment::{Comment, CommentVisibility};
pub use figure::{Counts, Figure, Group, Measure, QueueCount, Scope};
pub use filter::{TicketFilter, TicketSort};
pub use opening::{OpeningError, RequesterRule};
pub use queue::{ListEdit, Queue};
pub use reference::UserReferences;
pub use rich_text::RichText;
pub use session::{ActiveWork, WorkSession};
pub use sketch::{Sketch, SketchKind};
pub use tags::{Tag, Tags};
pub use text::{Line, Name, Note, Query, Subject};
pub use ticket::{Draft, PauseReason, Priority, State, Status, Ticket, TicketRef};
pub use timeline::{Entry, EntryKind, Field, FieldChange, RecordedEntry};
pub use trend::{DayRange, DayTrend, PersonWork};
pub use visibility::Visibility;
pub use watchers::Watchers;

chamados_chassis::define_id!(
    /// Where tickets wait.
    QueueId
);
chamados_chassis::define_id!(
    /// A sort of help.
    CategoryId
);
chamados_chassis::define_id!(
    /// A contribution to a ticket's conversation.
    CommentId
);
chamados_chassis::define_id!(
    /// A file.
    AttachmentId
);
chamados_chassis::define_id!(
    /// An entry of a ticket's timeline.
    EntryId
);
chamados_chassis::define_id!(
    /// The time between a play and a pause.
    WorkSessionId
);
chamados_chassis::define_id!(
    /// A conversation in real time.
    ChatId
);
chamados_chassis::define_id!(
    /// Something said in a chat.
    ChatMessageId
);
