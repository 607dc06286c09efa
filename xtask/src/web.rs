//! The panel: its packages, its build, its checks. Nothing is done twice without need.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result};

use crate::command;

const LOCK: &str = "web/package-lock.json";
/// npm writes it last, so it is as old as the installation.
const INSTALLED: &str = "web/node_modules/.package-lock.json";
const BUILT: &str = "web/dist/index.html";
/// All that the panel is built from.
const SOURCES: [&str; 6] =
    ["web/src", "web/public", "web/index.html", "web/vite.config.ts", "web/package.json", LOCK];

/// Installs the packages of the lock file, unless they are there.
///
/// # Errors
/// Node is not installed, or the packages cannot be had.
pub(crate) fn install() -> Result<()> {
    if !is_older(INSTALLED, &[LOCK])? {
        return Ok(());
    }
    command::run(npm()?.args(["ci", "--no-audit", "--no-fund", "--prefer-offline"]))
}

/// Builds the panel into `web/dist`, unless it is there and newer than its sources.
///
/// # Errors
/// See [`install`]; the sources do not build.
pub(crate) fn build() -> Result<()> {
    install()?;
    if !is_older(BUILT, &SOURCES)? {
        return Ok(());
    }
    command::run(npm()?.args(["run", "build"]))
}

/// `npm run <script> -- <arguments>` in `web/`.
pub(crate) fn script(name: &str, arguments: &[&str]) -> Result<()> {
    command::run(npm()?.args(["run", "--silent", name, "--"]).args(arguments))
}

/// Runs a program of one of the installed packages, and never downloads one.
pub(crate) fn npx() -> Result<Command> {
    let mut npx = node_program("npx")?;
    npx.arg("--no-install");
    Ok(npx)
}

fn npm() -> Result<Command> {
    node_program("npm")
}

fn node_program(name: &str) -> Result<Command> {
    let path = command::which(name).with_context(|| {
        format!("`{name}` was not found: install Node 20.19 or later with npm (Debian: `apt-get install nodejs npm`)")
    })?;
    let mut program = Command::new(path);
    program.current_dir("web");
    Ok(program)
}

/// Whether `product` is missing or older than anything in `sources`.
fn is_older(product: impl AsRef<Path>, sources: &[impl AsRef<Path>]) -> Result<bool> {
    let Some(made) = modified(product.as_ref())? else { return Ok(true) };
    for source in sources {
        if newest(source.as_ref())?.is_some_and(|changed| changed > made) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The last change in a file or anywhere in a folder. A folder's own time tells of removed files.
fn newest(path: &Path) -> Result<Option<SystemTime>> {
    let mut newest = modified(path)?;
    let mut folders: Vec<PathBuf> = if path.is_dir() { vec![path.into()] } else { vec![] };
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            newest = newest.max(modified(&entry.path())?);
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(newest)
}

fn modified(path: &Path) -> Result<Option<SystemTime>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.modified()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::Duration};

    use super::*;

    #[test]
    fn a_product_is_old_when_missing_or_when_a_source_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let (product, sources) = (folder.path().join("product"), folder.path().join("src"));
        fs::create_dir_all(sources.join("deep")).unwrap();
        let source = sources.join("deep/source");
        File::create(&source).unwrap();
        assert!(is_older(&product, &[&sources]).unwrap());

        File::create(&product).unwrap();
        let later = SystemTime::now() + Duration::from_secs(10);
        File::open(&product).unwrap().set_modified(later).unwrap();
        assert!(!is_older(&product, &[&sources]).unwrap());
        assert!(!is_older(&product, &[folder.path().join("absent")]).unwrap());

        File::open(&source).unwrap().set_modified(later + Duration::from_secs(1)).unwrap();
        assert!(is_older(&product, &[&sources]).unwrap());
    }

    #[test]
    fn removing_a_source_makes_the_product_old() {
        let folder = tempfile::tempdir().unwrap();
        let (product, sources) = (folder.path().join("product"), folder.path().join("src"));
        fs::create_dir(&sources).unwrap();
        File::create(&product).unwrap();
        File::open(&sources)
            .unwrap()
            .set_modified(SystemTime::now() + Duration::from_secs(10))
            .unwrap();
        assert!(is_older(&product, &[&sources]).unwrap());
    }
}
