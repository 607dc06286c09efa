//! Builds the server and the tool that measures it, and lets it measure, or break, the scheduler.

use std::process::Command;

use anyhow::Result;

use super::programs;
use crate::{command, servers::Servers};

/// What to measure, as `chamados-bench scheduler` or `scheduler-faults` takes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For example `--schedules 1000`; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Prints how late runs begin that are due within one minute.
pub(super) fn measure(args: &Args) -> Result<()> {
    run("scheduler", args, true)
}

/// Prints what is missing, doubled or stuck after faults.
pub(super) fn faults(args: &Args) -> Result<()> {
    run("scheduler-faults", args, false)
}

fn run(what: &str, args: &Args, on_postgres: bool) -> Result<()> {
    let programs = programs::build()?;
    // The faults bring a PostgreSQL of their own, which they stop.
    let servers = Servers::databases_alone()?;
    let mut tool = Command::new(programs.join("chamados-bench"));
    tool.arg(what).arg("--server").arg(programs.join("chamados"));
    tool.arg("--redis").arg(servers.redis_url()?);
    if on_postgres {
        tool.arg("--postgres").arg(servers.postgres_url()?);
    }
    let measured = command::run(tool.args(&args.options));
    servers.stop()?;
    measured
}
