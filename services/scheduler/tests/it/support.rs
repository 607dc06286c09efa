//! Replicas of the scheduler on a test's database, and the callers of its tests.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chamados_chassis::{
    auth::{Keyring, Principal, Role},
    bus::{Heard, SignalBus as _},
    clock::{SharedClock, system},
    context::CallContext,
    error::reason_of,
    grpc::{self, GrpcChannel, Stack, layer::Limits},
    id::{SessionId, TenantId, UserId},
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_proto::scheduler::v1::{
    self as pb, export_service_client::ExportServiceClient, run_service_client::RunServiceClient,
    schedule_service_client::ScheduleServiceClient,
};
use chamados_scheduler::{Config, Deps, Service, migrations};
use chamados_store_kit::{DatabaseConfig, Db, migrate, signal_local::LocalSignals};
use chamados_testkit::{TestDatabase, eventually};
use chrono::{DateTime, Utc};
use object_store::{ObjectStore, local::LocalFileSystem};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::broadcast};
use tonic::{Request, Status};
use uuid::Uuid;

use crate::worker::Worker;

/// How long a test waits for what happens by itself.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A database with the scheduler's tables, and what replicas on it share.
pub(crate) struct World {
    url: String,
    keyring: Arc<Keyring>,
    clock: SharedClock,
    signals: Arc<LocalSignals>,
    channel: GrpcChannel,
    pub(crate) db: Db,
    pub(crate) worker: Arc<Worker>,
    pub(crate) admin: Principal,
    archives: Arc<dyn ObjectStore>,
    folder: TempDir,
}

/// Loops that run quickly.
pub(crate) fn quick() -> Config {
    Config {
        poll_ms: 10,
        reap_ms: 50,
        lease_ms: 600,
        renew_ms: 150,
        concurrency: 8,
        drain_ms: 100,
        export_directory: None,
    }
}

impl World {
    pub(crate) async fn new(database: &TestDatabase) -> anyhow::Result<Self> {
        let url = database.url().to_owned();
        let db = Db::connect(&DatabaseConfig::new(&url), "scheduler").await?;
        migrate::up(&db, &migrations()).await?;
        let keyring = Arc::new(Keyring::parse(&Keyring::generate()?)?);
        let (clock, signals) = (system(), Arc::new(LocalSignals::new()));
        let worker = Arc::new(Worker::default());
        let folder = tempfile::tempdir()?;
        let archives: Arc<dyn ObjectStore> =
            Arc::new(LocalFileSystem::new_with_prefix(folder.path())?);
        let service = Service::new(Deps {
            config: quick(),
            db: db.clone(),
            clock: clock.clone(),
            signals: signals.clone(),
            keyring: keyring.clone(),
            owners: BTreeMap::new(),
            archives: archives.clone(),
            metrics: Metrics::new("test", "")?,
        });
        let stack = Stack {
            keyring: keyring.clone(),
            clock: clock.clone(),
            metrics: Metrics::new("test", "")?,
            limits: Limits { deadline_seconds: 30, concurrent_calls: 1_000 },
        };
        let channel = grpc::local(stack.layered(service.routes(), Service::PUBLIC_METHODS));
        let admin = person(TenantId::new(), Role::Admin);
        Ok(Self { url, keyring, clock, signals, channel, db, worker, admin, archives, folder })
    }

    /// Starts a replica with a runtime, connections and a name of its own.
    pub(crate) async fn replica(&self, config: Config) -> Replica {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let shutdown = Shutdown::new();
        let owners = ["identity", "ticket", "device", "test"];
        let owners = owners.map(|owner| (owner, self.worker.channel())).into();
        let (clock, signals) = (self.clock.clone(), self.signals.clone());
        let (keyring, url) = (self.keyring.clone(), self.url.clone());
        let archives = self.archives.clone();
        let stop = shutdown.clone();
        let started = runtime.spawn(async move {
            let mut database = DatabaseConfig::new(url);
            database.max_connections = 5;
            let db = Db::connect(&database, "scheduler").await.unwrap();
            let metrics = Metrics::new("test", "").unwrap();
            Service::new(Deps { config, db, clock, signals, keyring, owners, archives, metrics })
                .start(&stop);
        });
        started.await.unwrap();
        Replica { runtime: Some(runtime), shutdown }
    }

    pub(crate) fn schedules(&self) -> ScheduleServiceClient<GrpcChannel> {
        ScheduleServiceClient::new(self.channel.clone())
    }

    pub(crate) fn exports(&self) -> ExportServiceClient<GrpcChannel> {
        ExportServiceClient::new(self.channel.clone())
    }

    pub(crate) fn runs(&self) -> RunServiceClient<GrpcChannel> {
        RunServiceClient::new(self.channel.clone())
    }

    /// Hears signals from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Heard> {
        self.signals.listen()
    }

    /// A request of the admin.
    pub(crate) fn request<T>(&self, message: T) -> Request<T> {
        self.by(&self.admin, message)
    }

    /// A request on behalf of `principal`.
    pub(crate) fn by<T>(&self, principal: &Principal, message: T) -> Request<T> {
        let token = self.keyring.sign(principal, self.clock.now()).unwrap();
        let deadline = self.clock.instant() + Duration::from_secs(30);
        let cx = CallContext::new(principal.clone(), Some(token.into()), "test".into(), deadline);
        cx.request(message, &*self.clock)
    }

    /// Who a token is for.
    pub(crate) fn verify(&self, token: &str) -> Principal {
        self.keyring.verify(token, self.clock.now()).unwrap()
    }

    /// Makes every archive's file as old as that; how many there are.
    pub(crate) fn age_archives(&self, time: DateTime<Utc>) -> usize {
        let folders = std::fs::read_dir(self.folder.path()).unwrap();
        let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
        let age = |file: std::io::Result<std::fs::DirEntry>| {
            let file = std::fs::File::options().write(true).open(file.unwrap().path()).unwrap();
            file.set_modified(time.into()).unwrap();
        };
        files.map(age).count()
    }

    pub(crate) async fn schedule(&self, key: &str) -> pb::Schedule {
        let request = self.request(pb::GetScheduleRequest { key: key.to_owned() });
        self.schedules().get_schedule(request).await.unwrap().into_inner()
    }

    /// Asks for a run; its id.
    pub(crate) async fn run_now(&self, key: &str) -> String {
        let request_id = Uuid::now_v7().to_string();
        let request = pb::RunScheduleRequest { request_id, key: key.to_owned() };
        let answer = self.schedules().run_schedule(self.request(request)).await;
        answer.unwrap().into_inner().run_id
    }

    pub(crate) async fn run(&self, id: &str) -> Result<pb::Run, Status> {
        let request = self.request(pb::GetRunRequest { id: id.to_owned() });
        Ok(self.runs().get_run(request).await?.into_inner())
    }

    /// The runs of a schedule, newest first.
    pub(crate) async fn runs_of(&self, key: &str) -> Vec<pb::Run> {
        let schedule_key = key.to_owned();
        let request = pb::ListRunsRequest { schedule_key, page_size: 100, ..Default::default() };
        self.runs().list_runs(self.request(request)).await.unwrap().into_inner().runs
    }

    /// Waits until a replica has made the built-in schedules.
    pub(crate) async fn until_registered(&self) {
        let request =
            || self.request(pb::GetScheduleRequest { key: "scheduler-purge-runs".into() });
        eventually(LIMIT, "the built-in schedules are there", async || {
            self.schedules().get_schedule(request()).await.ok()
        })
        .await;
    }

    /// Waits until a run is in `state`.
    pub(crate) async fn until(&self, id: &str, state: pb::RunState) -> pb::Run {
        eventually(LIMIT, &format!("run {id} is {state:?}"), async || {
            self.run(id).await.ok().filter(|run| run.state() == state)
        })
        .await
    }
}

/// A replica of the scheduler. Dropping it is a crash.
pub(crate) struct Replica {
    runtime: Option<Runtime>,
    shutdown: Shutdown,
}

impl Replica {
    /// Ends it wherever it is, without a word.
    pub(crate) fn crash(self) {
        drop(self);
    }

    /// Asks it to stop and waits for that.
    pub(crate) async fn stop(self) {
        self.shutdown.drain(LIMIT).await.unwrap();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

/// Somebody of a tenant.
pub(crate) fn person(tenant: TenantId, role: Role) -> Principal {
    let (user, session) = (UserId::new(), SessionId::new());
    Principal::Person { tenant, user, role, company: None, session }
}

/// The codes of a run's log lines.
pub(crate) fn codes(run: &pb::Run) -> Vec<&str> {
    run.log_lines.iter().map(|line| line.code.as_str()).collect()
}

/// The stable reason of a refusal.
#[track_caller]
pub(crate) fn reason<T: std::fmt::Debug>(outcome: Result<T, Status>) -> String {
    reason_of(&outcome.unwrap_err()).unwrap()
}
