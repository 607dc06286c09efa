//! The gRPC services: decode, call the use case, encode.

mod convert;
mod runs;
mod schedules;

use std::sync::Arc;

use chamados_proto::scheduler::v1::{
    run_service_server::RunServiceServer, schedule_service_server::ScheduleServiceServer,
};
use chamados_store_kit::{
    archive::Source,
    jobs::{Receiver, housekeeping::PurgeProcessed},
};
use tonic::service::Routes;

use crate::{
    ArchiveOwner,
    app::{App, purge::PurgeRuns},
};

/// Every RPC of the service.
pub(crate) fn routes(app: &App) -> Routes {
    Routes::new(ScheduleServiceServer::new(schedules::Api(app.clone())))
        .add_service(RunServiceServer::new(runs::Api(app.clone())))
        .add_service(jobs(app).into_server())
        .add_service(Source::new(app.db.clone(), Arc::new(ArchiveOwner)).into_server())
}

/// The scheduler's own scheduled work.
pub(crate) fn jobs(app: &App) -> Receiver {
    let processed = PurgeProcessed { name: "scheduler.purge_processed" };
    let jobs: Vec<Box<dyn chamados_store_kit::jobs::Job>> =
        vec![Box::new(PurgeRuns), Box::new(processed)];
    Receiver::new(app.db.clone(), app.clock.clone(), jobs)
}
