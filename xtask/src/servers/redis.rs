//! A Redis for one test run, in memory only.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use anyhow::Result;
use nix::sys::signal::Signal;

use super::server::{Account, Plan, Server};

/// Starts Redis and gives its URL.
pub(super) fn start(program: &Path, parent: &Path, account: Account) -> Result<(Server, String)> {
    let folder = parent.join("redis");
    account.make_folder(&folder)?;
    let directory = folder.display().to_string();
    let arguments = |port: u16| {
        let port = port.to_string();
        ["--port", &port, "--bind", "127.0.0.1", "--dir", &directory]
            .into_iter()
            .chain(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .map(str::to_owned)
            .collect()
    };
    let plan = Plan {
        name: "Redis",
        program: program.to_owned(),
        folder: folder.clone(),
        account,
        arguments: &arguments,
        answers: &|port| pong(port).unwrap_or(false),
        quit: Signal::SIGKILL,
    };
    let (server, port) = plan.start()?;
    Ok((server, format!("redis://127.0.0.1:{port}/")))
}

fn pong(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    Ok(&answer == b"+PONG")
}
