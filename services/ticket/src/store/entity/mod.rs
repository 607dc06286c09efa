//! Rows, as the database has them.

pub(super) mod attachment;
pub(super) mod category;
pub(super) mod chat;
pub(super) mod chat_message;
pub(super) mod chat_read_mark;
pub(super) mod comment;
pub(super) mod draft;
pub(super) mod figure;
pub(super) mod figure_change;
pub(super) mod queue;
pub(super) mod search_doc;
pub(super) mod ticket;
pub(super) mod ticket_counter;
pub(super) mod ticket_event;
pub(super) mod ticket_tag;
pub(super) mod ticket_watcher;
pub(super) mod work_session;
