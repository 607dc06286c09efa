//! The gRPC services: decode, call the use case, encode.

mod convert;
mod exports;
mod runs;
mod schedules;

use std::sync::Arc;

use chamados_proto::scheduler::v1::{
    export_service_server::ExportServiceServer, run_service_server::RunServiceServer,
    schedule_service_server::ScheduleServiceServer,
};
use chamados_store_kit::{
    archive::Source,
    jobs::{Receiver, housekeeping::PurgeProcessed},
};
use tonic::service::Routes;

use crate::{
    ArchiveOwner,
    app::{
        App,
        exports::job::{ExportTenant, PurgeExports},
        purge::PurgeRuns,
    },
};

/// Every RPC of the service.
pub(crate) fn routes(app: &App) -> Routes {
    Routes::new(ScheduleServiceServer::new(schedules::Api(app.clone())))
        .add_service(RunServiceServer::new(runs::Api(app.clone())))
        .add_service(ExportServiceServer::new(exports::Api(app.clone())))
        .add_service(jobs(app).into_server())
        .add_service(archive(app).into_server())
}

/// What it is asked by itself, as every owner of work and rows is.
pub(crate) fn own(app: &App) -> Routes {
    Routes::new(jobs(app).into_server()).add_service(archive(app).into_server())
}

fn archive(app: &App) -> Source {
    Source::new(app.db.clone(), Arc::new(ArchiveOwner))
}

/// The scheduler's own scheduled work.
fn jobs(app: &App) -> Receiver {
    let processed = PurgeProcessed { name: "scheduler.purge_processed" };
    let jobs: Vec<Box<dyn chamados_store_kit::jobs::Job>> = vec![
        Box::new(PurgeRuns),
        Box::new(processed),
        Box::new(ExportTenant(app.clone())),
        Box::new(PurgeExports(app.clone())),
    ];
    Receiver::new(app.db.clone(), app.clock.clone(), jobs)
}
