//! The command line of the server.

use std::process::ExitCode;

use clap::Parser as _;

mod commands;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chamados: {error:#}");
            ExitCode::FAILURE
        }
    }
}
