//! The real product in this very process: real listeners on free ports, a database of its own, its
//! own corner of Redis; gone afterwards.
//!
//! Behind fixed addresses ([`gate`]) stand processes ([`process`]), set up by [`settings`]. Tests use it
//! as people do: by a [`Browser`], by [`Live`] updates, by a [`Computer`] with an agent. What has no
//! page yet (more tenants, sessions of people without a password) is in `people`.

mod answer;
mod browser;
mod certificates;
mod gate;
mod life;
mod live;
mod people;
mod process;
mod settings;
mod transcript;
mod wire;

use std::{
    collections::BTreeMap, net::SocketAddr, panic::AssertUnwindSafe, path::Path, sync::Once,
    time::Duration,
};

use anyhow::Context as _;
use chamados::Target;
use chamados_chassis::{
    clock::{self, SharedClock},
    grpc::{self, GrpcChannel, RemoteConfig},
    telemetry::{LogFormat, Telemetry, TelemetryConfig},
};
use futures::FutureExt as _;
use tempfile::TempDir;

use self::{gate::Gate, process::Process};
use crate::{TestDatabase, databases::Finish, redis};

pub use self::{
    answer::Answer,
    browser::Browser,
    certificates::Certificates,
    live::{Frame, Live},
    people::PASSWORD,
    settings::{Backends, INTERVAL_SECONDS, OFFLINE_GRACE_MILLIS, Topology},
    transcript::Transcript,
    wire::{AgentStream, agent_client},
};
pub use crate::computer::{Computer, Running};

/// No test takes longer, so that one that hangs fails and says so.
const TEST_LIMIT: Duration = Duration::from_secs(100);

/// The product, running.
pub struct Sandbox {
    topology: Topology,
    clock: SharedClock,
    database: TestDatabase,
    /// Between the product and PostgreSQL.
    cable: Option<Cable>,
    redis: Option<Corner>,
    /// Key ring, and whatever else the product keeps beside its database.
    directory: TempDir,
    certificates: Option<Certificates>,
    settings: Vec<(&'static str, String)>,
    processes: Vec<(Vec<Target>, Option<Process>)>,
    /// One a gateway, so that a test can choose.
    http: Vec<Gate>,
    grpc: Gate,
    internal: BTreeMap<Target, Gate>,
    setup_link: Option<String>,
}

/// A way to a server that can be interrupted.
struct Cable {
    gate: Gate,
    server: SocketAddr,
    /// URL of the server, by way of the gate.
    url: String,
}

/// The part of the shared Redis that is a sandbox's own.
struct Corner {
    url: String,
    prefix: String,
}

impl Sandbox {
    /// Starts the product on an empty database.
    ///
    /// # Errors
    /// When PostgreSQL or Redis cannot be had, or the product does not start.
    pub async fn start(topology: Topology, backends: Backends) -> anyhow::Result<Self> {
        Self::start_with(topology, backends, &[]).await
    }

    /// The same with other settings, as in the configuration file.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with(
        topology: Topology,
        backends: Backends,
        settings: &[(&'static str, &str)],
    ) -> anyhow::Result<Self> {
        Self::start_on(topology, backends, settings, clock::system(), async |_, _| Ok(())).await
    }

    /// The same by another clock, on what `fill` puts into the database and the data directory before.
    ///
    /// # Errors
    /// As [`start`](Self::start), and as `fill`.
    pub async fn start_on(
        topology: Topology,
        backends: Backends,
        settings: &[(&'static str, &str)],
        clock: SharedClock,
        fill: impl AsyncFnOnce(&TestDatabase, &Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        prepare_process();
        let database = match backends {
            Backends::SqliteMemory => TestDatabase::sqlite()?,
            Backends::PostgresRedis => TestDatabase::postgres().await?,
        };
        let cable = match backends {
            Backends::SqliteMemory => None,
            Backends::PostgresRedis => Some(Cable::to(database.url()).await?),
        };
        let redis = match backends {
            Backends::SqliteMemory => None,
            Backends::PostgresRedis => {
                Some(Corner { url: redis::url()?, prefix: redis::key_prefix() })
            }
        };
        let processes: Vec<_> =
            topology.processes().into_iter().map(|targets| (targets, None)).collect();
        let gateways =
            processes.iter().filter(|(targets, _)| targets.contains(&Target::Gateway)).count();
        let directory = tempfile::tempdir()?;
        let certificates = (topology == Topology::Encrypted)
            .then(|| Certificates::issue(directory.path()))
            .transpose()?;
        fill(&database, directory.path()).await?;
        let mut sandbox = Self {
            topology,
            clock,
            cable,
            database,
            redis,
            directory,
            certificates,
            settings: settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(),
            processes,
            http: life::gates(gateways).await?,
            grpc: Gate::open().await?,
            internal: BTreeMap::new(),
            setup_link: None,
        };
        for target in Target::ALL {
            sandbox.internal.insert(target, Gate::open().await?);
        }
        match sandbox.begin().await {
            Ok(()) => Ok(sandbox),
            Err(error) => {
                if let Err(error) = sandbox.remove().await {
                    eprintln!("a sandbox stays behind: {error:#}");
                }
                Err(error)
            }
        }
    }

    /// The link by which the first admin is made, as the latest start printed it.
    ///
    /// # Errors
    /// When it printed none.
    pub fn setup_link(&self) -> anyhow::Result<&str> {
        self.setup_link.as_deref().context("the start printed no set-up link")
    }

    /// Which parts run together.
    #[must_use]
    pub const fn topology(&self) -> Topology {
        self.topology
    }

    /// The URL of the database, as `database.url` takes it.
    #[must_use]
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Where agents connect.
    #[must_use]
    pub fn agent_url(&self) -> String {
        self.grpc.url(self.scheme())
    }

    /// Where one service is reached by the others; nobody listens there when everything is in one
    /// process.
    #[must_use]
    pub fn internal_url(&self, target: Target) -> String {
        self.internal[&target].url(self.scheme())
    }

    /// Where the first process in which `target` runs tells operators how it is.
    ///
    /// # Errors
    /// When none runs.
    pub fn operations_url(&self, target: Target) -> anyhow::Result<String> {
        let mut running = self.processes.iter().filter(|(targets, _)| targets.contains(&target));
        let address = running.find_map(|(_, slot)| slot.as_ref()?.operations);
        address.map(|address| format!("http://{address}")).context("it does not run")
    }

    /// A channel to a service, in this process or by its internal port.
    ///
    /// # Errors
    /// When it does not run.
    pub fn channel(&self, target: Target) -> anyhow::Result<GrpcChannel> {
        if self.topology == Topology::AllInOne {
            let process = self.processes.iter().find_map(|(_, slot)| slot.as_ref());
            return process.and_then(|process| process.services.clone()).context("nothing runs");
        }
        let limits = RemoteConfig { connect_timeout_seconds: 2, call_timeout_seconds: 10 };
        let tls = self.certificates.as_ref().map(Certificates::client).transpose()?;
        Ok(grpc::remote(&self.internal_url(target), &limits, tls.as_ref())?)
    }

    /// How many gateways there are.
    #[must_use]
    pub fn gateways(&self) -> usize {
        self.http.len()
    }

    /// A browser that nobody is signed in to. Its requests go to the gateways in turn.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(
            (0..self.gateways()).map(|index| self.panel_url(index)).collect(),
            self.trust(),
        )
    }

    /// A browser on one gateway only, counted from 0.
    #[must_use]
    pub fn browser_on(&self, gateway: usize) -> Browser {
        Browser::new(vec![self.panel_url(gateway)], self.trust())
    }

    /// A computer that no other test has.
    ///
    /// # Errors
    /// When there is no place for its state.
    pub fn computer(&self) -> anyhow::Result<Computer> {
        Computer::trusting(self.certificates.as_ref().map(Certificates::authority_file))
    }

    /// Certificates of the product, where it has some.
    #[must_use]
    pub const fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    fn panel_url(&self, gateway: usize) -> String {
        self.http[gateway].url(self.scheme())
    }

    const fn scheme(&self) -> &'static str {
        if self.certificates.is_some() { "https" } else { "http" }
    }

    /// What browsers trust besides what they trust anyway.
    fn trust(&self) -> Option<String> {
        self.certificates.as_ref().map(|certificates| certificates.authority().pem().to_owned())
    }
}

/// Runs a test's body with a sandbox, and stops and removes it also when the body panics.
///
/// # Panics
/// When the product does not start or stop in order, and as the body does.
pub async fn with<R: Finish>(
    sandbox: anyhow::Result<Sandbox>,
    body: impl AsyncFnOnce(&mut Sandbox) -> R,
) {
    let mut sandbox = sandbox.unwrap_or_else(|error| panic!("no sandbox: {error:#}"));
    let body = async {
        let outcome = tokio::time::timeout(TEST_LIMIT, body(&mut sandbox)).await;
        outcome.unwrap_or_else(|_| panic!("not done within {TEST_LIMIT:?}")).finish();
    };
    let outcome = AssertUnwindSafe(body).catch_unwind().await;
    let removed = sandbox.remove().await;
    match outcome {
        Err(panic) => {
            if let Err(error) = removed {
                eprintln!("and the sandbox did not stop in order: {error:#}");
            }
            std::panic::resume_unwind(panic)
        }
        Ok(()) => removed.unwrap_or_else(|error| panic!("the product did not stop: {error:#}")),
    }
}

/// What a process does once, before anything else. `CHAMADOS_TEST_LOG=debug` shows the product's logs.
#[allow(clippy::disallowed_methods, reason = "for whoever looks for a fault")]
fn prepare_process() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _already_chosen = rustls::crypto::ring::default_provider().install_default();
        if let Ok(log_filter) = std::env::var("CHAMADOS_TEST_LOG") {
            let config = TelemetryConfig {
                log_filter,
                log_format: LogFormat::Pretty,
                otlp_endpoint: String::new(),
                trace_ratio: 1.0,
                service_name: "chamados".to_owned(),
            };
            if let Err(error) = Telemetry::init(&config) {
                eprintln!("no logs: {error}");
            }
        }
    });
}

/// Makes a test `mode::name`, in a sandbox of its own, of each function
/// `async fn name(sandbox: &mut Sandbox) -> anyhow::Result<()>`.
///
/// ```text
/// sandbox_suite!(split: Split on PostgresRedis; a_ticket_is_read_where_it_was_not_written);
/// ```
#[macro_export]
macro_rules! sandbox_suite {
    ($mode:ident: $topology:ident on $backends:ident; $($name:ident),+ $(,)?) => {
        mod $mode {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let sandbox = $crate::Sandbox::start(
                        $crate::sandbox::Topology::$topology,
                        $crate::sandbox::Backends::$backends,
                    );
                    $crate::sandbox::with(sandbox.await, super::$name).await
                }
            )+
        }
    };
}
