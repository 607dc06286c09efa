//! Archives: everything a tenant owns as one file, and back into an empty installation.
//!
//! An archive is a zip with a folder per service. In it is a file of JSON Lines per kind of record
//! (`ticket/comment.jsonl`), the attachments (`ticket/files/<id>`), and last of all `manifest.json`, which
//! says what there is, how many, with which checksum, and what could not be read. A reader that knows zip
//! and JSON needs nothing else.
//!
//! [`write()`] puts one together from what the services tell, [`Reader`] takes one apart, and [`restore()`]
//! writes it into tables. All of them hold a page of records in memory, whatever the size.

/// The services in the order in which they are read and written. Identity is the last: what the others refer
/// to is there as late as they know it, and an installation without a tenant has nothing.
pub const ORDER: [&str; 4] = ["ticket", "device", "scheduler", "identity"];

mod manifest;
mod read;
mod restore;
mod write;

pub use manifest::{FORMAT, File, MOST_UNREADABLE, Manifest, Tenant, Unreadable, VERSION};
pub use read::{Content, ReadError, Reader};
pub use restore::{Place, RestoreError, Restored, begin, restore};
pub use write::{Named, Progress, Watch, WriteError, sha256, write};
