//! The wire: one file a service, no decisions.

mod access;
mod agents;
mod calls;
mod codec;
mod conversation;
mod convert;
mod device_tokens;
mod devices;
mod lanes;
mod relay;
mod session;

use std::sync::Arc;

use chamados_proto::device::v1::{
    device_service_server::DeviceServiceServer,
    device_token_service_server::DeviceTokenServiceServer,
};
use chamados_store_kit::{archive::Source, jobs::Receiver};
use tonic::service::Routes;

pub(crate) use self::calls::Calls;
use self::{agents::Agents, codec::AgentServer, device_tokens::DeviceTokens, devices::Devices};
use crate::{
    ArchiveOwner,
    app::{
        App,
        jobs::{ExpireUsbPolicies, PurgeProcessed, SettlePresence},
    },
};

/// gRPC paths that need no principal.
pub(crate) const PUBLIC_METHODS: &[&str] = &[
    "/chamados.device.v1.AgentService/Enroll",
    "/chamados.device.v1.AgentService/Session",
    "/chamados.device.v1.AgentService/Relay",
    "/chamados.device.v1.AgentService/Exchange",
    "/chamados.device.v1.DeviceTokenService/AuthenticateDevice",
];

/// Every RPC.
pub(crate) fn routes(app: &App, calls: &Arc<Calls>) -> Routes {
    let jobs = Receiver::new(
        app.db.clone(),
        app.clock.clone(),
        vec![
            Box::new(SettlePresence { app: app.clone() }),
            Box::new(ExpireUsbPolicies { app: app.clone() }),
            Box::new(PurgeProcessed),
        ],
    );
    public_routes(app, calls)
        .add_service(DeviceServiceServer::new(Devices { app: app.clone() }))
        .add_service(DeviceTokenServiceServer::new(DeviceTokens { app: app.clone() }))
        .add_service(jobs.into_server())
        .add_service(Source::new(app.db.clone(), Arc::new(ArchiveOwner)).into_server())
}

/// What agents call.
pub(crate) fn public_routes(app: &App, calls: &Arc<Calls>) -> Routes {
    Routes::new(AgentServer::new(Agents { app: app.clone(), calls: Arc::clone(calls) }))
}
