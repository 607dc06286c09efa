//! The command line of the demo; `cargo xtask run --demo` starts it.
#![allow(
    clippy::disallowed_methods,
    reason = "a tool at the edge: it owns its process and knows the time"
)]

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context as _, Result};
use chamados_chassis::shutdown;
use chamados_demo::{Addresses, Filled, Folder, Size, fill, remove, serve};
use chrono::Utc;
use clap::{Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXAMPLES: &str = "Examples:
  chamados-demo run
      Fills data-demo the first time, then serves it at http://127.0.0.1:8080
  chamados-demo remove
      Removes it";

/// The product with an invented year of data.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill the folder unless it is filled, then serve it until a signal
    Run(Run),
    /// Remove the folder
    Remove {
        /// The demo's folder
        #[arg(long, value_name = "DIR", default_value = "data-demo")]
        data_dir: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Run {
    /// The demo's folder, and nothing else's
    #[arg(long, value_name = "DIR", default_value = "data-demo")]
    data_dir: PathBuf,
    /// Where to serve the panel
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// Where computers connect
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    grpc: SocketAddr,
    /// How much there is in it
    #[arg(long, value_enum, default_value = "full")]
    size: Sizes,
    /// The same number is the same year
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sizes {
    /// 60 people, 65 computers, 2,000 tickets
    Full,
    /// 16 people, 12 computers, 60 tickets
    Small,
}

impl From<Sizes> for Size {
    fn from(size: Sizes) -> Self {
        match size {
            Sizes::Full => Self::FULL,
            Sizes::Small => Self::SMALL,
        }
    }
}

fn main() -> ExitCode {
    match start(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chamados-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(command: Command) -> Result<()> {
    match command {
        Command::Remove { data_dir } => {
            remove(&data_dir)?;
            println!("Removed: {}", data_dir.display());
            Ok(())
        }
        Command::Run(args) => {
            // Chosen before the first connection; twice is no harm.
            let _already_chosen = rustls::crypto::ring::default_provider().install_default();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let outcome = runtime.block_on(run(&args));
            runtime.shutdown_background();
            outcome
        }
    }
}

async fn run(args: &Run) -> Result<()> {
    let folder = Folder::open(&args.data_dir)?;
    let filled = match folder.filled()? {
        Some(filled) => filled,
        None => first_fill(args, &folder).await?,
    };
    let mut served =
        serve(&folder, &filled, Addresses { http: args.http, grpc: args.grpc }).await?;
    greet(args, &filled);
    let ended = tokio::select! {
        connected = served.connect() => connected,
        heard = shutdown::signal() => {
            heard.context("cannot hear signals")?;
            return served.stop().await;
        }
    };
    if let Err(error) = ended {
        eprintln!("Not all computers are online: {error:#}");
    }
    tokio::select! {
        heard = shutdown::signal() => heard.context("cannot hear signals")?,
        () = served.stopped() => {}
    }
    served.stop().await
}

async fn first_fill(args: &Run, folder: &Folder) -> Result<Filled> {
    println!("Making a year of invented data in {} …", args.data_dir.display());
    let begin = Instant::now();
    let progress = ProgressBar::new(0);
    progress.set_style(ProgressStyle::with_template("{wide_bar} {percent} %")?);
    let filled = fill(folder, args.seed, args.size.into(), Utc::now(), &progress).await?;
    progress.finish_and_clear();
    println!("Made in {:.0} s.", begin.elapsed().as_secs_f64());
    Ok(filled)
}

/// Where it is, who signs in, and how it goes away.
fn greet(args: &Run, filled: &Filled) {
    println!("\nDEMONSTRATION: everything in it is invented.");
    println!("Computers online: {}", filled.streaming());
    println!("Password: {}", filled.password);
    for account in &filled.accounts {
        println!("{:13} {}", format!("{}:", account.role), account.email);
    }
    println!(
        "Remove it: stop it with Ctrl-C, then `cargo xtask run --demo --remove` (or delete {})",
        args.data_dir.display()
    );
    println!("Panel: http://{}", args.http);
}
