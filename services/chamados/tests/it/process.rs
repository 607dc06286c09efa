//! The server as a process of its own, as a service manager starts it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::NamedTempFile;

/// Ended with the test.
pub(crate) struct Server {
    process: Child,
    agents: String,
    log: NamedTempFile,
}

impl Server {
    /// Starts everything on SQLite in `folder`; where its panel is, once it serves.
    pub(crate) fn start(folder: &Path) -> (Self, String) {
        Self::started_by(Command::new(env!("CARGO_BIN_EXE_chamados")), folder)
    }

    /// The same by a command that ends by becoming the server, with the arguments it is given.
    pub(crate) fn started_by(mut server: Command, folder: &Path) -> (Self, String) {
        let (address, agents) = (free_address(), free_address());
        let log = NamedTempFile::new().unwrap();
        server.args(["run", "--http", &address, "--grpc", &agents, "--data-dir"]).arg(folder);
        server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log.reopen().unwrap());
        let mut server = Self { process: server.spawn().unwrap(), agents, log };
        let output = server.process.stdout.take().unwrap();
        let greeting = BufReader::new(output).lines().next().unwrap().unwrap();
        assert!(greeting.starts_with("Panel: "), "{greeting}");
        (server, format!("http://{address}"))
    }

    /// Number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where agents connect.
    pub(crate) fn agents(&self) -> &str {
        &self.agents
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn free_address() -> String {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string()
}

/// Starts the server with limits of open files, and reads the limits it has once it serves, and its log.
fn limits(soft: u32, hard: u32) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$@\"");
    let mut server = Command::new("sh");
    server.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_chamados"), "run"]);
    server.args(["--http", &free_address(), "--grpc", &free_address(), "--data-dir"]);
    server.arg(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = server.spawn().unwrap();
    let output = server.stdout.take().unwrap();
    let greeting = BufReader::new(output).lines().next().unwrap().unwrap();
    assert!(greeting.starts_with("Panel: "), "{greeting}");
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap().to_owned();
    server.kill().unwrap();
    server.wait().unwrap();
    let mut log = String::new();
    server.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    (files, log)
}

#[cfg(target_os = "linux")]
#[test]
fn it_takes_all_the_open_files_it_may_have_and_says_when_they_are_few() {
    let (files, log) = limits(256, 9_000);
    let figures: Vec<&str> = files.split_whitespace().skip(3).take(2).collect();
    assert_eq!(figures, ["9000", "9000"], "{files}");
    assert!(!log.contains("few files"), "{log}");

    let (files, log) = limits(256, 2_000);
    assert!(files.contains(" 2000 "), "{files}");
    let told = log.lines().find(|line| line.contains("few files")).unwrap_or_default();
    assert!(told.contains("2000") && told.contains("LimitNOFILE"), "{log}");
}
