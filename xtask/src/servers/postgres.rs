//! A PostgreSQL for one test run: quick, and nothing in it outlives the run.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::Result;
use nix::sys::signal::Signal;

use super::server::{Account, Plan, Server};
use crate::command;

/// What a crash would cost does not matter here; time does. Tests open many connections at once.
const SETTINGS: [&str; 10] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=400",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "log_min_messages=fatal",
    "timezone=UTC",
];

/// Makes a cluster and starts it. Gives the URL of its superuser.
pub(super) fn start(programs: &Path, parent: &Path, account: Account) -> Result<(Server, String)> {
    let folder = parent.join("postgres");
    account.make_folder(&folder)?;
    let data = folder.join("data").display().to_string();
    command::output(account.command(&programs.join("initdb"), &folder).args([
        "--pgdata",
        &data,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]))?;

    let arguments = |port: u16| {
        let mut arguments = vec!["-D".to_owned(), data.clone(), "-p".to_owned(), port.to_string()];
        for setting in SETTINGS {
            arguments.extend(["-c".to_owned(), setting.to_owned()]);
        }
        arguments
    };
    let is_ready: PathBuf = programs.join("pg_isready");
    let answers = |port: u16| {
        account
            .command(&is_ready, &folder)
            .args(["--quiet", "--host=127.0.0.1", "--username=postgres"])
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let plan = Plan {
        name: "PostgreSQL",
        program: programs.join("postgres"),
        folder: folder.clone(),
        account,
        arguments: &arguments,
        answers: &answers,
        // "Immediate shutdown", which takes the server's other processes along.
        quit: Signal::SIGQUIT,
    };
    let (server, port) = plan.start()?;
    Ok((server, format!("postgres://postgres@127.0.0.1:{port}/postgres")))
}
