//! The server and the tool that measures it, both with optimisation.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    cargo::{cargo, target_folder},
    command,
};

/// Builds both, and says in which folder they are.
pub(super) fn build() -> Result<PathBuf> {
    // Together, so that both are built on the same libraries.
    let packages = ["--package", "chamados", "--package", "chamados-bench"];
    command::run(cargo().args(["build", "--release", "--bins"]).args(packages))?;
    Ok(target_folder()?.join("release"))
}
