//! An agent on a made-up computer.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use chamados_agent::{EnrollOptions, Exit, Result, RunOptions};
use chamados_chassis::{shutdown::Shutdown, task};
use chamados_proto::device::v1::Fingerprint;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::server::{TOKEN, TestServer, within};

/// A state directory and a root with a host name, both gone at the end.
pub(crate) struct Computer {
    directory: TempDir,
}

impl Computer {
    pub(crate) fn new() -> Self {
        let computer = Self { directory: tempfile::tempdir().unwrap() };
        computer.set_host_name("atlas");
        computer
    }

    pub(crate) fn state_dir(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// Where the system's settings for USB storage would be.
    pub(crate) fn usb_root(&self) -> PathBuf {
        self.directory.path().join("usb")
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn set_host_name(&self, name: &str) {
        let folder = self.root().join("proc/sys/kernel");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("hostname"), name).unwrap();
    }

    pub(crate) fn enroll_options(&self, server: &str) -> EnrollOptions {
        let mut options = EnrollOptions::new(server, "CODE", "ana@example.com", self.state_dir());
        options.root = self.root().to_owned();
        options.fingerprint =
            Some(Fingerprint { smbios_uuid: "made-up".into(), ..Fingerprint::default() });
        options
    }

    /// Enrols with the server's usual answer.
    pub(crate) async fn enroll(&self, server: &TestServer) {
        chamados_agent::enroll(&self.enroll_options(&server.url())).await.unwrap();
        assert_eq!(self.token(), TOKEN);
    }

    /// The token in the credentials file.
    pub(crate) fn token(&self) -> String {
        let content = fs::read(self.state_dir().join("credentials.json")).unwrap();
        let stored: serde_json::Value = serde_json::from_slice(&content).unwrap();
        stored["token"].as_str().unwrap().to_owned()
    }

    /// Starts an agent that looks at the computer ten times a second.
    pub(crate) fn run(&self) -> Running {
        let mut options = RunOptions::new(self.state_dir());
        options.root = self.root().to_owned();
        options.usb_root = self.usb_root();
        options.inventory_interval = Duration::from_millis(100);
        options.software_interval = Duration::from_millis(100);
        let shutdown = Shutdown::new();
        let exit = task::spawn("agent", chamados_agent::run(options, shutdown.clone()));
        Running { shutdown, exit }
    }
}

/// An agent in this process.
pub(crate) struct Running {
    shutdown: Shutdown,
    exit: JoinHandle<Result<Exit>>,
}

impl Running {
    pub(crate) fn stop(&self) {
        self.shutdown.request();
    }

    /// What the agent returned.
    pub(crate) async fn exit(self) -> Result<Exit> {
        within(self.exit).await.unwrap()
    }
}
