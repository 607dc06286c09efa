//! Use cases. People call [`schedules`], [`runs`] and [`exports`]; the loops call the rest, in this order in the
//! life of a run: [`register`] makes the schedules, [`materialise`] the runs, [`claim`] takes one,
//! [`execute`] has its owner do it, [`settle`] ends it; [`reap`] ends what nobody ends, and
//! [`purge`] removes what is old.

pub mod claim;
pub mod execute;
pub mod exports;
pub(crate) mod json;
pub mod materialise;
pub mod purge;
pub mod reap;
pub mod register;
mod run_log;
pub mod runs;
pub mod schedules;
pub mod settle;

use std::{collections::BTreeMap, sync::Arc};

use chamados_chassis::{
    auth::Keyring, bus::SignalBus, clock::SharedClock, grpc::GrpcChannel, id::TenantId,
};
use chamados_proto::event::v1::{Audience, Signal};
use chamados_store_kit::Db;
use object_store::ObjectStore;
use opentelemetry::{KeyValue, metrics::Counter};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    config::Config,
    domain::{
        run::{Run, RunId, State},
        schedule::ScheduleId,
    },
    store::names::Named as _,
};

/// What the use cases work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) config: Arc<Config>,
    pub(crate) db: Db,
    /// For tokens and intervals only: what is due is judged by the database's clock.
    pub(crate) clock: SharedClock,
    pub(crate) signals: Arc<dyn SignalBus>,
    pub(crate) keyring: Arc<Keyring>,
    /// Who does the work, by the part of the job type before the dot.
    pub(crate) owners: Arc<BTreeMap<&'static str, GrpcChannel>>,
    /// Who this replica is: random, new at each start, so that it never takes its former self's
    /// leases for its own.
    pub(crate) replica: Uuid,
    /// Where archives are.
    pub(crate) archives: Arc<dyn ObjectStore>,
    /// Tells the dispatcher that there is something to claim.
    pub(crate) ready: Arc<Notify>,
    /// Runs that ended.
    pub(crate) finished: Counter<u64>,
}

impl App {
    /// Counts a run that ended as `state`; one that is tried again has not.
    pub(crate) fn count_end(&self, run: &Run, state: State) {
        if state != State::Ready {
            let job = KeyValue::new("job", run.job_type.clone());
            self.finished.add(1, &[job, KeyValue::new("outcome", state.name())]);
        }
    }

    /// Tells the panel that a schedule, or one of its runs, changed. What belongs to no tenant is
    /// told to all under the nil id.
    pub(crate) async fn job_changed(
        &self,
        tenant: Option<TenantId>,
        schedule: ScheduleId,
        run: Option<RunId>,
    ) {
        let tenant = tenant.unwrap_or_else(|| TenantId::from(Uuid::nil()));
        let run = run.map(|id| id.to_string());
        self.signals
            .publish(Signal {
                tenant_id: tenant.to_string(),
                topic: "job.changed".to_owned(),
                ids: std::iter::once(schedule.to_string()).chain(run).collect(),
                audience: Some(Audience::default()),
            })
            .await;
    }
}
