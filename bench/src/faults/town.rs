//! The product as five processes, with a PostgreSQL and a Redis of its own, and a wire between any two of them.

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
/// Who asks, and what is asked.
pub(super) type Pair = (&'static str, &'static str);
/// Where computers connect.
const DOOR: Pair = ("computers", "door");
/// Between two heartbeats of a computer: short, so that a fault lasts as long as some.
pub(super) const INTERVAL: Duration = Duration::from_secs(2);
/// A computer is offline when silent for three intervals and this.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// Whatever is connected: each part with the stores and with each other that is asked, and computers with their door.
pub(super) fn pairs() -> Vec<Pair> {
    let asked = ["identity", "device", "ticket", "scheduler", "postgres", "redis"];
    let of = |part| {
        asked.into_iter().filter(move |other| *other != part).map(move |other| (part, other))
    };
    PARTS.into_iter().flat_map(of).chain([DOOR]).collect()
}

/// All of it; gone when dropped.
pub(super) struct Town {
    parts: BTreeMap<&'static str, Child>,
    pub(super) cluster: Cluster,
    pub(super) redis: PrivateRedis,
    wires: BTreeMap<Pair, Wire>,
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
        let grpc = free_address()?;
        own.insert(DOOR.1, grpc.clone());
        for pair in pairs() {
            let address: SocketAddr = own[pair.1].parse()?;
            wires.insert(pair, Wire::to(address).await?);
        }
        let mut town = Self {
            parts: BTreeMap::new(),
            cluster,
            redis,
            wires,
            own,
            http: free_address()?,
            grpc,
            server: server.to_owned(),
            folder,
            setup_token: String::new(),
        };
        let migrated = town.command("identity", "migrate").stdout(Stdio::null()).status();
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
        format!("http://{}", self.by_wire(DOOR))
    }

    /// The database itself, not by the wire.
    pub(super) fn database_url(&self) -> String {
        self.cluster.url()
    }

    /// Has Redis do something, not by a wire.
    pub(super) async fn tell_redis(&self, command: &str, words: &[&str]) -> Result<()> {
        let client = redis::Client::open(self.redis.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        Ok(redis::cmd(command).arg(words).exec_async(&mut connection).await?)
    }

    /// The wire between two.
    pub(super) fn wire(&self, pair: Pair) -> Result<&Wire> {
        self.wires.get(&pair).with_context(|| format!("no wire between {pair:?}"))
    }

    /// Starts one part and waits until it listens.
    pub(super) async fn begin(&mut self, part: &'static str) -> Result<()> {
        let mut command = self.command(part, "run");
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

    /// The program, as one part of it.
    fn command(&self, part: &'static str, name: &str) -> Command {
        let mut command = Command::new(&self.server);
        let to = |other| self.by_wire((part, other));
        let database = self.cluster.url().replace(&self.own["postgres"], &to("postgres"));
        let redis = format!("redis://{}/", to("redis"));
        command
            .arg(name)
            .args(["--database-url", &database, "--redis-url", &redis])
            .args(["--http", &self.http, "--grpc", &self.grpc, "--data-dir"])
            .arg(self.folder.path())
            .env("CHAMADOS__AUTH__KEYRING_FILE", self.folder.path().join("keyring"))
            .env("CHAMADOS__DATABASE__MAX_CONNECTIONS", "4")
            .env("CHAMADOS__DEVICE__INTERVAL_MILLIS", INTERVAL.as_millis().to_string())
            .env("CHAMADOS__DEVICE__OFFLINE_GRACE_MILLIS", GRACE.as_millis().to_string())
            .stdin(Stdio::null());
        for other in PARTS.into_iter().filter(|other| *other != "gateway" && *other != part) {
            let variable = format!("CHAMADOS__SERVICES__{}", other.to_uppercase());
            command.env(variable, format!("http://{}", to(other)));
        }
        command
    }

    fn by_wire(&self, pair: Pair) -> String {
        self.wires[&pair].address().to_string()
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
