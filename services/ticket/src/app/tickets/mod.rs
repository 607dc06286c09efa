//! Tickets: reading them, and what people do with them.

mod assign;
mod change;
mod create;
mod facts;
mod read;
mod update;

pub use assign::assign;
pub(super) use change::write;
pub use change::{Transition, pause, reopen, resolve, start};
pub use create::{NewTicket, create};
pub use read::{get, list, list_timeline, list_work_sessions};
pub use update::update;
