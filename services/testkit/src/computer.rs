//! A computer with the real agent.

use std::{fs::Permissions, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use chamados_agent::{EnrollOptions, Enrolled, Exit, RunOptions, state::StateDir};
use chamados_chassis::{shutdown::Shutdown, task};
use chamados_proto::device::v1::Fingerprint;
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::timeout};
use uuid::Uuid;

/// Longer than an agent may take to end.
const EXIT_LIMIT: Duration = Duration::from_secs(10);

/// This machine, under a fingerprint of its own.
pub struct Computer {
    directory: TempDir,
    fingerprint: Fingerprint,
    /// The authority that its agent trusts instead of the system's.
    ca_file: Option<PathBuf>,
}

impl Computer {
    /// A computer that no other test has.
    ///
    /// # Errors
    /// When there is no place for its state.
    pub fn new() -> anyhow::Result<Self> {
        Self::trusting(None)
    }

    /// The same, whose agent trusts the authority in `ca_file` instead of the system's.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn trusting(ca_file: Option<PathBuf>) -> anyhow::Result<Self> {
        let fingerprint = Fingerprint {
            smbios_uuid: Uuid::new_v4().to_string(),
            machine_id: Uuid::new_v4().simple().to_string(),
            ..Fingerprint::default()
        };
        Ok(Self { directory: tempfile::tempdir()?, fingerprint, ca_file })
    }

    /// Enrols it, as `chamados-agent enroll` does.
    ///
    /// # Errors
    /// As the agent.
    pub async fn enroll(
        &self,
        server: String,
        code: &str,
        email: &str,
    ) -> chamados_agent::Result<Enrolled> {
        let mut options = EnrollOptions::new(server, code.to_owned(), email, self.state_dir());
        options.fingerprint = Some(self.fingerprint.clone());
        options.transport.ca_file.clone_from(&self.ca_file);
        chamados_agent::enroll(&options).await
    }

    /// Makes it the computer whose agent kept `credentials`, and the server's address this one.
    ///
    /// # Errors
    /// They are no credentials, or cannot be kept.
    pub fn adopt(&self, credentials: &str, server: String) -> anyhow::Result<()> {
        let mut stored: serde_json::Value = serde_json::from_str(credentials)?;
        stored["server"] = server.into();
        let state = StateDir::create(&self.state_dir())?;
        let file = state.path().join("credentials.json");
        std::fs::write(&file, stored.to_string())?;
        Ok(std::fs::set_permissions(file, Permissions::from_mode(0o600))?)
    }

    /// Starts its agent, as `chamados-agent run` does.
    #[must_use]
    pub fn run(&self) -> Running {
        let shutdown = Shutdown::new();
        let mut options = RunOptions::new(self.state_dir());
        options.usb_root = self.usb_root();
        let agent = chamados_agent::run(options, shutdown.clone());
        Running { shutdown, exit: task::spawn("agent", agent) }
    }

    /// What identifies it.
    #[must_use]
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The token in its credentials.
    ///
    /// # Errors
    /// When it is not enrolled.
    pub fn token(&self) -> anyhow::Result<String> {
        let content = std::fs::read(self.state_dir().join("credentials.json"))?;
        let stored: serde_json::Value = serde_json::from_slice(&content)?;
        Ok(stored["token"].as_str().context("no token in the credentials")?.to_owned())
    }

    /// Where its settings for USB storage are, instead of this machine's.
    #[must_use]
    pub fn usb_root(&self) -> PathBuf {
        self.directory.path().join("usb")
    }

    /// Where its agent keeps its state.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.directory.path().join("state")
    }
}

/// An agent at work.
pub struct Running {
    shutdown: Shutdown,
    exit: JoinHandle<chamados_agent::Result<Exit>>,
}

impl Running {
    /// Stops it as SIGTERM does.
    ///
    /// # Errors
    /// As the agent, or when it does not end.
    pub async fn stop(self) -> anyhow::Result<Exit> {
        self.shutdown.request();
        self.exit().await
    }

    /// Ends it as `kill -9` does: no good-bye, and the connection closed by the system.
    pub async fn kill(self) {
        self.exit.abort();
        let _aborted = self.exit.await;
    }

    /// How it ended by itself.
    ///
    /// # Errors
    /// As the agent, or when it does not end.
    pub async fn exit(self) -> anyhow::Result<Exit> {
        let exit = timeout(EXIT_LIMIT, self.exit).await.context("the agent did not end")?;
        Ok(exit??)
    }
}
