//! Replicas of the service over one database, each on a runtime of its own, so that one can be
//! killed.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use chamados_chassis::{
    auth::{Keyring, Principal, Role},
    bus::{Heard, SignalBus},
    clock::{self, SharedClock},
    context::CallContext,
    grpc::{GrpcChannel, Stack, layer::Limits, local},
    id::{CompanyId, SessionId, TenantId, UserId},
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_device::{Config, Deps, Service, migrations};
use chamados_proto::{
    device::v1::{self as pb, device_service_client::DeviceServiceClient},
    event::v1::Signal,
    jobs::v1::job_handler_client::JobHandlerClient,
};
use chamados_store_kit::{
    DatabaseConfig, Db, migrate,
    redis::{Redis, RedisConfig},
    signal_local::LocalSignals,
    signal_redis::RedisSignals,
};
use chamados_testkit::{TestDatabase, redis::key_prefix};
use tokio::{runtime::Runtime, sync::broadcast};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Request;

use super::{LIMIT, agent::Agent, identity::Identity};

/// What the replicas share.
pub(crate) struct World {
    pub(crate) identity: Arc<Identity>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: SharedClock,
    pub(crate) tenant: TenantId,
    pub(crate) company: CompanyId,
    database: String,
    redis: Option<RedisConfig>,
}

/// The provisioning code of [`World::company`].
pub(crate) const CODE: &str = "CODE-1";

impl World {
    pub(crate) fn new(database: &TestDatabase) -> anyhow::Result<Self> {
        let redis =
            if database.is_postgres() { Some(chamados_testkit::redis::url()?) } else { None };
        Self::with_redis(database, redis.as_deref())
    }

    pub(crate) fn with_redis(database: &TestDatabase, redis: Option<&str>) -> anyhow::Result<Self> {
        let identity = Arc::new(Identity::default());
        let tenant = TenantId::new();
        let company = identity.add_company(tenant, CODE);
        let redis = redis.map(|url| {
            let mut config = RedisConfig::new(url);
            config.key_prefix = key_prefix();
            config
        });
        Ok(Self {
            identity,
            keyring: Arc::new(Keyring::parse(&Keyring::generate()?)?),
            clock: clock::system(),
            tenant,
            company,
            database: database.url().to_owned(),
            redis,
        })
    }

    /// From now on Redis is an empty one.
    pub(crate) fn forget_redis(&mut self) {
        if let Some(redis) = &mut self.redis {
            redis.key_prefix = key_prefix();
        }
    }

    /// Short times, so that tests need not wait: silent for 0.6 s plus 0.4 s is offline.
    pub(crate) fn config() -> Config {
        Config {
            interval_millis: 200,
            offline_grace_millis: 400,
            foreign_grace_millis: 300,
            unknown_grace_millis: 1_500,
            sweep_millis: 50,
            reset_poll_millis: 200,
            usb_policy_poll_millis: 200,
            upkeep_millis: 200,
            hello_timeout_millis: 300,
            drain_millis: 100,
            // What comes and goes on purpose is no trouble.
            flap_transitions: 1_000,
            ..Config::default()
        }
    }

    /// Times in which nothing happens by itself within a test.
    pub(crate) fn patient() -> Config {
        Config { interval_millis: 60_000, ..Self::config() }
    }

    fn stack(&self) -> anyhow::Result<Stack> {
        Ok(Stack {
            keyring: Arc::clone(&self.keyring),
            clock: Arc::clone(&self.clock),
            metrics: Metrics::new("test", "")?,
            limits: Limits { deadline_seconds: 20, concurrent_calls: 1_000 },
        })
    }

    pub(crate) fn staff(&self) -> Principal {
        self.person(Role::Admin, None, UserId::new())
    }

    pub(crate) fn person(&self, role: Role, company: Option<CompanyId>, user: UserId) -> Principal {
        Principal::Person { tenant: self.tenant, user, role, company, session: SessionId::new() }
    }

    pub(crate) fn as_scheduler<T>(&self, message: T) -> Request<T> {
        let principal = Principal::Service { name: "scheduler".into(), tenant: None };
        self.request(&principal, message)
    }

    pub(crate) fn as_staff<T>(&self, message: T) -> Request<T> {
        self.request(&self.staff(), message)
    }

    pub(crate) fn request<T>(&self, principal: &Principal, message: T) -> Request<T> {
        let token = self.keyring.sign(principal, self.clock.now()).unwrap();
        let deadline = self.clock.instant() + Duration::from_secs(20);
        CallContext::new(principal.clone(), Some(token.into()), "req".into(), deadline)
            .request(message, &*self.clock)
    }
}

/// One process.
pub(crate) struct Replica {
    pub(crate) service: Service,
    pub(crate) db: Db,
    pub(crate) address: SocketAddr,
    channel: GrpcChannel,
    signals: Arc<dyn SignalBus>,
    shutdown: Shutdown,
    runtime: Option<Runtime>,
}

impl Replica {
    /// Starts a process with short times.
    pub(crate) async fn start(world: &World) -> anyhow::Result<Self> {
        Self::start_with(world, World::config()).await
    }

    pub(crate) async fn start_with(world: &World, config: Config) -> anyhow::Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        config.validate()?;
        let stack = world.stack()?;
        let identity = world.identity.channel(&stack);
        let (url, redis) = (world.database.clone(), world.redis.clone());
        let (keyring, clock) = (Arc::clone(&world.keyring), Arc::clone(&world.clock));
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        let started = runtime.spawn(async move {
            let db = Db::connect(&DatabaseConfig::new(url), "device").await?;
            migrate::up(&db, &migrations()).await?;
            let redis = redis.as_ref().map(Redis::connect).transpose()?;
            let signals: Arc<dyn SignalBus> = match redis.clone() {
                Some(redis) => Arc::new(RedisSignals::start(redis, &stop)),
                None => Arc::new(LocalSignals::new()),
            };
            let deps = Deps {
                config,
                db: db.clone(),
                clock,
                signals: Arc::clone(&signals),
                identity,
                keyring,
                redis,
                metrics: Metrics::new("test", "")?,
            };
            let service = Service::new(deps)?;
            service.start(&stop);
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let routes = stack.layered(service.public_routes(), Service::PUBLIC_METHODS);
            stop.spawn("agents", async move {
                let incoming = TcpListenerStream::new(listener);
                tonic::transport::Server::builder()
                    .add_routes(routes)
                    .serve_with_incoming(incoming)
                    .await
            });
            let channel = local(stack.layered(service.routes(), Service::PUBLIC_METHODS));
            anyhow::Ok((service, db, address, channel, signals))
        });
        let (service, db, address, channel, signals) = started.await??;
        Ok(Self { service, db, address, channel, signals, shutdown, runtime: Some(runtime) })
    }

    pub(crate) fn devices(&self) -> DeviceServiceClient<GrpcChannel> {
        DeviceServiceClient::new(self.channel.clone())
    }

    pub(crate) fn jobs(&self) -> JobHandlerClient<GrpcChannel> {
        JobHandlerClient::new(self.channel.clone())
    }

    pub(crate) async fn agent(&self) -> anyhow::Result<Agent> {
        Agent::connect(self.address).await
    }

    pub(crate) async fn device(&self, world: &World, id: &str) -> anyhow::Result<pb::Device> {
        let request = world.as_staff(pb::GetDeviceRequest { id: id.to_owned() });
        Ok(self.devices().get_device(request).await?.into_inner())
    }

    /// Waits until a device has a presence.
    pub(crate) async fn wait_for(
        &self,
        world: &World,
        id: &str,
        presence: pb::Presence,
    ) -> pb::Device {
        let what = format!("{id} is {presence:?}");
        chamados_testkit::eventually(LIMIT, &what, async || {
            let device = self.device(world, id).await.ok()?;
            (device.presence() == presence).then_some(device)
        })
        .await
    }

    /// Types of a device's timeline, newest first.
    pub(crate) async fn timeline(&self, world: &World, id: &str) -> anyhow::Result<Vec<String>> {
        let entries = self.timeline_entries(world, id).await?;
        Ok(entries.into_iter().map(|entry| entry.r#type).collect())
    }

    pub(crate) async fn timeline_entries(
        &self,
        world: &World,
        id: &str,
    ) -> anyhow::Result<Vec<pb::DeviceTimelineEntry>> {
        let request = pb::ListDeviceTimelineRequest {
            device_id: id.to_owned(),
            page_size: 100,
            ..Default::default()
        };
        let answer = self.devices().list_timeline(world.as_staff(request)).await?.into_inner();
        Ok(answer.entries)
    }

    pub(crate) async fn reset(&self, world: &World, id: &str) -> anyhow::Result<i32> {
        let request_id = uuid::Uuid::now_v7().to_string();
        let request = pb::ResetAgentRequest { request_id, id: id.to_owned() };
        let answer = self.devices().reset_agent(world.as_staff(request)).await?;
        Ok(answer.into_inner().revoked_tokens)
    }

    /// What staff are told of our own faults, newest first.
    pub(crate) async fn incidents(&self, world: &World) -> anyhow::Result<Vec<pb::Incident>> {
        let request = world.as_staff(pb::ListIncidentsRequest {});
        Ok(self.devices().list_incidents(request).await?.into_inner().incidents)
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Heard> {
        self.signals.listen()
    }

    /// Ends as `kill -9` does.
    pub(crate) fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Asks it to stop, as a signal does.
    pub(crate) fn stop(&self) {
        self.shutdown.request();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The next signal of a topic.
pub(crate) async fn heard(signals: &mut broadcast::Receiver<Heard>, topic: &str) -> Arc<Signal> {
    let listen = async {
        loop {
            if let Heard::Signal(signal) = signals.recv().await.unwrap()
                && signal.topic == topic
            {
                return signal;
            }
        }
    };
    tokio::time::timeout(LIMIT, listen).await.unwrap_or_else(|_| panic!("no signal {topic}"))
}
