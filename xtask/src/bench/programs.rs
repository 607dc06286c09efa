//! The server and the tool that measures it, both with optimisation.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{
    cargo::{cargo, target_folder},
    command,
    servers::Servers,
};

/// Builds both, and says in which folder they are.
pub(super) fn build() -> Result<PathBuf> {
    // Together, so that both are built on the same libraries.
    let packages = ["--package", "chamados", "--package", "chamados-bench"];
    command::run(cargo().args(["build", "--release", "--bins"]).args(packages))?;
    Ok(target_folder()?.join("release"))
}

/// Lets the tool do `what` with the programs of a folder, on the databases that were started, and stops those.
pub(super) fn measure(
    what: &str,
    programs: &Path,
    servers: Servers,
    options: &[String],
) -> Result<()> {
    let mut tool = Command::new(programs.join("chamados-bench"));
    tool.arg(what).arg("--server").arg(programs.join("chamados"));
    for (option, url) in [("--postgres", servers.postgres_url()), ("--redis", servers.redis_url())]
    {
        if let Ok(url) = url {
            tool.args([option, url]);
        }
    }
    let measured = command::run(tool.args(options));
    servers.stop()?;
    measured
}
