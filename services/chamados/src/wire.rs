//! Which service is where. The only file that knows targets: everything else gets channels and
//! cannot tell.

use std::{collections::BTreeMap, future::Future, sync::Arc};

use chamados_chassis::{
    bus::Consumer,
    grpc::{self, GrpcChannel, Stack, channel::Binding},
    health::Health,
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_device as device;
use chamados_gateway as gateway;
use chamados_identity as identity;
use chamados_scheduler as scheduler;
use chamados_store_kit::{Db, Relay, gauges};
use chamados_ticket as ticket;
use http::{HeaderName, HeaderValue};
use object_store::{ObjectStore, prefix::PrefixStore};
use tonic::{Status, service::Routes};
use tower::{ServiceExt as _, util::BoxCloneSyncService};

use crate::{
    backends::Backends,
    config::Config,
    database,
    door::{self, Door},
    target::Target,
    tls::Certificates,
};

/// The parts of this process, connected and started, to be served.
pub(crate) struct Wired {
    /// For the HTTP listener, where the gateway runs.
    pub(crate) http: Option<axum::Router>,
    /// For the public gRPC listener, where the device service runs.
    pub(crate) public: Option<Routes>,
    /// For the internal listener, where not everything runs here.
    pub(crate) internal: Option<Routes>,
    /// To identity, wherever it is.
    pub(crate) identity: GrpcChannel,
    /// To the services of this process, as its own listener would offer them.
    pub(crate) services: GrpcChannel,
}

/// Channels to every service, near or far.
#[derive(Clone)]
struct Channels {
    identity: GrpcChannel,
    ticket: GrpcChannel,
    device: GrpcChannel,
    scheduler: GrpcChannel,
}

impl Channels {
    fn by_target(&self) -> BTreeMap<Target, GrpcChannel> {
        let Self { identity, ticket, device, scheduler } = self.clone();
        BTreeMap::from([
            (Target::Identity, identity),
            (Target::Ticket, ticket),
            (Target::Device, device),
            (Target::Scheduler, scheduler),
        ])
    }
}

/// Where services of this process get bound to their channels, by target.
type Bindings = BTreeMap<Target, Binding>;

/// Makes what `config` says runs here.
pub(crate) async fn wire(
    config: &Config,
    backends: &Backends,
    certificates: &Certificates,
    metrics: &Metrics,
    health: &Health,
    shutdown: &Shutdown,
) -> anyhow::Result<Wired> {
    let (channels, bindings) = connect(config, certificates)?;
    let stack = Stack {
        keyring: backends.keyring.clone(),
        clock: backends.clock.clone(),
        metrics: metrics.clone(),
        limits: config.limits.clone(),
    };
    let (internal, relays) = (BTreeMap::new(), Vec::new());
    let mut host = Host { config, backends, health, shutdown, stack, bindings, internal, relays };
    let mut public = None;

    if config.target.contains(Target::Identity) {
        let db = host.open("identity", identity::migrations()).await?;
        let service = identity::Service::new(identity::Deps {
            db: db.clone(),
            clock: backends.clock.clone(),
            keyring: backends.keyring.clone(),
            signals: backends.signals.clone(),
            public_url: config.gateway.public_url.clone(),
            mail: config.mail()?,
        })?;
        let methods = identity::Service::PUBLIC_METHODS;
        host.add(Target::Identity, service.routes(), methods, db, service.consumers()).await?;
        service.start(shutdown);
    }
    if config.target.contains(Target::Ticket) {
        let db = host.open("ticket", ticket::migrations()).await?;
        let service = ticket::Service::new(ticket::Deps {
            files: ticket::Files::open(&config.ticket, &config.data_dir)?,
            config: config.ticket.clone(),
            db: db.clone(),
            clock: backends.clock.clone(),
            signals: backends.signals.clone(),
            identity: channels.identity.clone(),
            device: channels.device.clone(),
        });
        let methods = ticket::Service::PUBLIC_METHODS;
        host.add(Target::Ticket, service.routes(), methods, db, service.consumers()).await?;
        service.start(shutdown);
    }
    if config.target.contains(Target::Device) {
        let db = host.open("device", device::migrations()).await?;
        let service = device::Service::new(device::Deps {
            config: config.device.clone(),
            db: db.clone(),
            clock: backends.clock.clone(),
            signals: backends.signals.clone(),
            keyring: backends.keyring.clone(),
            identity: channels.identity.clone(),
            redis: backends.redis.clone(),
            metrics: metrics.clone(),
        })?;
        let methods = device::Service::PUBLIC_METHODS;
        let door = Door::new(channels.by_target(), backends.clock.clone())?;
        let agents = host.stack.layered(service.public_routes(), methods);
        public = Some(door::beside(agents, host.stack.around(door.router())));
        host.add(Target::Device, service.routes(), methods, db, service.consumers()).await?;
        service.start(shutdown);
    }
    if config.target.contains(Target::Scheduler) {
        let db = host.open("scheduler", scheduler::migrations()).await?;
        let service = scheduler::Service::new(scheduler::Deps {
            config: config.scheduler.clone(),
            db: db.clone(),
            clock: backends.clock.clone(),
            signals: backends.signals.clone(),
            keyring: backends.keyring.clone(),
            owners: [
                (Target::Identity, &channels.identity),
                (Target::Ticket, &channels.ticket),
                (Target::Device, &channels.device),
                (Target::Scheduler, &channels.scheduler),
            ]
            .map(|(target, channel)| (target.as_str(), addressed(target, channel.clone())))
            .into(),
            archives: archives(config)?,
            metrics: metrics.clone(),
        });
        let methods = scheduler::Service::PUBLIC_METHODS;
        host.add(Target::Scheduler, service.routes(), methods, db, service.consumers()).await?;
        service.start(shutdown);
    }
    // A bus of this process hands a fact to those who listen already, so nobody may be missing.
    for relay in host.relays {
        relay.start(shutdown);
    }
    let together = together(host.internal);
    let services = grpc::local(together.clone());
    let internal = (!config.target.is_all()).then_some(together);
    let mut http = None;
    if config.target.contains(Target::Gateway) {
        let service = gateway::Service::new(gateway::Deps {
            config: config.gateway.clone(),
            identity: channels.identity.clone(),
            ticket: channels.ticket.clone(),
            device: channels.device.clone(),
            scheduler: channels.scheduler.clone(),
            signals: backends.signals.clone(),
            keyring: backends.keyring.clone(),
            clock: backends.clock.clone(),
            health: health.clone(),
            metrics: metrics.clone(),
        })?;
        http = Some(service.router());
        service.start(shutdown);
    }
    Ok(Wired { http, public, internal, identity: channels.identity, services })
}

/// Where archives are put: beside the attachments of a bucket, or in a directory.
fn archives(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    const FOLDER: &str = "exports";

    let named = config.scheduler.export_directory.clone();
    let place =
        ticket::place(&config.ticket, &named.unwrap_or_else(|| config.data_dir.join(FOLDER)))?;
    Ok(match &config.ticket.attachment_bucket {
        Some(_) => Arc::new(PrefixStore::new(place, FOLDER)),
        None => place,
    })
}

/// A channel to each service: bound below when it runs here, else by network.
fn connect(config: &Config, certificates: &Certificates) -> anyhow::Result<(Channels, Bindings)> {
    let mut bindings = Bindings::new();
    let mut channel = |target: Target, uri: &str| -> anyhow::Result<GrpcChannel> {
        if config.target.contains(target) {
            let (channel, binding) = grpc::late();
            bindings.insert(target, binding);
            Ok(channel)
        } else {
            Ok(grpc::remote(uri, &config.services.call, certificates.client.as_ref())?)
        }
    };
    let channels = Channels {
        identity: channel(Target::Identity, &config.services.identity)?,
        ticket: channel(Target::Ticket, &config.services.ticket)?,
        device: channel(Target::Device, &config.services.device)?,
        scheduler: channel(Target::Scheduler, &config.services.scheduler)?,
    };
    Ok((channels, bindings))
}

/// Takes in services one by one.
struct Host<'a> {
    config: &'a Config,
    backends: &'a Backends,
    health: &'a Health,
    shutdown: &'a Shutdown,
    stack: Stack,
    bindings: Bindings,
    internal: BTreeMap<Target, Routes>,
    /// Of each service's facts, to be started when all listen.
    relays: Vec<Relay>,
}

impl Host<'_> {
    /// A service's rows, with tables that fit the code.
    fn open(
        &self,
        name: &'static str,
        migrations: chamados_store_kit::Migrations,
    ) -> impl Future<Output = anyhow::Result<Db>> {
        database::open(self.config, name, migrations, self.health, self.shutdown)
    }

    /// Puts the layers on a service, binds its channel, and connects it to the bus.
    async fn add(
        &mut self,
        target: Target,
        routes: Routes,
        public_methods: &'static [&'static str],
        db: Db,
        consumers: Vec<Consumer>,
    ) -> anyhow::Result<()> {
        let routes = self.stack.layered(routes, public_methods);
        if let Some(binding) = self.bindings.get(&target) {
            binding.bind(grpc::local(routes.clone()));
        }
        self.internal.insert(target, routes);
        for consumer in consumers {
            self.backends.bus.attach(consumer).await?;
        }
        gauges::start(&db, &self.backends.clock, &self.stack.metrics, self.shutdown);
        let (bus, clock) = (self.backends.bus.clone(), self.backends.clock.clone());
        self.relays.push(Relay::new(db, bus, clock));
        Ok(())
    }
}

/// Names the service that a call is for, where its path does not.
const OWNER: HeaderName = HeaderName::from_static("chamados-owner");

/// A channel whose calls say that they are for `target`.
fn addressed(target: Target, channel: GrpcChannel) -> GrpcChannel {
    BoxCloneSyncService::new(channel.map_request(move |mut request: http::Request<_>| {
        request.headers_mut().insert(OWNER, HeaderValue::from_static(target.as_str()));
        request
    }))
}

/// Services behind one listener. The package in a call's path says which one is meant; the contracts of
/// scheduled work and of archives, which all of them serve, are told apart by [`OWNER`].
fn together(services: BTreeMap<Target, Routes>) -> Routes {
    Routes::from(axum::Router::new().fallback(move |request: http::Request<axum::body::Body>| {
        let service = owner(&request).and_then(|target| services.get(&target)).cloned();
        async move {
            match service {
                Some(service) => service.oneshot(request).await,
                None => Ok(Status::unimplemented("no such service here").into_http()),
            }
        }
    }))
}

fn owner<B>(request: &http::Request<B>) -> Option<Target> {
    let package = request.uri().path().strip_prefix("/chamados.")?.split('.').next()?;
    let name = match package {
        "jobs" | "archive" => request.headers().get(OWNER)?.to_str().ok()?,
        package => package,
    };
    Target::ALL.into_iter().find(|target| target.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_finds_its_service() {
        let owner = |path: &str, named: &str| {
            let request = http::Request::builder().uri(path).header(OWNER, named).body(());
            owner(&request.unwrap())
        };
        let get = "/chamados.ticket.v1.TicketService/GetTicket";
        assert_eq!(owner(get, "device"), Some(Target::Ticket), "the path goes first");
        let execute = "/chamados.jobs.v1.JobHandler/Execute";
        assert_eq!(owner(execute, "device"), Some(Target::Device));
        assert_eq!(owner(execute, "nobody"), None);
        let read = "/chamados.archive.v1.ArchiveService/ReadArchive";
        assert_eq!(owner(read, "ticket"), Some(Target::Ticket));
        assert_eq!(owner("/grpc.health.v1.Health/Check", "device"), None);
    }
}
