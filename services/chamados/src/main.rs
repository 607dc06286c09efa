//! The command line of the server.

use std::process::ExitCode;

use clap::{Parser as _, error::ErrorKind};

mod commands;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return told(&answer),
    };
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chamados: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Help and the version in full, help also where nothing was asked; of what is wrong one line, as of any other failure.
fn told(answer: &clap::Error) -> ExitCode {
    let asked = !answer.use_stderr();
    if asked || answer.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let printed = answer.print();
        return if asked && printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let text = answer.to_string();
    let lines = text.split("\n\n").next().unwrap_or_default().lines().map(str::trim);
    let line = lines.collect::<Vec<_>>().join(" ");
    eprintln!("chamados: {}; see --help", line.strip_prefix("error: ").unwrap_or(&line));
    ExitCode::FAILURE
}
