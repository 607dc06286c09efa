//! `cargo xtask`: the commands of the repository. One file per command; [`servers`] gives tests
//! their databases, [`tidy`] holds the rules that no compiler checks.
#![allow(
    clippy::disallowed_methods,
    reason = "a tool at the edge: it owns its process, reads the environment and times its steps"
)]

mod bench;
mod cargo;
mod check_deploy;
mod ci;
mod codegen;
mod command;
mod deploy;
mod dist;
mod fuzz_api;
mod http;
mod image;
mod product;
mod python;
mod run;
mod servers;
mod steps;
mod test;
mod tidy;
mod upgrade;
mod web;

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

/// Commands of the repository. They work from any folder in it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds the panel and the server, and starts the product on SQLite in `data/`, or a demonstration of it
    Run(run::Args),
    /// Runs every test, with the servers they need
    Test(test::Args),
    /// Runs the browser tests (the same as `test --only e2e`)
    E2e {
        /// Part of the name of a test or its file
        filter: Option<String>,
    },
    /// Asks every operation of the HTTP API what its contract allows and what it does not
    FuzzApi(fuzz_api::Args),
    /// Measures something and prints the numbers
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Writes the files that are generated from the server: OpenAPI and the panel's types
    Codegen {
        /// Writes nothing, fails when a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Checks the house rules: imports between rooms, file length, migrations, documentation
    Tidy(tidy::Args),
    /// Packs for people who do not build: the agent as a Debian package, the server as an archive
    Dist(dist::Args),
    /// Checks what operators are given: Dockerfile, compose, Swarm, Kubernetes, alerts, dashboards, scripts
    CheckDeploy(check_deploy::Args),
    /// Lets this version take the place of an earlier one while people work, and give it back
    Upgrade(upgrade::Args),
    /// Builds the container's image
    Image(image::Args),
    /// Brings an overlay of `k8s/` into the cluster that kubectl is set up for
    Deploy(deploy::Args),
    /// Does what has to pass before a commit lands: format, lints, rules, types, tests
    Ci,
    #[command(hide = true)]
    KeepServers(servers::keeper::Args),
}

fn main() -> ExitCode {
    match start(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(task: Task) -> Result<()> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the repository")?;
    std::env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))?;
    match task {
        Task::Run(args) => run::run(&args),
        Task::Test(args) => test::test(&args),
        Task::E2e { filter } => test::test(&test::Args::e2e(filter)),
        Task::FuzzApi(args) => fuzz_api::fuzz_api(&args),
        Task::Bench(what) => bench::bench(&what),
        Task::Codegen { check } => codegen::codegen(check),
        Task::Tidy(args) => tidy::tidy(&args),
        Task::Dist(args) => dist::dist(&args),
        Task::CheckDeploy(args) => check_deploy::check_deploy(&args),
        Task::Upgrade(args) => upgrade::upgrade(&args),
        Task::Image(args) => image::image(&args),
        Task::Deploy(args) => deploy::deploy(&args),
        Task::Ci => ci::ci(),
        Task::KeepServers(args) => servers::keeper::keep(&args),
    }
}
