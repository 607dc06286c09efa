//! Open files: each connection is one.

use anyhow::Result;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Lets this process, and those it starts, open as many files as the system allows at all.
///
/// # Errors
/// The system refuses.
pub fn allow_many() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}
