//! The scheduler under faults, and under a minute in which everything is due.
//!
//! [`faults`] kills, freezes and cuts off real replicas while they work on runs, and then counts what is
//! missing, doubled or stuck. [`minute`] measures how late runs begin that are due together. Both talk to an
//! [`owner`] of the work, which does what every service does when it is called, and may be told to forget.

pub(crate) mod cluster;
pub mod faults;
pub mod minute;
mod owner;
pub(crate) mod replica;
mod schedules;
mod tally;

use std::sync::Arc;

use anyhow::Result;
use chamados_chassis::auth::Keyring;

/// A key ring of this run alone, in `folder`.
fn keyring(folder: &std::path::Path) -> Result<(std::path::PathBuf, Arc<Keyring>)> {
    let text = Keyring::generate()?;
    let file = folder.join("keyring");
    std::fs::write(&file, &*text)?;
    Ok((file, Arc::new(Keyring::parse(&text)?)))
}
