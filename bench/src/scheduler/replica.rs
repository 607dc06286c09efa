//! A replica of the scheduler as it is shipped, in a process of its own.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::product::free_address;

/// What replicas have in common.
pub(super) struct Settings {
    /// The server's program.
    pub(super) server: PathBuf,
    /// Of PostgreSQL.
    pub(super) database: String,
    /// Of Redis.
    pub(super) redis: String,
    pub(super) keyring: PathBuf,
    /// Where logs and the like go.
    pub(super) folder: PathBuf,
    /// Who does the work.
    pub(super) owner: SocketAddr,
    /// Variables of its environment.
    pub(super) variables: Vec<(&'static str, String)>,
}

/// A replica, killed when dropped.
pub(super) struct Replica(Child);

impl Replica {
    /// Starts one; it joins the others when it is ready.
    pub(super) fn start(settings: &Settings) -> Result<Self> {
        let log = File::options().create(true).append(true).open(settings.log())?;
        let owner = format!("http://{}", settings.owner);
        let mut command = Command::new(&settings.server);
        command.args(["run", "--target", "scheduler", "--database-url", &settings.database]);
        command.args(["--redis-url", &settings.redis, "--internal", &free_address()?]);
        command.arg("--data-dir").arg(&settings.folder);
        command.env("CHAMADOS__AUTH__KEYRING_FILE", &settings.keyring);
        for service in ["IDENTITY", "TICKET", "DEVICE"] {
            command.env(format!("CHAMADOS__SERVICES__{service}"), &owner);
        }
        command.envs(settings.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {}", settings.server.display()))?;
        Ok(Self(child))
    }

    /// Whose CPU time it is.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it wherever it is.
    pub(super) fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Stops it where it is, as a machine does whose memory is full.
    pub(super) fn freeze(&self) -> Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets it go on as if nothing had happened.
    pub(super) fn thaw(&self) -> Result<()> {
        self.signal(Signal::SIGCONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        // Nobody else has the number: the child is not waited for.
        Ok(kill(Pid::from_raw(self.0.id().cast_signed()), signal)?)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // Ended already, where it was killed.
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

impl Settings {
    /// Where all of them log.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("replicas.log")
    }

    /// Makes the tables of every service.
    pub(super) fn migrate(&self) -> Result<()> {
        let mut command = Command::new(&self.server);
        command.args(["migrate", "--database-url", &self.database, "--data-dir"]).arg(&self.folder);
        let done = command.stdout(Stdio::null()).stdin(Stdio::null()).status()?;
        anyhow::ensure!(done.success(), "the tables cannot be made");
        Ok(())
    }
}

/// A folder of its own below `parent`.
pub(crate) fn folder(parent: &Path) -> Result<tempfile::TempDir> {
    std::fs::create_dir_all(parent)?;
    let folder = tempfile::Builder::new().prefix("scheduler-").tempdir_in(parent)?;
    // PostgreSQL's account looks for its own folder in it.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open)?;
    Ok(folder)
}
