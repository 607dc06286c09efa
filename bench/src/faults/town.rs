//! The product as five processes, each reached by a wire, with a PostgreSQL and a Redis of its own.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use chamados_chassis::auth::Keyring;
use chamados_testkit::redis::PrivateRedis;
use tempfile::TempDir;

use super::wire::Wire;
use crate::{product::free_address, scheduler::cluster::Cluster};

/// A process answers within this after its start.
const LIMIT: Duration = Duration::from_secs(60);

/// The processes, in the order of starting.
pub(super) const PARTS: [&str; 5] = ["identity", "device", "ticket", "scheduler", "gateway"];
/// What is reached by wires.
pub(super) const WIRES: [&str; 6] =
    ["identity", "device", "ticket", "scheduler", "postgres", "redis"];

/// All of it; gone when dropped.
pub(super) struct Town {
    parts: BTreeMap<&'static str, Child>,
    pub(super) cluster: Cluster,
    pub(super) redis: PrivateRedis,
    wires: BTreeMap<&'static str, Wire>,
    own: BTreeMap<&'static str, String>,
    http: String,
    grpc: String,
    server: std::path::PathBuf,
    folder: TempDir,
    pub(super) setup_token: String,
}

impl Town {
    /// Starts everything.
    pub(super) async fn start(server: &Path, folder: TempDir) -> Result<Self> {
        std::fs::write(folder.path().join("keyring"), &*Keyring::generate()?)?;
        let cluster = Cluster::start(folder.path())?;
        let redis = PrivateRedis::start().await?;
        let (mut own, mut wires) = (BTreeMap::new(), BTreeMap::new());
        for part in PARTS {
            own.insert(part, free_address()?);
        }
        own.insert("postgres", host(&cluster.url())?);
        own.insert("redis", host(&redis.url())?);
        for name in WIRES {
            let address: SocketAddr = own[name].parse()?;
            wires.insert(name, Wire::to(address).await?);
        }
        let mut town = Self {
            parts: BTreeMap::new(),
            cluster,
            redis,
            wires,
            own,
            http: free_address()?,
            grpc: free_address()?,
            server: server.to_owned(),
            folder,
            setup_token: String::new(),
        };
        let migrated = town.command("migrate").stdout(Stdio::null()).status();
        ensure!(migrated.is_ok_and(|status| status.success()), "the tables cannot be made");
        for part in PARTS {
            town.begin(part).await?;
        }
        Ok(town)
    }

    /// Where browsers connect.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Where agents and automation connect.
    pub(super) fn agents(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// The database itself, not by the wire.
    pub(super) fn database_url(&self) -> String {
        self.cluster.url()
    }

    /// The wire of this name.
    pub(super) fn wire(&self, name: &str) -> Result<&Wire> {
        self.wires.get(name).with_context(|| format!("no wire to {name}"))
    }

    /// Starts one part and waits until it listens.
    pub(super) async fn begin(&mut self, part: &'static str) -> Result<()> {
        let mut command = self.command("run");
        command.args(["--target", part, "--internal", &self.own[part]]);
        let says = part == "identity" && self.setup_token.is_empty();
        command.stdout(if says { Stdio::piped() } else { Stdio::null() });
        let log = self.folder.path().join(format!("{part}.log"));
        let mut child =
            command.stderr(File::options().append(true).create(true).open(log)?).spawn()?;
        let output = child.stdout.take();
        self.parts.insert(part, child);
        if let Some(output) = output {
            let mut lines = BufReader::new(output).lines();
            let link = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("token=")));
            let link = link.context("the start printed no set-up link")??;
            let (_, token) = link.split_once("token=").context("no token in the link")?;
            token.clone_into(&mut self.setup_token);
        }
        let address = if part == "gateway" { &self.http } else { &self.own[part] };
        let begin = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            if begin.elapsed() > LIMIT {
                bail!("{part} does not listen:\n{}", self.log(part));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Ends one part as a power failure does.
    pub(super) fn kill(&mut self, part: &str) -> Result<()> {
        let mut child = self.parts.remove(part).with_context(|| format!("{part} does not run"))?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// The end of what a part logged.
    pub(super) fn log(&self, part: &str) -> String {
        let log = self.folder.path().join(format!("{part}.log"));
        let log = std::fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.server);
        let database = self.cluster.url().replace(&self.own["postgres"], &self.by_wire("postgres"));
        let redis = format!("redis://{}/", self.by_wire("redis"));
        command
            .arg(name)
            .args(["--database-url", &database, "--redis-url", &redis])
            .args(["--http", &self.http, "--grpc", &self.grpc, "--data-dir"])
            .arg(self.folder.path())
            .env("CHAMADOS__AUTH__KEYRING_FILE", self.folder.path().join("keyring"))
            .env("CHAMADOS__DATABASE__MAX_CONNECTIONS", "4")
            .stdin(Stdio::null());
        for part in PARTS.into_iter().filter(|part| *part != "gateway") {
            let variable = format!("CHAMADOS__SERVICES__{}", part.to_uppercase());
            command.env(variable, format!("http://{}", self.by_wire(part)));
        }
        command
    }

    fn by_wire(&self, name: &str) -> String {
        self.wires[name].address().to_string()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for child in self.parts.values_mut() {
            // Ended by itself, perhaps.
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// Host and port of a URL.
fn host(url: &str) -> Result<String> {
    let url: reqwest::Url = url.parse()?;
    let (host, port) = (url.host_str().context("no host")?, url.port().context("no port")?);
    Ok(format!("{host}:{port}"))
}
