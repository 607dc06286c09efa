//! Finding PostgreSQL, Redis, a mail server and Chromium, and installing them where that is allowed; and
//! a server that speaks S3, which is installed below `target`.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use nix::unistd::geteuid;

use crate::{
    command::{self, which},
    python,
};

/// Debian keeps PostgreSQL's server programs out of `PATH`, by version.
const DEBIAN_POSTGRES: &str = "/usr/lib/postgresql";
const DEBIAN_PYTHON: &str = "/usr/bin/python3";
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.conf";
const POLICY: &str = "/usr/sbin/policy-rc.d";

type Find = fn() -> Option<PathBuf>;

/// Which programs are needed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    pub(super) postgres: bool,
    pub(super) redis: bool,
    pub(super) smtp: bool,
    pub(super) s3: bool,
    pub(super) chromium: bool,
}

/// Where the wanted programs are.
#[derive(Debug)]
pub(super) struct Programs {
    /// The folder of `initdb`, `postgres` and `pg_isready`.
    pub(super) postgres: Option<PathBuf>,
    pub(super) redis: Option<PathBuf>,
    /// The Python that has the module `aiosmtpd`, of which each test starts its own.
    pub(super) smtp: Option<PathBuf>,
    /// The Python that has the module `moto`, of which each test starts its own.
    pub(super) s3: Option<PathBuf>,
    pub(super) chromium: Option<PathBuf>,
}

/// Finds the wanted programs. Those that are missing are installed when this is root on Debian.
///
/// # Errors
/// A program is missing and cannot be installed from here; the message says how to.
pub(super) fn find_or_install(wanted: Wanted) -> Result<Programs> {
    let missing = missing(wanted);
    if !missing.is_empty() {
        apt_install(&missing)?;
    }
    let found = |wanted: bool, find: Find, name: &str| {
        let program = wanted.then(|| find().with_context(|| format!("{name} was not found")));
        program.transpose()
    };
    Ok(Programs {
        postgres: found(wanted.postgres, postgres, "PostgreSQL")?,
        redis: found(wanted.redis, redis, "Redis")?,
        smtp: found(wanted.smtp, smtp, "Python's aiosmtpd")?,
        s3: wanted.s3.then(s3).transpose()?,
        chromium: found(wanted.chromium, chromium, "Chromium")?,
    })
}

/// The Debian packages of what is wanted and not there.
fn missing(wanted: Wanted) -> Vec<&'static str> {
    let programs: [(bool, Find, &str); 4] = [
        (wanted.postgres, postgres, "postgresql"),
        (wanted.redis, redis, "redis-server"),
        (wanted.smtp, smtp, "python3-aiosmtpd"),
        (wanted.chromium, chromium, "chromium"),
    ];
    programs
        .into_iter()
        .filter(|(wanted, find, _)| *wanted && find().is_none())
        .map(|(_, _, package)| package)
        .collect()
}

fn postgres() -> Option<PathBuf> {
    newest_version(Path::new(DEBIAN_POSTGRES))
        .or_else(|| Some(which("initdb")?.parent()?.to_owned()))
}

/// The `bin` folder of the highest version below `folder`.
fn newest_version(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .map(|(version, path)| (version, path.join("bin")))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .max()
        .map(|(_, bin)| bin)
}

fn redis() -> Option<PathBuf> {
    ["redis-server", "valkey-server"].iter().find_map(which)
}

/// Debian's module is for Debian's Python, which need not be the first in `PATH`.
fn smtp() -> Option<PathBuf> {
    let pythons = [Some(PathBuf::from(DEBIAN_PYTHON)), which("python3")];
    pythons.into_iter().flatten().find(|python| {
        let mut import = Command::new(python);
        import.args(["-c", "import aiosmtpd"]).stderr(Stdio::null());
        import.status().is_ok_and(|status| status.success())
    })
}

/// Below the repository, since nothing has it packaged.
fn s3() -> Result<PathBuf> {
    let folder = std::env::current_dir()?.join("target/s3");
    Ok(python::environment(&folder, include_str!("s3.requirements.txt"))?.join("python"))
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].iter().find_map(which)
}

pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    if !geteuid().is_root() || !Path::new("/etc/debian_version").exists() {
        bail!("programs are needed that are not here; on Debian: sudo {by_hand}");
    }
    eprintln!("{by_hand}");
    keep_clusters_from_being_made()?;
    let _quiet = ServicesStayOff::new()?;
    apt_get(&["update", "--quiet=2"])?;
    let mut install = vec!["install", "--yes", "--quiet=2", "--no-install-recommends"];
    install.extend(packages);
    apt_get(&install)
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.args(["-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confold"]);
    command::run(
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("UCF_FORCE_CONFFOLD", "1"),
    )
}

/// Debian's package would make a cluster and start it on port 5432.
fn keep_clusters_from_being_made() -> Result<()> {
    let path = Path::new(CLUSTER_SETTINGS);
    if path.exists() {
        return Ok(());
    }
    fs::create_dir_all(path.parent().context("the file lies in a folder")?)?;
    fs::write(path, "create_main_cluster = false\n")
        .with_context(|| format!("cannot write {CLUSTER_SETTINGS}"))
}

/// While it lives, packages do not start the services they install: Redis would take port 6379.
/// A policy that exists already is left alone.
struct ServicesStayOff {
    ours: bool,
}

impl ServicesStayOff {
    fn new() -> Result<Self> {
        match File::create_new(POLICY) {
            Ok(mut file) => {
                let policy = Self { ours: true };
                file.write_all(b"#!/bin/sh\n# 101: the action is not allowed.\nexit 101\n")?;
                file.set_permissions(fs::Permissions::from_mode(0o755))?;
                Ok(policy)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Self { ours: false }),
            Err(error) => Err(error).with_context(|| format!("cannot write {POLICY}")),
        }
    }
}

impl Drop for ServicesStayOff {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = fs::remove_file(POLICY)
        {
            eprintln!("warning: remove {POLICY} yourself: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_with_a_server_wins() {
        let folder = tempfile::tempdir().unwrap();
        for (version, program) in [("9", "initdb"), ("15", "initdb"), ("17", "psql")] {
            let bin = folder.path().join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            File::create(bin.join(program)).unwrap();
        }
        assert_eq!(newest_version(folder.path()), Some(folder.path().join("15/bin")));
        assert_eq!(newest_version(&folder.path().join("none")), None);
    }
}
