//! Processes of a test run, found by a mark in their environment.
//!
//! Every process inherits it: the test binaries, the servers and agents they start, and what has
//! left the process group, as browsers do. Only Linux shows it; elsewhere nothing is found.

use std::{
    fmt, fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};

/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);

/// A process that was still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pid: Pid,
    name: String,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.name, self.pid)
    }
}

/// Ends every process whose environment has `variable` with the value `mark`: asks first, then
/// kills. Gives those that were found at the beginning.
pub(super) fn end_marked(variable: &str, mark: &Path) -> Vec<Process> {
    let mark = format!("{variable}={}", mark.display());
    let found = marked(&mark);
    let begin = Instant::now();
    let mut left = found.clone();
    while !left.is_empty() {
        let signal = if begin.elapsed() < GRACE { Signal::SIGTERM } else { Signal::SIGKILL };
        for process in &left {
            // It may have ended meanwhile, which is what is wanted.
            let _ = signal::kill(process.pid, signal);
        }
        thread::sleep(Duration::from_millis(100));
        left = marked(&mark);
    }
    found
}

fn marked(mark: &str) -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            environment.split(|byte| *byte == 0).find(|pair| *pair == mark.as_bytes())?;
            let name = fs::read_to_string(entry.path().join("comm")).ok()?;
            Some(Process { pid: Pid::from_raw(pid), name: name.trim().to_owned() })
        })
        .collect()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::{
        io::Read as _,
        os::unix::process::ExitStatusExt as _,
        process::{Command, Stdio},
    };

    use super::*;

    const MARK: &str = "XTASK_TEST_MARK";

    #[test]
    fn ends_what_has_the_mark_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, other) = (folder.path().join("mine"), folder.path().join("other"));
        let wait = |mark: &Path| {
            let mut child = Command::new("sh")
                .args(["-c", "echo up; read -r _"])
                .env(MARK, mark)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            // A process has no environment for a moment while it becomes another program.
            child.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).unwrap();
            child
        };
        let (mut marked, mut spared) = (wait(&mine), wait(&other));
        let found = end_marked(MARK, &mine);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "sh");
        assert!(!marked.wait().unwrap().success());
        assert!(spared.try_wait().unwrap().is_none());
        spared.kill().unwrap();
        spared.wait().unwrap();
    }

    #[test]
    fn kills_what_does_not_listen() {
        let folder = tempfile::tempdir().unwrap();
        let mut deaf = Command::new("sh")
            .args(["-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"])
            .env(MARK, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        deaf.stdout.as_mut().unwrap().read_exact(&mut [0; 4]).unwrap();
        end_marked(MARK, folder.path());
        assert_eq!(deaf.wait().unwrap().signal(), Some(Signal::SIGKILL as i32));
    }
}
