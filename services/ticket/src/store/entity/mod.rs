//! Rows, as the database has them.

pub(super) mod comment;
pub(super) mod queue;
pub(super) mod ticket;
pub(super) mod ticket_counter;
pub(super) mod ticket_event;
pub(super) mod work_session;
