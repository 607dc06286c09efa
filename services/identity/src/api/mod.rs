//! gRPC: decode, do, encode. One file a service.

mod audit;
mod companies;
mod convert;
mod enrolment;
mod invites;
mod merges;
mod passwords;
mod service_accounts;
mod sessions;
mod setup;
mod tenants;
mod users;

use std::sync::Arc;

use chamados_proto::identity::v1::{
    audit_service_server::AuditServiceServer, company_service_server::CompanyServiceServer,
    enrolment_service_server::EnrolmentServiceServer, invite_service_server::InviteServiceServer,
    merge_service_server::MergeServiceServer, password_service_server::PasswordServiceServer,
    service_account_service_server::ServiceAccountServiceServer,
    session_service_server::SessionServiceServer, setup_service_server::SetupServiceServer,
    tenant_service_server::TenantServiceServer, user_service_server::UserServiceServer,
};
use chamados_store_kit::{
    archive::Source,
    jobs::{Receiver, housekeeping::PurgeProcessed},
};
use tonic::service::Routes;

use crate::{
    ArchiveOwner,
    app::{App, jobs::PurgeExpired},
};

/// Calls that need nobody: they are how somebody becomes somebody.
pub const PUBLIC_METHODS: &[&str] = &[
    "/chamados.identity.v1.SetupService/GetSetup",
    "/chamados.identity.v1.SetupService/CompleteSetup",
    "/chamados.identity.v1.SessionService/SignIn",
    "/chamados.identity.v1.SessionService/SignOut",
    "/chamados.identity.v1.SessionService/Authenticate",
    "/chamados.identity.v1.PasswordService/GetPasswordReset",
    "/chamados.identity.v1.PasswordService/ResetPassword",
    "/chamados.identity.v1.InviteService/GetInviteByToken",
    "/chamados.identity.v1.InviteService/AcceptInvite",
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
        .add_service(PasswordServiceServer::new(passwords::Api(app.clone())))
        .add_service(InviteServiceServer::new(invites::Api(app.clone())))
        .add_service(UserServiceServer::new(users::Api(app.clone())))
        .add_service(CompanyServiceServer::new(companies::Api(app.clone())))
        .add_service(EnrolmentServiceServer::new(enrolment::Api(app.clone())))
        .add_service(AuditServiceServer::new(audit::Api(app.clone())))
        .add_service(ServiceAccountServiceServer::new(service_accounts::Api(app.clone())))
        .add_service(MergeServiceServer::new(merges::Api(app.clone())))
        .add_service(TenantServiceServer::new(tenants::Api(app.clone())))
        .add_service(jobs.into_server())
        .add_service(Source::new(app.db.clone(), Arc::new(ArchiveOwner)).into_server())
}
