//! Builds the server and the tool that measures it, both with optimisation, and lets it measure on
//! SQLite and on a PostgreSQL that nobody else works with.

use anyhow::Result;

use super::programs;
use crate::servers::Servers;

/// What to measure, as `chamados-bench tickets` takes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For example `--tickets 20000 --comments 100000 --only sqlite`; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Prints what it measures.
pub(super) fn measure(args: &Args) -> Result<()> {
    programs::measure("tickets", &programs::build()?, Servers::postgres_alone()?, &args.options)
}
