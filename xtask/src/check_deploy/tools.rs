//! The validators, found or installed: from PyPI and npm below `target`, from Debian when this is root. One that cannot
//! be had is told of loudly, and what it would have checked is skipped: a registry that is away makes nothing wrong.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    command::{self, which},
    python, servers,
};

/// Packages of PyPI, by version.
const REQUIREMENTS: &str = include_str!("requirements.txt");
/// Of npm.
const DCLINT: &str = "dclint@3.1.0";

/// Where they are; `None` is one that is not to be had.
#[derive(Debug)]
pub(super) struct Tools {
    /// The folder of programs that came from PyPI.
    pub(super) python: Option<PathBuf>,
    pub(super) dclint: Option<PathBuf>,
    pub(super) docker: Option<PathBuf>,
    pub(super) promtool: Option<PathBuf>,
    pub(super) amtool: Option<PathBuf>,
    /// What the scripts of backups read SQLite with.
    pub(super) sqlite: Option<PathBuf>,
}

impl Tools {
    /// Finds or installs all.
    pub(super) fn install(folder: &Path) -> Self {
        Self {
            python: told("validators of PyPI", python(folder)),
            dclint: told("dclint", dclint(folder)),
            docker: told("docker", of_debian("docker", "docker.io")),
            promtool: told("promtool", of_debian("promtool", "prometheus")),
            amtool: told("amtool", of_debian("amtool", "prometheus-alertmanager")),
            sqlite: told("sqlite3", of_debian("sqlite3", "sqlite3")),
        }
    }
}

/// The folder of programs that came from PyPI.
///
/// # Errors
/// There is no Python, or the packages cannot be had.
pub(super) fn python(folder: &Path) -> Result<PathBuf> {
    python::environment(folder, REQUIREMENTS)
}

fn told(name: &str, tool: Result<PathBuf>) -> Option<PathBuf> {
    tool.inspect_err(|error| {
        eprintln!("SKIPPED: no {name}, so what it checks is not checked: {error:#}")
    })
    .ok()
}

fn of_debian(program: &str, package: &str) -> Result<PathBuf> {
    if which(program).is_none() {
        servers::apt_install(&[package])?;
    }
    which(program).with_context(|| format!("{package} has no {program}"))
}

fn dclint(folder: &Path) -> Result<PathBuf> {
    let folder = folder.join("npm");
    let program = folder.join("node_modules/.bin/dclint");
    let complete = folder.join("complete");
    if fs::read_to_string(&complete).ok().as_deref() == Some(DCLINT) {
        return Ok(program);
    }
    fs::create_dir_all(&folder)?;
    let mut npm = Command::new(which("npm").context("npm is not installed")?);
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", DCLINT])
        .arg("--prefix")
        .arg(&folder);
    command::run(&mut npm)?;
    fs::write(complete, DCLINT)?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_version() {
        assert!(REQUIREMENTS.lines().all(|line| line.contains("==")));
    }
}
