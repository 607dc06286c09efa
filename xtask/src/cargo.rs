//! Cargo, as this repository calls it.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::command;

/// The cargo that runs this command.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds the server and the agent as they are shipped, and says in which folder they are.
pub(crate) fn build_products(release: bool) -> Result<PathBuf> {
    build(&["chamados", "chamados-agent"], release)
}

/// Builds the programs of some packages, and says in which folder they are.
pub(crate) fn build(packages: &[&str], release: bool) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--bins"]);
    build.args(packages.iter().flat_map(|package| ["--package", package]));
    if release {
        build.arg("--release");
    }
    command::run(&mut build)?;
    Ok(target_folder()?.join(if release { "release" } else { "debug" }))
}

/// The same programs as `cargo test --workspace` makes them. The tests ask for more features of
/// some libraries, so after them this takes no time and [`build_products`] takes minutes.
pub(crate) fn build_with_tests() -> Result<PathBuf> {
    command::run(cargo().args(["test", "--workspace", "--no-run", "--quiet"]))?;
    Ok(target_folder()?.join("debug"))
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata =
        command::output(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata)?;
    let folder = metadata["target_directory"].as_str().context("cargo tells its target folder")?;
    Ok(folder.into())
}
