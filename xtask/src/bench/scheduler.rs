//! Builds the server and the tool that measures it, and lets it measure, or break, the scheduler.

use anyhow::Result;

use super::programs;
use crate::servers::Servers;

/// What to measure, as `chamados-bench scheduler` or `scheduler-faults` takes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For example `--schedules 1000`; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Prints how late runs begin that are due within one minute.
pub(super) fn measure(args: &Args) -> Result<()> {
    programs::measure("scheduler", &programs::build()?, Servers::databases_alone()?, &args.options)
}

/// Prints what is missing, doubled or stuck after faults, which bring the PostgreSQL that they stop.
pub(super) fn faults(args: &Args) -> Result<()> {
    let servers = Servers::redis_alone()?;
    programs::measure("scheduler-faults", &programs::build()?, servers, &args.options)
}
