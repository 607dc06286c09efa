//! gRPC: decode, do, encode. One file a service.

mod companies;
mod convert;
mod enrolment;
mod sessions;
mod setup;
mod users;

use chamados_proto::identity::v1::{
    company_service_server::CompanyServiceServer, enrolment_service_server::EnrolmentServiceServer,
    session_service_server::SessionServiceServer, setup_service_server::SetupServiceServer,
    user_service_server::UserServiceServer,
};
use chamados_store_kit::jobs::{Receiver, housekeeping::PurgeProcessed};
use tonic::service::Routes;

use crate::app::{App, jobs::PurgeExpired};

/// Calls that need nobody: they are how somebody becomes somebody.
pub const PUBLIC_METHODS: &[&str] = &[
    "/chamados.identity.v1.SetupService/GetSetup",
    "/chamados.identity.v1.SetupService/CompleteSetup",
    "/chamados.identity.v1.SessionService/SignIn",
    "/chamados.identity.v1.SessionService/SignOut",
    "/chamados.identity.v1.SessionService/Authenticate",
];

/// Every gRPC service of identity.
pub fn routes(app: &App) -> Routes {
    let jobs = Receiver::new(
        app.db.clone(),
        app.clock.clone(),
        vec![Box::new(PurgeExpired), Box::new(PurgeProcessed { name: "identity.purge_processed" })],
    );
    Routes::new(SetupServiceServer::new(setup::Api(app.clone())))
        .add_service(SessionServiceServer::new(sessions::Api(app.clone())))
        .add_service(UserServiceServer::new(users::Api(app.clone())))
        .add_service(CompanyServiceServer::new(companies::Api(app.clone())))
        .add_service(EnrolmentServiceServer::new(enrolment::Api(app.clone())))
        .add_service(jobs.into_server())
}
