//! `cargo xtask run`: the product in the foreground, empty or with a year of invented data.

use std::{
    ffi::OsStr,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{cargo, web};

const EXAMPLES: &str = "Examples:
  cargo xtask run                          On SQLite in data/, at http://127.0.0.1:8080
  cargo xtask run --demo                   An invented year in data-demo/, made the first time
  cargo xtask run --demo --remove          Removes that folder
  cargo xtask run -- --http 0.0.0.0:9000   What stands behind `--` is the server's";

/// What to build, and what to hand to the server.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Builds with optimisation, which takes minutes
    #[arg(long)]
    release: bool,
    /// A year of invented data in `data-demo/`, with simulated computers beside the server
    #[arg(long)]
    demo: bool,
    /// Removes `data-demo/` instead
    #[arg(long, requires = "demo")]
    remove: bool,
    /// More arguments for `chamados run`, or for `chamados-demo run`, after `--`
    #[arg(last = true)]
    server: Vec<String>,
}

/// Builds what is not built, then becomes the server: signals reach it and its exit status is
/// the caller's without anything in between.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.remove {
        let demo = demo(args)?;
        return become_program(&demo, ["remove"]);
    }
    web::build()?;
    if args.demo {
        let demo = demo(args)?;
        return become_program(
            &demo,
            ["run"].into_iter().chain(args.server.iter().map(String::as_str)),
        );
    }
    let server = cargo::build_products(args.release)?.join("chamados");
    let all = ["run", "--target", "all", "--data-dir", "data"];
    become_program(&server, all.into_iter().chain(args.server.iter().map(String::as_str)))
}

fn demo(args: &Args) -> Result<PathBuf> {
    Ok(cargo::build(&["chamados-demo"], args.release)?.join("chamados-demo"))
}

/// Comes back only when it cannot be started.
fn become_program(program: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<()> {
    let error = Command::new(program).args(args).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}
