//! The real product on an empty folder, for commands that probe or measure it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use tempfile::TempDir;

use crate::http::Client;

/// Longer than a stop in order takes.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// Of everybody in it.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The first admin's address.
pub(crate) const ADMIN: &str = "admin@desk.example";

/// `chamados run` on SQLite, killed when dropped.
pub(crate) struct Product {
    server: Child,
    folder: TempDir,
    /// Where browsers connect.
    pub(crate) http: String,
    /// Where agents connect.
    pub(crate) grpc: String,
    setup_token: String,
}

impl Product {
    /// Starts the server in the folder `programs`.
    ///
    /// # Errors
    /// It does not start; what it said is in the error.
    pub(crate) fn start(programs: &Path) -> Result<Self> {
        Self::start_with(programs, &[])
    }

    /// The same with settings, as in the environment.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(crate) fn start_with(programs: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the product")?;
        let (http, grpc) = (free_address()?, free_address()?);
        let log = File::create(folder.path().join("server.log"))?;
        let mut server = Command::new(programs.join("chamados"))
            .args(["run", "--target", "all", "--http", &http, "--grpc", &grpc])
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start the server in {}", programs.display()))?;
        let output = server.stdout.take().context("the server has an output")?;
        let mut product = Self {
            server,
            folder,
            http: format!("http://{http}"),
            grpc: format!("http://{grpc}"),
            setup_token: String::new(),
        };
        for line in BufReader::new(output).lines() {
            if let Some((_, token)) = line?.split_once("setup?token=") {
                token.clone_into(&mut product.setup_token);
                return Ok(product);
            }
        }
        bail!("the server did not start:\n{}", product.log()?)
    }

    /// Makes the first admin, signed in.
    ///
    /// # Errors
    /// The product refuses.
    pub(crate) fn set_up(&self) -> Result<Client> {
        let mut admin = Client::new(&self.http);
        let person = json!({
            "token": self.setup_token, "tenantName": "Desk", "name": "Ada Admin",
            "email": ADMIN, "password": PASSWORD,
        });
        admin.post("/api/setup", &person)?;
        Ok(admin)
    }

    /// Follows the link of an invite, which makes the person.
    ///
    /// # Errors
    /// The product refuses.
    pub(crate) fn accept(&self, link: &str, name: &str) -> Result<Client> {
        let (_, token) = link.split_once('#').context("no token in the link of an invite")?;
        let mut person = Client::new(&self.http);
        let accepted = json!({"token": token, "name": name, "password": PASSWORD});
        person.post("/api/auth/invites/accept", &accepted)?;
        Ok(person)
    }

    /// A folder that goes with the product.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the server has logged.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn log(&self) -> Result<String> {
        let file: PathBuf = self.folder.path().join("server.log");
        std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    }

    /// Stops it as an orchestrator does.
    ///
    /// # Errors
    /// It had ended before, does not end within 30 seconds, or ends badly.
    pub(crate) fn stop(mut self) -> Result<()> {
        if let Some(status) = self.server.try_wait()? {
            bail!("the server ended by itself ({status}):\n{}", self.log()?);
        }
        let id = i32::try_from(self.server.id())?;
        kill(Pid::from_raw(id), Signal::SIGTERM)?;
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT {
            if let Some(status) = self.server.try_wait()? {
                ensure!(status.success(), "the server ended with {status}:\n{}", self.log()?);
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

/// An address on which nobody listens now.
fn free_address() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}
