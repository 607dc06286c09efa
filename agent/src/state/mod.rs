//! What the agent keeps on disk: one private directory with the credentials, the policy it enforces,
//! the running agent's status, and a lock.

mod credentials;
mod policy;
mod status;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

pub use credentials::Credentials;
pub use policy::KeptPolicy;
pub use status::{Phase, Status};

use crate::{Error, Result, platform};

const CREDENTIALS: &str = "credentials.json";
const STATUS: &str = "status.json";
const POLICY: &str = "usb-policy.json";
const LOCK: &str = "lock";

/// A state directory that only its owner may enter.
#[derive(Debug, Clone)]
pub struct StateDir {
    path: PathBuf,
}

/// How long a file must last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Also through a power cut.
    Always,
    /// As long as the system runs. Does not wait for the disk.
    UntilPowerCut,
}

/// Held as long as this process is the one agent on a state directory.
#[derive(Debug)]
pub struct InstanceLock {
    _file: File,
}

impl StateDir {
    /// Makes the directory if it is not there, and checks that it is private. An empty one is
    /// closed to others.
    ///
    /// # Errors
    /// [`Error::Exposed`] when others may enter it and it holds something: it may be a shared
    /// directory, named by mistake, and is left alone.
    pub fn create(path: &Path) -> Result<Self> {
        platform::create_private_dir(path).map_err(Error::file("create", path))?;
        let mut entries = fs::read_dir(path).map_err(Error::file("read", path))?;
        if entries.next().is_none() {
            platform::close_dir(path).map_err(Error::file("close", path))?;
        }
        Self::open(path)
    }

    /// Opens a directory made earlier.
    ///
    /// # Errors
    /// [`Error::NotEnrolled`] when it is not there, [`Error::Exposed`] when others may enter it.
    pub fn open(path: &Path) -> Result<Self> {
        match require_private(path, 0o700) {
            Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Err(Error::NotEnrolled(path.to_owned()))
            }
            result => result.map(|()| Self { path: path.to_owned() }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Becomes the one agent on this directory, until the lock is dropped or the process ends.
    ///
    /// # Errors
    /// [`Error::Running`] when another holds it.
    pub async fn lock(&self) -> Result<InstanceLock> {
        let path = self.path.join(LOCK);
        let file = platform::create_private_file(&path).map_err(Error::file("create", &path))?;
        // `status` holds a shared lock for a moment to see whether anybody is here.
        for patience in [50, 100, 200, 0] {
            match file.try_lock() {
                Ok(()) => return Ok(InstanceLock { _file: file }),
                Err(TryLockError::Error(e)) => return Err(Error::file("lock", path)(e)),
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(Duration::from_millis(patience)).await;
                }
            }
        }
        Err(Error::Running(self.path.clone()))
    }

    /// Whether an agent runs on this directory now.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        File::open(self.path.join(LOCK))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Replaces a file whole: a reader meets the old content or the new one, and with
    /// [`Keep::Always`] so does whoever looks after a power cut.
    fn write(&self, name: &str, content: &[u8], keep: Keep) -> Result<()> {
        let path = self.path.join(name);
        let temporary = self.path.join(format!("{name}.new"));
        let write = || -> io::Result<()> {
            // Left behind by a crash, perhaps with other permissions, which a truncation keeps.
            match fs::remove_file(&temporary) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
            let mut file = platform::create_private_file(&temporary)?;
            file.write_all(content)?;
            if keep == Keep::Always {
                file.sync_all()?;
            }
            drop(file);
            fs::rename(&temporary, &path)?;
            if keep == Keep::Always {
                platform::sync_dir(&self.path)?;
            }
            Ok(())
        };
        write().map_err(Error::file("write", &path))
    }

    /// Removes a file, if it is there.
    fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::file("remove", path)(e)),
            _ => Ok(()),
        }
    }

    /// The content of a file, if it is there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::file("read", path)(e)),
        }
    }
}

/// Refuses a path that others than its owner may use, where the system can tell.
fn require_private(path: &Path, wanted: u32) -> Result<()> {
    let mode = platform::mode_of(path).map_err(Error::file("read", path))?;
    match mode {
        Some(mode) if mode & 0o077 != 0 => {
            Err(Error::Exposed { path: path.to_owned(), mode, wanted })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_agent_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDir::create(directory.path()).unwrap();
        assert!(!state.is_locked());
        let lock = state.lock().await.unwrap();
        assert!(state.is_locked());
        assert!(matches!(state.lock().await, Err(Error::Running(_))));
        drop(lock);
        assert!(!state.is_locked());
        state.lock().await.unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn an_open_directory_is_closed_when_empty_else_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let open = || fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755));
        open().unwrap();
        StateDir::create(directory.path()).unwrap();
        assert_eq!(platform::mode_of(directory.path()).unwrap(), Some(0o700));

        open().unwrap();
        fs::write(directory.path().join("somebody's"), "").unwrap();
        let error = StateDir::create(directory.path()).unwrap_err();
        assert!(error.to_string().contains("chmod 700"), "{error}");
        assert_eq!(platform::mode_of(directory.path()).unwrap(), Some(0o755));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_private_and_whole() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDir::create(&directory.path().join("a/b")).unwrap();
        assert_eq!(platform::mode_of(state.path()).unwrap(), Some(0o700));
        // A leftover with open permissions does not pass them on.
        fs::write(state.path().join("x.new"), "torn").unwrap();
        state.write("x", b"one", Keep::Always).unwrap();
        state.write("x", b"two", Keep::UntilPowerCut).unwrap();
        assert_eq!(state.read("x").unwrap().as_deref(), Some(&b"two"[..]));
        assert_eq!(platform::mode_of(&state.path().join("x")).unwrap(), Some(0o600));
        assert!(!state.path().join("x.new").exists());
    }

    #[test]
    fn a_missing_directory_is_not_enrolled() {
        let directory = tempfile::tempdir().unwrap();
        let error = StateDir::open(&directory.path().join("none")).unwrap_err();
        assert!(matches!(error, Error::NotEnrolled(_)), "{error}");
    }
}
