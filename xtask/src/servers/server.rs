//! One server process: unprivileged, on a free port, gone when its keeper is.

use std::{
    fs::{self, File},
    io,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use nix::{
    sys::signal::{self, Signal},
    unistd::{Pid, User, geteuid},
};

/// How long a server may take to answer, on a machine that compiles beside it.
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// Another process may take a free port between its choice and its use.
const PORT_ATTEMPTS: usize = 3;

/// Who the servers run as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    /// User and group to change to.
    become_ids: Option<(u32, u32)>,
}

impl Account {
    /// `postgres` or `nobody` when this process is root, for PostgreSQL refuses to run as root;
    /// otherwise the same user.
    ///
    /// # Errors
    /// There is neither.
    pub(super) fn unprivileged() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self { become_ids: None });
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name)? {
                return Ok(Self { become_ids: Some((user.uid.as_raw(), user.gid.as_raw())) });
            }
        }
        bail!("there is no user `postgres` or `nobody` to run the servers of the tests")
    }

    /// Makes a folder of this account.
    pub(super) fn make_folder(self, path: &Path) -> Result<()> {
        fs::create_dir(path).with_context(|| format!("cannot make {}", path.display()))?;
        let (user, group) = self.become_ids.unzip();
        chown(path, user, group).with_context(|| format!("cannot give away {}", path.display()))
    }

    /// A command that runs as this account, in `folder`.
    pub(super) fn command(self, program: &Path, folder: &Path) -> Command {
        self.prepare(Command::new(program), folder)
    }

    /// The same, for a server: the kernel sends it `signal` when the thread that starts it ends.
    /// Where the kernel cannot, a keeper killed with -9 leaves its servers behind.
    fn server_command(self, program: &Path, folder: &Path, signal: Signal) -> Command {
        if !cfg!(target_os = "linux") {
            return self.command(program, folder);
        }
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig").arg(signal.as_str().trim_start_matches("SIG"));
        command.arg("--").arg(program);
        self.prepare(command, folder)
    }

    fn prepare(self, mut command: Command, folder: &Path) -> Command {
        command.current_dir(folder).stdin(Stdio::null());
        if let Some((user, group)) = self.become_ids {
            command.uid(user).gid(group);
        }
        command
    }
}

/// What is to be started. `arguments` and `answers` are given the port.
pub(super) struct Plan<'a> {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    /// Where it keeps its data and its log.
    pub(super) folder: PathBuf,
    pub(super) account: Account,
    pub(super) arguments: &'a dyn Fn(u16) -> Vec<String>,
    /// Whether the server serves by now.
    pub(super) answers: &'a dyn Fn(u16) -> bool,
    /// Ends the server at once and with all its processes.
    pub(super) quit: Signal,
}

/// A running server. Dropped, it is stopped.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    quit: Signal,
}

impl Plan<'_> {
    /// Starts the server and waits until it answers. Gives the port on 127.0.0.1.
    ///
    /// # Errors
    /// It ends or stays silent, with the last lines of its log.
    pub(super) fn start(&self) -> Result<(Server, u16)> {
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            match self.start_on(port) {
                Ok(server) => return Ok((server, port)),
                Err(_) if attempt < PORT_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn start_on(&self, port: u16) -> Result<Server> {
        let log = self.folder.with_extension("log");
        let output = File::create(&log)?;
        let process = self
            .account
            .server_command(&self.program, &self.folder, self.quit)
            .args((self.arguments)(port))
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", self.name))?;
        let mut server = Server { process, quit: self.quit };
        let begin = Instant::now();
        while !(self.answers)(port) {
            let failure = match server.process.try_wait()? {
                Some(status) => format!("ended: {status}"),
                None if begin.elapsed() > START_LIMIT => format!("is silent for {START_LIMIT:?}"),
                None => {
                    thread::sleep(Duration::from_millis(50));
                    continue;
                }
            };
            bail!("{} {failure}\n{}", self.name, fs::read_to_string(&log).unwrap_or_default());
        }
        Ok(server)
    }
}

impl Server {
    /// Stops the server and waits for its end.
    pub(super) fn stop(self) {
        drop(self);
    }

    fn end(&mut self) -> io::Result<()> {
        if self.process.try_wait()?.is_some() {
            return Ok(());
        }
        // It cannot be another process: this one has not waited for its child yet.
        let pid = Pid::from_raw(self.process.id().cast_signed());
        signal::kill(pid, self.quit)?;
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT {
            if self.process.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.process.kill()?;
        self.process.wait().map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("warning: cannot stop process {}: {error}", self.process.id());
        }
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
