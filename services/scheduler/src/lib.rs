//! The scheduler service: what runs when. It holds no business code; the owners of scheduled work
//! do it when called. Stateless replicas without a leader run the loops of [`loops`]; what they
//! must agree on is in the rows.
//!
//! Read [`domain`] for the rules, [`store::leases`] for who works on a run, and [`app`] for the
//! life of a run from its making to its end.

mod api;
mod app;
mod config;
pub mod domain;
mod error;
mod loops;
mod store;

use std::{collections::BTreeMap, sync::Arc};

use axum::middleware::from_fn_with_state;
use chamados_chassis::{
    auth::Keyring,
    bus::{Consumer, SignalBus},
    clock::SharedClock,
    grpc::{
        GrpcChannel, late,
        layer::auth::{self, Auth},
        local,
    },
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_store_kit::Db;
use object_store::ObjectStore;
use tokio::sync::Notify;
use tonic::service::Routes;
use uuid::Uuid;

pub use config::Config;
pub use error::Error;
pub use store::{archive::Owner as ArchiveOwner, migrations::migrations};

use app::App;

/// What the service is made of.
pub struct Deps {
    /// How its loops run.
    pub config: Config,
    /// Its rows.
    pub db: Db,
    /// For tokens and intervals; what is due is judged by the database's clock.
    pub clock: SharedClock,
    /// Tells the panel that something changed.
    pub signals: Arc<dyn SignalBus>,
    /// Signs its calls; must have a secret key.
    pub keyring: Arc<Keyring>,
    /// Who does the work, by the part of the job type before the dot: `identity`, `ticket`,
    /// `device`. The scheduler adds itself.
    pub owners: BTreeMap<&'static str, GrpcChannel>,
    /// Where archives are put. Replicas need one they share.
    pub archives: Arc<dyn ObjectStore>,
    /// Where runs are counted.
    pub metrics: Metrics,
}

/// The scheduler service.
#[derive(Clone)]
pub struct Service {
    app: App,
    metrics: Metrics,
}

impl Service {
    /// gRPC paths that need no principal.
    pub const PUBLIC_METHODS: &'static [&'static str] = &[];

    /// The service, which does nothing by itself before [`start`](Self::start).
    #[must_use]
    pub fn new(deps: Deps) -> Self {
        let mut app = App {
            config: Arc::new(deps.config),
            db: deps.db,
            clock: deps.clock,
            signals: deps.signals,
            keyring: deps.keyring,
            owners: Arc::default(),
            archives: deps.archives,
            replica: Uuid::new_v4(),
            ready: Arc::new(Notify::new()),
            finished: deps
                .metrics
                .meter()
                .u64_counter("scheduler.runs.finished")
                .with_description("Runs that ended, by job and how")
                .build(),
        };
        let mut owners = deps.owners;
        let (own, binding) = late();
        owners.entry("scheduler").or_insert(own);
        app.owners = Arc::new(owners);
        binding.bind(own_channel(&app));
        Self { app, metrics: deps.metrics }
    }

    /// Every RPC of the service.
    #[must_use]
    pub fn routes(&self) -> Routes {
        api::routes(&self.app)
    }

    /// The service has no RPC for the public port.
    #[must_use]
    pub fn public_routes(&self) -> Routes {
        Routes::default()
    }

    /// The service listens to no facts.
    #[must_use]
    pub fn consumers(&self) -> Vec<Consumer> {
        Vec::new()
    }

    /// Starts the loops.
    pub fn start(&self, shutdown: &Shutdown) {
        let (app, stop) = (|| self.app.clone(), || shutdown.clone());
        shutdown.spawn("scheduler-materialise", loops::materialise::run(app(), stop()));
        shutdown.spawn("scheduler-dispatch", loops::dispatch::run(app(), stop()));
        shutdown.spawn("scheduler-reap", loops::reap::run(app(), stop()));
        let metrics = self.metrics.clone();
        shutdown.spawn("scheduler-gauge", loops::gauge::run(app(), metrics, stop()));
        shutdown.spawn("scheduler-janitor", loops::janitor::run(app(), stop()));
    }
}

/// The way to the scheduler's own scheduled work and rows: in this process, and verified like any other.
fn own_channel(app: &App) -> GrpcChannel {
    let auth = Auth {
        keyring: Arc::clone(&app.keyring),
        clock: Arc::clone(&app.clock),
        public_methods: &[],
    };
    let router = api::own(app).into_axum_router();
    local(Routes::from(router.layer(from_fn_with_state(auth, auth::layer))))
}
