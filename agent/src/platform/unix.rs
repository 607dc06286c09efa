//! Linux and macOS: permission bits.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// Whether the process may do everything.
#[must_use]
pub fn is_administrator() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Permission bits of a path, where the system has any.
///
/// # Errors
/// When the path is not there or not reachable.
pub fn mode_of(path: &Path) -> io::Result<Option<u32>> {
    Ok(Some(fs::metadata(path)?.permissions().mode() & 0o777))
}

pub(super) fn default_state_dir() -> Option<PathBuf> {
    if is_administrator() {
        return Some(PathBuf::from("/var/lib/chamados-agent"));
    }
    super::folder_from_env("XDG_STATE_HOME")
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/state")))
        .map(|base| base.join("chamados-agent"))
}

/// Makes a directory (and those above it) that only its owner may enter.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Takes from others what they may do in a directory.
pub(crate) fn close_dir(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// Makes or empties a file that only its owner may read.
pub(crate) fn create_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Makes a rename in `path` survive a power cut.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
