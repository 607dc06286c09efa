//! Builds the tool and lets it hold its contests at a desk that runs, or at the server as it is shipped on
//! a PostgreSQL and a Redis of its own.

use std::process::Command;

use anyhow::Result;

use super::programs;
use crate::{command, servers::Servers};

/// What to hold, as `chamados-bench races` takes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A desk that runs on this machine, instead of one of our own
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// For example `--rounds 100`; `-- --help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Prints how many rounds had exactly one winner.
pub(super) fn hold(args: &Args) -> Result<()> {
    let programs = programs::build()?;
    let Some(url) = &args.url else {
        return programs::measure("races", &programs, Servers::databases_alone()?, &args.options);
    };
    let mut tool = Command::new(programs.join("chamados-bench"));
    command::run(tool.args(["races", "--url", url]).args(&args.options))
}
