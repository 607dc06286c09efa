//! The server as a process of its own, as a service manager starts it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Ended with the test.
pub(crate) struct Server(Child);

impl Server {
    /// Starts everything on SQLite in `folder`; where its panel is, once it serves.
    pub(crate) fn start(folder: &Path) -> (Self, String) {
        let address = free_address();
        let mut server = Command::new(env!("CARGO_BIN_EXE_chamados"));
        server.args(["run", "--http", &address, "--grpc", &free_address(), "--data-dir"]);
        server.arg(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Self(server.spawn().unwrap());
        let output = server.0.stdout.take().unwrap();
        let greeting = BufReader::new(output).lines().next().unwrap().unwrap();
        assert!(greeting.starts_with("Panel: "), "{greeting}");
        (server, format!("http://{address}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
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
    let mut server = Server(server.spawn().unwrap());
    let output = server.0.stdout.take().unwrap();
    let greeting = BufReader::new(output).lines().next().unwrap().unwrap();
    assert!(greeting.starts_with("Panel: "), "{greeting}");
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.0.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap().to_owned();
    server.0.kill().unwrap();
    let mut log = String::new();
    server.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
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
