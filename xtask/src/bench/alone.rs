//! Builds the server and the tool that measures it, and lets it measure what needs no other server.

use std::process::Command;

use anyhow::Result;

use super::programs;
use crate::command;

/// How, as `chamados-bench` takes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For example `--seed 7`; `-- --help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Prints what it measures.
pub(super) fn run(what: &str, args: &Args) -> Result<()> {
    let programs = programs::build()?;
    let mut tool = Command::new(programs.join("chamados-bench"));
    tool.arg(what).arg("--server").arg(programs.join("chamados"));
    command::run(tool.args(&args.options))
}
