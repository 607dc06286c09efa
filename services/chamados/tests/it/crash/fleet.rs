//! The product as processes of their own, one a service, each of which can be killed.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use chamados::Target;
use chamados_chassis::auth::Keyring;
use chamados_testkit::{
    TestDatabase, eventually,
    redis::PrivateRedis,
    sandbox::{Browser, PASSWORD},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, Statement,
    TransactionTrait as _,
};
use serde_json::json;
use tempfile::TempDir;

/// The targets, in the order of starting.
const TARGETS: [Target; 4] = [Target::Identity, Target::Device, Target::Ticket, Target::Gateway];
/// A process answers within this after its start, and what was interrupted goes on within this: a
/// consumer's lease must run out first.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Processes on a database and a Redis of their own. Dropping it kills them.
pub(crate) struct Fleet {
    pub(crate) database: TestDatabase,
    pub(crate) db: DatabaseConnection,
    redis: PrivateRedis,
    folder: TempDir,
    http: SocketAddr,
    grpc: SocketAddr,
    internal: BTreeMap<Target, SocketAddr>,
    children: BTreeMap<Target, Child>,
    settings: Vec<(&'static str, String)>,
    setup_token: String,
}

impl Fleet {
    /// Starts everything.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::start_with(&[]).await
    }

    /// The same with other settings, as variables of the environment.
    pub(crate) async fn start_with(settings: &[(&'static str, &str)]) -> anyhow::Result<Self> {
        let database = TestDatabase::postgres().await?;
        let db = Database::connect(database.url()).await?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("keyring"), Keyring::generate()?)?;
        let mut internal = BTreeMap::new();
        for target in TARGETS {
            internal.insert(target, free_address()?);
        }
        let mut fleet = Self {
            database,
            db,
            redis: PrivateRedis::start().await?,
            folder,
            http: free_address()?,
            grpc: free_address()?,
            internal,
            children: BTreeMap::new(),
            settings: settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            setup_token: String::new(),
        };
        let migrated = fleet.command("migrate").stdout(Stdio::null()).status()?;
        anyhow::ensure!(migrated.success(), "the tables could not be made");
        for target in TARGETS {
            fleet.begin(target).await?;
        }
        Ok(fleet)
    }

    /// Starts one service and waits until it is reached.
    pub(crate) async fn begin(&mut self, target: Target) -> anyhow::Result<()> {
        let log = self.folder.path().join(format!("{target}.log"));
        let log = File::options().append(true).create(true).open(log)?;
        let address = self.internal[&target].to_string();
        let mut command = self.command("run");
        command.args(["--target", target.as_str(), "--internal", &address]);
        command.env("CHAMADOS__TELEMETRY__SERVICE_NAME", format!("chamados-{target}"));
        // Only the first start has something to say that is needed.
        let says = target == Target::Identity && self.setup_token.is_empty();
        command.stdout(if says { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stderr(log).spawn()?;
        let output = child.stdout.take();
        self.children.insert(target, child);
        if let Some(output) = output {
            let mut lines = BufReader::new(output).lines();
            let link = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("token=")));
            let link = link.context("the start printed no set-up link")??;
            let (_, token) = link.split_once("token=").context("no token in the link")?;
            token.clone_into(&mut self.setup_token);
        }
        let address = if target == Target::Gateway { self.http } else { self.internal[&target] };
        eventually(LIMIT, &format!("{target} listens"), async || {
            tokio::net::TcpStream::connect(address).await.ok()
        })
        .await;
        Ok(())
    }

    /// Asks every process to stop, as a service manager does, and waits until all have.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        for child in self.children.values() {
            kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM)?;
        }
        for (target, mut child) in std::mem::take(&mut self.children) {
            let status = child.wait()?;
            anyhow::ensure!(status.success(), "{target}: {status}");
        }
        Ok(())
    }

    /// What a service has logged.
    pub(crate) fn log(&self, target: Target) -> String {
        let log = self.folder.path().join(format!("{target}.log"));
        std::fs::read_to_string(log).unwrap_or_default()
    }

    /// Ends one service as a power failure does: SIGKILL, no good-bye.
    pub(crate) fn kill(&mut self, target: Target) -> anyhow::Result<()> {
        let mut child = self.children.remove(&target).context("it does not run")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chamados"));
        command
            .arg(name)
            .args(["--database-url", self.database.url(), "--redis-url", &self.redis.url()])
            .args(["--http", &self.http.to_string(), "--grpc", &self.grpc.to_string()])
            .arg("--data-dir")
            .arg(self.folder.path())
            .env("CHAMADOS__AUTH__KEYRING_FILE", self.folder.path().join("keyring"))
            .env("CHAMADOS__DATABASE__MAX_CONNECTIONS", "4")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        for (target, address) in
            self.internal.iter().filter(|(target, _)| **target != Target::Gateway)
        {
            let name = format!("CHAMADOS__SERVICES__{}", target.as_str().to_uppercase());
            command.env(name, format!("http://{address}"));
        }
        command
    }

    /// A browser that nobody is signed in to.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&format!("http://{}", self.http))
    }

    /// Where agents connect.
    pub(crate) fn agent_url(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// The first admin.
    pub(crate) async fn set_up(&self) -> Browser {
        let browser = self.browser();
        let admin = json!({
            "token": self.setup_token, "tenantName": "Desk", "name": "Ada Admin",
            "email": "admin@desk.example", "password": PASSWORD,
        });
        let _user = browser.post("/api/setup", admin).await.ok();
        browser
    }

    /// Holds rows until the transaction ends: whoever wants to change them waits.
    pub(crate) async fn hold(&self, rows: &str) -> anyhow::Result<DatabaseTransaction> {
        let tx = self.db.begin().await?;
        let held = tx.execute_unprepared(&format!("SELECT 1 FROM {rows} FOR UPDATE")).await?;
        anyhow::ensure!(held.rows_affected() == 1, "{rows}: {} rows", held.rows_affected());
        Ok(tx)
    }

    /// Waits until somebody waits for held rows.
    pub(crate) async fn somebody_waits(&self) {
        eventually(LIMIT, "somebody waits for the held row", async || {
            let waiting = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
            (self.number(waiting).await > 0).then_some(())
        })
        .await;
    }

    /// A number from the database.
    pub(crate) async fn number(&self, query: &str) -> i64 {
        let statement = Statement::from_string(self.db.get_database_backend(), query);
        let row = self.db.query_one_raw(statement).await;
        let row = row.ok().flatten().unwrap_or_else(|| panic!("no answer: {query}"));
        row.try_get_by_index(0).unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Shows the end of every log, for whoever looks for a fault.
    pub(crate) fn tell(&self) {
        for target in TARGETS {
            let log = self.log(target);
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- {target}\n{}", lines[lines.len().saturating_sub(15)..].join("\n"));
        }
    }

    /// Kills everything and removes the database.
    pub(crate) async fn remove(mut self) -> anyhow::Result<()> {
        for (_, mut child) in std::mem::take(&mut self.children) {
            child.kill()?;
            child.wait()?;
        }
        self.db.clone().close().await?;
        let database = std::mem::replace(&mut self.database, TestDatabase::sqlite()?);
        database.remove().await
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for child in self.children.values_mut() {
            // Ended by itself, perhaps.
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// An address on which nobody listens now.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
