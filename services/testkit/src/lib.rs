//! Test support, for tests and measurements; nothing that is shipped depends on it.

pub mod bucket;
#[cfg(feature = "sandbox")]
pub mod certificates;
#[cfg(feature = "computer")]
pub mod computer;
pub mod databases;
pub mod mail;
pub mod redis;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod wait;

pub use bucket::Bucket;
pub use databases::TestDatabase;
pub use mail::MailServer;
#[cfg(feature = "sandbox")]
pub use sandbox::Sandbox;
pub use wait::eventually;
