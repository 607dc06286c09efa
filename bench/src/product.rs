//! The server as it is shipped, everything in one process.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Lines},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{cpu::Who, place::Place};

/// Longer than a stop in order takes.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// `chamados run` on a place, killed when dropped.
#[derive(Debug)]
pub struct Product {
    server: Child,
    log: PathBuf,
    origin: String,
    agents: String,
    output: Lines<BufReader<ChildStdout>>,
}

impl Product {
    /// Brings the tables up to date and starts `program`.
    ///
    /// # Errors
    /// It does not start; what it said is in the error.
    pub fn start(program: &Path, place: &Place) -> Result<Self> {
        Self::start_with(program, place, &[])
    }

    /// The same with settings, each by its variable of the environment.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with(program: &Path, place: &Place, settings: &[(&str, &str)]) -> Result<Self> {
        let log = place.folder().join("server.log");
        let (address, agents) = (free_address()?, free_address()?);
        let mut run = command(program, "run", place);
        run.args(["--target", "all", "--http", &address, "--grpc", &agents]);
        if let Some(url) = place.redis_url() {
            run.args(["--redis-url", url]);
        }
        run.envs(settings.iter().copied());
        if place.postgres_url().is_some() {
            let migrated = command(program, "migrate", place).stdout(Stdio::null()).status();
            ensure!(migrated.is_ok_and(|status| status.success()), "the tables cannot be made");
        }
        let mut server = run
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = server.stdout.take().context("the server has an output")?;
        let output = BufReader::new(output).lines();
        let (origin, agents) = (format!("http://{address}"), format!("http://{agents}"));
        let mut product = Self { server, output, log, origin, agents };
        if !product.said()?.starts_with("Panel:") {
            bail!("the server did not start:\n{}", product.log());
        }
        Ok(product)
    }

    /// The next line on its output; empty when it has ended.
    fn said(&mut self) -> Result<String> {
        Ok(self.output.next().transpose()?.unwrap_or_default())
    }

    /// What makes the first admin. Only a first start says it, and only once.
    ///
    /// # Errors
    /// The server says something else.
    pub fn setup_token(&mut self) -> Result<String> {
        let link = self.said()?;
        let (_, token) = link.split_once("setup?token=").context("no set-up link")?;
        Ok(token.to_owned())
    }

    /// Where browsers connect.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where agents and automation connect.
    #[must_use]
    pub fn agents(&self) -> &str {
        &self.agents
    }

    /// Whose CPU time is the server's.
    #[must_use]
    pub fn process(&self) -> Who {
        Who::Process(self.id())
    }

    /// The server's process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// What the server has logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Stops it as an orchestrator does.
    ///
    /// # Errors
    /// It had ended before, does not end in time, or ends badly.
    pub fn stop(mut self) -> Result<()> {
        if let Some(status) = self.server.try_wait()? {
            bail!("the server ended by itself ({status}):\n{}", self.log());
        }
        kill(Pid::from_raw(i32::try_from(self.server.id())?), Signal::SIGTERM)?;
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT {
            if let Some(status) = self.server.try_wait()? {
                ensure!(status.success(), "the server ended with {status}:\n{}", self.log());
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("the server did not stop within {STOP_LIMIT:?}")
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        // Ended already, after a stop in order.
        let _ended = self.server.kill();
        let _reaped = self.server.wait();
    }
}

/// A command of the server's program, on the place.
fn command(program: &Path, name: &str, place: &Place) -> Command {
    let mut command = Command::new(program);
    command.arg(name).arg("--data-dir").arg(place.data());
    if let Some(url) = place.postgres_url() {
        command.args(["--database-url", url]);
    }
    command
}

/// An address on which nobody listens now.
pub fn free_address() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}
