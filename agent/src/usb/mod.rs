//! What may be done with USB storage on this computer. Keyboards, printers, cameras and telephones
//! are never touched: only what is of the class "mass storage" is.
//!
//! A policy is files (Linux) or values (Windows) that the system itself obeys, so it holds while the
//! agent does not run, and from the first moment of the next start.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as imp;
#[cfg(any(windows, test))]
mod windows;
#[cfg(windows)]
use windows as imp;
#[cfg(not(any(target_os = "linux", windows)))]
mod other;
#[cfg(not(any(target_os = "linux", windows)))]
use other as imp;

use std::{fmt, io, path::Path};

use chamados_proto::device::v1 as pb;
use serde::{Deserialize, Serialize};

use crate::error::one_line;

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// As the system has it.
    Allow,
    /// Files can be read and not written.
    ReadOnly,
    /// Nothing.
    Block,
}

impl Policy {
    /// None for a policy of a later version.
    pub(crate) const fn of(policy: pb::UsbPolicy) -> Option<Self> {
        match policy {
            pb::UsbPolicy::Unspecified => None,
            pb::UsbPolicy::Allow => Some(Self::Allow),
            pb::UsbPolicy::ReadOnly => Some(Self::ReadOnly),
            pb::UsbPolicy::Block => Some(Self::Block),
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allowed",
            Self::ReadOnly => "read only",
            Self::Block => "blocked",
        })
    }
}

/// Why a policy cannot be enforced, in words that the panel knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The agent may not change the system's settings.
    NoPermission,
    /// The settings are on a file system that cannot be written.
    ReadOnlyFileSystem,
    /// The system itself runs from USB storage and would lock itself out.
    SystemDisk,
    /// Nothing here obeys the rules.
    NoUdev,
    /// The agent cannot do this on this system.
    Unsupported,
    /// What the detail says.
    Other,
}

impl Reason {
    /// The word of the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoPermission => "no_permission",
            Self::ReadOnlyFileSystem => "read_only_file_system",
            Self::SystemDisk => "system_disk",
            Self::NoUdev => "no_udev",
            Self::Unsupported => "unsupported",
            Self::Other => "other",
        }
    }
}

/// A policy cannot be enforced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Failure {
    /// Why, for programs.
    pub reason: Reason,
    /// Why, for people, in one line.
    pub detail: String,
}

impl Failure {
    pub(crate) fn new(reason: Reason, detail: &str) -> Self {
        Self { reason, detail: one_line(detail) }
    }

    /// For `map_err` on a file operation.
    fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| {
            let reason = match error.kind() {
                io::ErrorKind::PermissionDenied => Reason::NoPermission,
                io::ErrorKind::ReadOnlyFilesystem => Reason::ReadOnlyFileSystem,
                _ => Reason::Other,
            };
            Self::new(reason, &format!("cannot {action} {}: {error}", path.display()))
        }
    }
}

/// Makes the system obey the policy, now and after every start. Again has no effect. Blocks, on a
/// system that does not answer for up to ten seconds. Settings are below `root`, which is `/` except
/// in tests; only there are programs of the system started.
///
/// # Errors
/// [`Failure`]; what was in force before may then be or not.
pub fn enforce(root: &Path, policy: Policy) -> Result<(), Failure> {
    imp::enforce(root, policy)
}
