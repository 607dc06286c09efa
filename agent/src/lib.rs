//! The agent of Chamados: enrols a computer, reports what it is, and says that it is alive.
//!
//! Read in this order: [`enroll()`] makes the computer known, [`run()`] keeps one stream to the
//! server open (`session/`), [`inventory`] is what it tells, [`usb`] what it enforces, [`state`] what
//! it keeps on disk.
//! [`platform`] is the only module that differs between operating systems.

mod backoff;
mod connect;
mod enroll;
mod error;
pub mod inventory;
pub mod platform;
pub mod service;
mod session;
pub mod state;
mod status;
mod ticket;
pub mod usb;

pub use backoff::Backoff;
pub use connect::Transport;
pub use enroll::{EnrollOptions, Enrolled, enroll};
pub use error::{ENROLL_AGAIN, Error, Result};
pub use session::{Carrier, Exit, RunOptions, run};
pub use status::{Report, status};
pub use ticket::{OpenedTicket, TicketOptions, open_ticket};

/// Version of this agent, as the server sees it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The largest message either side may send, in bytes.
pub const MESSAGE_LIMIT: usize = 256 * 1024;
