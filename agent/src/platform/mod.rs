//! What differs between operating systems, and nothing else.

use std::path::PathBuf;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as imp;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as imp;

pub(crate) use imp::{close_dir, create_private_dir, create_private_file, sync_dir};
pub use imp::{is_administrator, mode_of};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::firmware;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::firmware;

/// What the firmware and the installation say of themselves, filler left out; `None` where they
/// say nothing or the agent may not read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Firmware {
    pub(crate) uuid: Option<String>,
    pub(crate) board_serial: Option<String>,
    pub(crate) system_serial: Option<String>,
    pub(crate) vendor: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) machine_id: Option<String>,
}

/// Where the agent keeps its state unless told otherwise: a folder of the system for an
/// administrator, of the user for anybody else.
#[must_use]
pub fn default_state_dir() -> Option<PathBuf> {
    imp::default_state_dir()
}

/// The only look at the environment: folders are named by it on every system.
#[allow(clippy::disallowed_methods, reason = "where folders are is no configuration of ours")]
fn folder_from_env(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}
