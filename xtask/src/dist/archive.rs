//! Archives whose bytes depend on nothing but what is in them: everything is of root, at one time, in one order.

use std::{collections::BTreeSet, io::Write as _};

use anyhow::{Result, ensure};
use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

/// Longest path in the oldest form of the format, which everybody reads.
const LONGEST: usize = 100;

/// Something to pack.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Without a `/` at the beginning; a folder has one at its end.
    pub(super) path: String,
    /// Permission bits.
    pub(super) mode: u32,
    pub(super) content: Vec<u8>,
}

impl File {
    pub(super) fn text(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), mode: 0o644, content: content.into() }
    }

    pub(super) fn program(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { mode: 0o755, ..Self::text(path, content) }
    }

    pub(super) fn folder(path: impl Into<String>, mode: u32) -> Self {
        Self { mode, ..Self::text(path, []) }
    }
}

/// A tar archive of `files` and the folders above them, each path after `prefix` (Debian's have `./`).
///
/// # Errors
/// A path is too long.
pub(super) fn tar(prefix: &str, files: &[File], time: u64) -> Result<Vec<u8>> {
    let named = |path: &str| files.iter().any(|file| file.path == path);
    let above: BTreeSet<String> = files
        .iter()
        .flat_map(|file| folders_above(&file.path))
        .filter(|path| !named(path))
        .collect();
    let mut all: Vec<File> = above.into_iter().map(|path| File::folder(path, 0o755)).collect();
    all.extend_from_slice(files);
    all.sort_by(|a, b| a.path.cmp(&b.path));

    let mut archive = tar::Builder::new(Vec::new());
    for file in all {
        let path = format!("{prefix}{}", file.path);
        ensure!(path.len() < LONGEST, "{path} is too long for an archive");
        let mut header = Header::new_ustar();
        // By hand, as the library takes a leading `./` away.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        let folder = path.ends_with('/');
        header.set_entry_type(if folder { EntryType::Directory } else { EntryType::Regular });
        header.set_mode(file.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time);
        header.set_size(file.content.len().try_into()?);
        if let Some(owners) = header.as_ustar_mut() {
            owners.set_username("root").and(owners.set_groupname("root"))?;
        }
        header.set_cksum();
        archive.append(&header, file.content.as_slice())?;
    }
    Ok(archive.into_inner()?)
}

/// `a/b/c` is in `a/b/` and `a/`; what has a prefix of `./` is in that too, by its empty name.
fn folders_above(path: &str) -> Vec<String> {
    let inside = path.trim_end_matches('/');
    inside.match_indices('/').map(|(end, _)| inside[..=end].to_owned()).collect()
}

/// Compressed, without a name or time of its own.
///
/// # Errors
/// None that could be told apart from a fault of this program.
pub(super) fn gzip(content: &[u8], level: Compression) -> Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().write(Vec::new(), level);
    gzip.write_all(content)?;
    Ok(gzip.finish()?)
}
