//! Tickets: reading them, and what people do with them.

mod assign;
mod bulk;
mod change;
mod create;
mod facts;
mod read;
mod update;

pub use assign::assign;
pub use bulk::{Bulk, BulkOutcome, MOST as MOST_AT_ONCE, bulk_update};
pub use change::{Transition, pause, reopen, resolve, start};
pub(in crate::app) use change::{save, write};
pub use create::{NewTicket, create};
pub use read::{get, list, list_timeline, list_work_sessions};
pub use update::update;

pub use crate::store::ListKey;
