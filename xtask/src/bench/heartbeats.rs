//! Builds the server and the tool that measures it, and lets it measure heartbeats on SQLite and on a
//! PostgreSQL and a Redis that nobody else works with.

use std::path::PathBuf;

use anyhow::Result;

use super::programs;
use crate::servers::Servers;

/// What to measure, as `chamados-bench heartbeats` takes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of programs that were built before, instead of building them
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// After `--`, for example `-- --devices 1000 --connections 1000 --only sqlite,bare`; `-- --help` lists them
    #[arg(last = true)]
    options: Vec<String>,
}

/// Prints what it measures.
pub(super) fn measure(args: &Args) -> Result<()> {
    let programs = match &args.programs {
        Some(folder) => folder.clone(),
        None => programs::build()?,
    };
    programs::measure("heartbeats", &programs, Servers::databases_alone()?, &args.options)
}
