//! Windows: files inherit the access list of their folder, which below `%LOCALAPPDATA%` admits only
//! the user, the system and administrators.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Whether the process may do everything. Unknown here, so never assumed.
#[must_use]
pub fn is_administrator() -> bool {
    false
}

/// Permission bits of a path, where the system has any: here it has none.
///
/// # Errors
/// When the path is not there or not reachable.
pub fn mode_of(path: &Path) -> io::Result<Option<u32>> {
    fs::metadata(path).map(|_| None)
}

pub(super) fn default_state_dir() -> Option<PathBuf> {
    super::folder_from_env("LOCALAPPDATA").map(|base| base.join("chamados-agent"))
}

/// Makes a directory and those above it.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Nothing to take: the access list is inherited.
pub(crate) fn close_dir(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes or empties a file.
pub(crate) fn create_private_file(path: &Path) -> io::Result<File> {
    File::create(path)
}

/// Directories cannot be synchronised here; the rename itself is journalled.
pub(crate) fn sync_dir(_path: &Path) -> io::Result<()> {
    Ok(())
}
