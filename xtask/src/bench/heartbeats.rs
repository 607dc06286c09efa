//! Builds the server and the tool that measures it, and lets it measure heartbeats on SQLite and on a
//! PostgreSQL and a Redis that nobody else works with.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use super::programs;
use crate::{command, servers::Servers};

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
    let servers = Servers::databases_alone()?;
    let mut tool = Command::new(programs.join("chamados-bench"));
    tool.arg("heartbeats").arg("--server").arg(programs.join("chamados"));
    tool.arg("--postgres").arg(servers.postgres_url()?);
    tool.arg("--redis").arg(servers.redis_url()?).args(&args.options);
    let measured = command::run(&mut tool);
    servers.stop()?;
    measured
}
