//! The door of the public listener: the services' public RPCs, for automation that shows an API key,
//! and of them a few for computers that show their device token.
//!
//! The key is turned into a principal token by identity, the device token by the device service, on
//! every call, so that what was revoked is refused at once; then the call goes on to its service, wherever that is. Nobody brings a principal
//! of their own through here, and internal services are not behind it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use chamados_chassis::{
    auth::{Denied, Principal},
    clock::SharedClock,
    context::{CallContext, PRINCIPAL, REQUEST_ID},
    error,
    grpc::GrpcChannel,
};
use chamados_proto::{
    FILE_DESCRIPTOR_SET,
    device::v1::{
        AuthenticateDeviceRequest, device_token_service_client::DeviceTokenServiceClient,
    },
    identity::v1::{
        AuthenticateRequest, authenticate_request::Credential,
        session_service_client::SessionServiceClient,
    },
};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use tonic::{Status, service::Routes};
use tower::ServiceExt as _;

use crate::target::Target;

/// What stands behind the door, by the service that answers.
const EXPOSED: &[(Target, &[&str])] = &[
    (
        Target::Identity,
        &[
            "chamados.identity.v1.AuditService",
            "chamados.identity.v1.CompanyService",
            "chamados.identity.v1.InviteService",
            "chamados.identity.v1.MergeService",
            "chamados.identity.v1.ServiceAccountService",
            "chamados.identity.v1.UserService",
        ],
    ),
    (
        Target::Ticket,
        &[
            "chamados.ticket.v1.ActivityService",
            "chamados.ticket.v1.AttachmentService",
            "chamados.ticket.v1.BulkService",
            "chamados.ticket.v1.CategoryService",
            "chamados.ticket.v1.ChatService",
            "chamados.ticket.v1.CommentService",
            "chamados.ticket.v1.DashboardService",
            "chamados.ticket.v1.QueueService",
            "chamados.ticket.v1.TicketService",
        ],
    ),
    (Target::Device, &["chamados.device.v1.DeviceService"]),
    (
        Target::Scheduler,
        &[
            "chamados.scheduler.v1.ExportService",
            "chamados.scheduler.v1.RunService",
            "chamados.scheduler.v1.ScheduleService",
        ],
    ),
];

/// What a device may call, of what stands behind the door: what its agent has a use for.
const FOR_DEVICES: &[&str] = &[
    "/chamados.ticket.v1.TicketService/CreateTicket",
    "/chamados.ticket.v1.ChatService/StartChat",
];
/// How device tokens begin.
const DEVICE_TOKEN: &str = "chd_";

/// What agents call, who show a device token.
const AGENTS: &str = "chamados.device.v1.AgentService";
/// Where the schema is asked for.
const REFLECTION: &str = "grpc.reflection.v1.ServerReflection";
/// How long asking who calls may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The longest key worth asking identity about.
const MAX_KEY: usize = 128;

/// What the door leads to.
pub(crate) struct Door {
    /// Where services are.
    pub(crate) channels: BTreeMap<Target, GrpcChannel>,
    /// Says when a call is over.
    pub(crate) clock: SharedClock,
    /// Where the schema of what is exposed can be asked for.
    reflection: Routes,
}

impl Door {
    /// A door to the services at `channels`, which must have identity.
    ///
    /// # Errors
    /// When the schema cannot be read.
    pub(crate) fn new(
        channels: BTreeMap<Target, GrpcChannel>,
        clock: SharedClock,
    ) -> Result<Self, tonic_reflection::server::Error> {
        let mut schema = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .with_service_name(AGENTS);
        for service in EXPOSED.iter().flat_map(|(_, services)| *services) {
            schema = schema.with_service_name(*service);
        }
        let reflection = Routes::new(schema.build_v1()?).prepare();
        Ok(Self { channels, clock, reflection })
    }

    /// Every call goes through here.
    pub(crate) fn router(self) -> Router {
        let door = Arc::new(self);
        Router::new().fallback(move |request: Request| {
            let door = Arc::clone(&door);
            async move { door.pass(request).await.unwrap_or_else(|status| status.into_http()) }
        })
    }

    async fn pass(&self, mut request: Request) -> Result<Response, Status> {
        let token = self.authenticate(request.uri().path(), request.headers()).await?;
        let headers = request.headers_mut();
        headers.remove(AUTHORIZATION);
        headers.insert(PRINCIPAL, token);
        let service = service_of(&request);
        if service == Some(REFLECTION) {
            let schema = self.reflection.clone().oneshot(request).await;
            return schema.map(IntoResponse::into_response).map_err(|never| match never {});
        }
        let exposed = EXPOSED.iter().find(|(_, names)| service.is_some_and(|s| names.contains(&s)));
        let channel = exposed.and_then(|(target, _)| self.channels.get(target));
        let channel = channel.ok_or_else(|| Status::unimplemented("no such service here"))?;
        let response = channel.clone().oneshot(request.map(tonic::body::Body::new)).await?;
        Ok(response.into_response())
    }

    /// A principal token for what the caller of `path` shows.
    async fn authenticate(&self, path: &str, headers: &HeaderMap) -> Result<HeaderValue, Status> {
        let anonymous = || error::status(Denied::Anonymous);
        let key = key(headers).ok_or_else(anonymous)?;
        let is_device = key.starts_with(DEVICE_TOKEN);
        if is_device && !FOR_DEVICES.contains(&path) {
            return Err(Status::unimplemented("no such service for devices"));
        }
        let target = if is_device { Target::Device } else { Target::Identity };
        let channel = self.channels.get(&target).cloned().ok_or_else(anonymous)?;
        let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        let deadline = self.clock.instant() + LIMIT;
        let context = CallContext::new(Principal::Anonymous, None, id.into(), deadline);
        let token = if is_device {
            let message = AuthenticateDeviceRequest { token: key.to_owned() };
            let request = context.request(message, &*self.clock);
            let answer =
                DeviceTokenServiceClient::new(channel).authenticate_device(request).await?;
            answer.into_inner().principal_token
        } else {
            let credential = Some(Credential::ApiKey(key.to_owned()));
            let request = context.request(AuthenticateRequest { credential }, &*self.clock);
            let answer = SessionServiceClient::new(channel).authenticate(request).await?;
            answer.into_inner().principal_token
        };
        HeaderValue::try_from(token).map_err(|_| Status::internal("internal error"))
    }
}

/// What agents call, and the door for everything else, behind one listener.
pub(crate) fn beside(agents: Routes, door: Routes) -> Routes {
    Routes::from(Router::new().fallback(move |request: Request| {
        let routes = if service_of(&request) == Some(AGENTS) { &agents } else { &door };
        routes.clone().oneshot(request)
    }))
}

/// The service that a call names in its path.
fn service_of(request: &Request) -> Option<&str> {
    Some(request.uri().path().strip_prefix('/')?.split_once('/')?.0)
}

/// The key in `authorization`, if it can be one.
fn key(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && (1..=MAX_KEY).contains(&key.len())).then_some(key)
}

#[cfg(test)]
mod tests {
    use chamados_chassis::clock;
    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn what_is_exposed_exists_and_is_where_it_says() {
        let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
        let known: Vec<String> = set
            .file
            .iter()
            .flat_map(|file| {
                file.service.iter().map(|s| format!("{}.{}", file.package(), s.name()))
            })
            .collect();
        for (target, services) in EXPOSED {
            for service in *services {
                assert!(known.iter().any(|name| name == service), "{service}");
                assert!(service.starts_with(&format!("chamados.{target}.")), "{service}");
            }
        }
        assert!(Door::new(BTreeMap::new(), clock::system()).is_ok());
    }
}
