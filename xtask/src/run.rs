//! `cargo xtask run`: the product in the foreground.

use std::{os::unix::process::CommandExt as _, process::Command};

use anyhow::{Context as _, Result};

use crate::{cargo, web};

/// What to build, and what to hand to the server.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Builds with optimisation, which takes minutes
    #[arg(long)]
    release: bool,
    /// More arguments for `chamados run`, after `--`
    #[arg(last = true)]
    server: Vec<String>,
}

/// Builds what is not built, then becomes the server: signals reach it and its exit status is
/// the caller's without anything in between.
pub(crate) fn run(args: &Args) -> Result<()> {
    web::build()?;
    let server = cargo::build_products(args.release)?.join("chamados");
    let error = Command::new(&server)
        .args(["run", "--target", "all", "--data-dir", "data"])
        .args(&args.server)
        .exec();
    Err(error).with_context(|| format!("cannot start {}", server.display()))
}
