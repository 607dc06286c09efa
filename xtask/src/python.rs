//! Programs in Python, of exactly the versions that are written down, in a folder of their own below `target`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::command::{self, which};

const NO_PYTHON: &str = "this needs Python 3.10 or later with venv; on Debian: \
    apt-get install --no-install-recommends python3-venv";

/// Installs packages, unless they are there. `requirements` are all of them, by version; gives the
/// environment's folder of programs.
///
/// # Errors
/// There is no Python, or the packages cannot be had.
pub(crate) fn environment(folder: &Path, requirements: &str) -> Result<PathBuf> {
    let environment = folder.join("python");
    let programs = environment.join("bin");
    let complete = environment.join("requirements.txt");
    if fs::read_to_string(&complete).ok().as_deref() == Some(requirements) {
        return Ok(programs);
    }
    let python = which("python3").context(NO_PYTHON)?;
    fs::create_dir_all(folder)?;
    command::run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))
        .context(NO_PYTHON)?;
    let wanted = folder.join("requirements.txt");
    fs::write(&wanted, requirements)?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    command::run(pip.arg(&wanted))?;
    fs::rename(wanted, complete)?;
    Ok(programs)
}
