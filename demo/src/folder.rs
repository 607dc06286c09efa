//! The folder in which a demo lives, and nothing else: whoever deletes it has removed the demo.
//!
//! It has a mark of its own, so that a demo is never made in, and never removed from, a folder with other data.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use chamados::Config;
use rand::{RngExt as _, seq::IndexedRandom as _};
use serde::{Deserialize, Serialize};

/// The mark; locked as long as the demo runs.
const MARK: &str = "demo.lock";
/// Written once everything else is there.
const FILLED: &str = "demo.json";
/// The product's own folder.
const DATA: &str = "data";

/// A demo's folder, which nobody else has open.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Holds the lock.
    _mark: File,
}

/// What there is in a filled folder, for whoever starts it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// Of all accounts; made for this folder.
    pub password: String,
    /// Who signs in with it.
    pub accounts: Vec<Account>,
    /// Ids and tokens of the computers that stream.
    pub(crate) computers: Vec<(String, String)>,
}

/// Somebody who signs in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What they are.
    pub role: String,
    /// Their address.
    pub email: String,
}

impl Filled {
    /// How many computers stream.
    #[must_use]
    pub const fn streaming(&self) -> usize {
        self.computers.len()
    }
}

impl Folder {
    /// Opens the demo's folder, and makes it when there is none.
    ///
    /// # Errors
    /// There is something else in it, or the demo runs already.
    pub fn open(path: &Path) -> Result<Self> {
        let mark = path.join(MARK);
        if !mark.exists() {
            let is_empty = match fs::read_dir(path) {
                Ok(mut entries) => entries.next().is_none(),
                Err(error) if error.kind() == ErrorKind::NotFound => true,
                Err(error) => return Err(error).with_context(|| path.display().to_string()),
            };
            ensure!(
                is_empty,
                "{} has something else in it than a demo; name another folder",
                path.display()
            );
            make_private(path).with_context(|| format!("cannot make {}", path.display()))?;
            File::create_new(&mark).with_context(|| format!("cannot write {}", mark.display()))?;
        }
        Self::lock(path)
    }

    fn lock(path: &Path) -> Result<Self> {
        let mark = path.join(MARK);
        let file = File::open(&mark).with_context(|| format!("{} is no demo", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _mark: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("the demo in {} is running; stop it first", path.display())
            }
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the demo's folder"),
        }
    }

    /// Where the product keeps its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.path.join(DATA)
    }

    /// What there is, once it is filled.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn filled(&self) -> Result<Option<Filled>> {
        let file = self.path.join(FILLED);
        match fs::read(&file) {
            Ok(text) => {
                Ok(Some(serde_json::from_slice(&text).with_context(|| file.display().to_string())?))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| file.display().to_string()),
        }
    }

    /// Takes away what an interrupted fill left.
    pub(crate) fn clear(&self) -> Result<()> {
        match fs::remove_dir_all(self.data()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).context("cannot clear the demo's data")
            }
            _ => Ok(()),
        }
    }

    /// From now on it is filled.
    pub(crate) fn finish(&self, filled: &Filled) -> Result<()> {
        let draft = self.path.join(format!("{FILLED}.new"));
        fs::write(&draft, serde_json::to_vec_pretty(filled)?)?;
        fs::rename(&draft, self.path.join(FILLED)).context("cannot finish the demo's folder")
    }
}

/// Removes a demo, whole.
///
/// # Errors
/// The folder is no demo, or the demo is running.
pub fn remove(path: &Path) -> Result<()> {
    let folder = Folder::lock(path)?;
    fs::remove_dir_all(&folder.path).with_context(|| format!("cannot remove {}", path.display()))
}

/// The product's configuration on a demo's data. Nothing that is set for another installation on this machine
/// leads it elsewhere: no database server, no Redis, no mail, no other key ring.
pub(crate) fn config(data: &Path, more: &[(&str, String)]) -> Result<Config> {
    let mut settings = vec![
        ("target", "all".to_owned()),
        ("data_dir", data.display().to_string()),
        ("database.url.value", String::new()),
        ("redis.url.value", String::new()),
        ("mail.smtp.url.value", String::new()),
        // Simulated computers forget the token that would replace theirs.
        ("device.credential_millis", "0".to_owned()),
    ];
    settings.extend_from_slice(more);
    let mut config = Config::load(None, &settings)?;
    config.auth.keyring_file = None;
    Ok(config)
}

/// A password that is easy to copy by eye: nothing in it looks like something else.
pub(crate) fn password() -> String {
    const LETTERS: [char; 20] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v',
        'x', 'z',
    ];
    let mut rng = rand::rng();
    let part = |rng: &mut rand::rngs::ThreadRng| -> String {
        let letters = (0..4).filter_map(|_| LETTERS.choose(rng));
        letters.collect()
    };
    let parts = [part(&mut rng), part(&mut rng), part(&mut rng)];
    format!("{}-{}", parts.join("-"), rng.random_range(2..10))
}

/// A folder that only its owner can enter: there are tokens in it.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_demo_is_opened_and_removed() {
        let place = tempfile::tempdir().unwrap();
        let other = place.path().join("data");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("ticket.db"), "x").unwrap();
        assert!(Folder::open(&other).unwrap_err().to_string().contains("something else"));
        assert!(remove(&other).unwrap_err().to_string().contains("no demo"));
        assert!(other.join("ticket.db").exists());

        let demo = place.path().join("demo");
        let folder = Folder::open(&demo).unwrap();
        assert!(folder.filled().unwrap().is_none());
        assert!(Folder::open(&demo).unwrap_err().to_string().contains("running"));
        assert!(remove(&demo).unwrap_err().to_string().contains("running"));
        drop(folder);
        assert!(Folder::open(&demo).is_ok());
        remove(&demo).unwrap();
        assert!(!demo.exists());
    }

    #[test]
    fn passwords_differ() {
        assert_ne!(password(), password());
        assert!(password().len() >= 14);
    }
}
