//! A service that does what its caller's queue name says, near and far.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::{Keyring, Principal},
    clock::{self, SharedClock},
    context::CallContext,
    grpc::{self, GrpcChannel, RemoteConfig, Stack, layer::Limits},
    telemetry::Metrics,
};
use chamados_proto::identity::v1::{
    self as pb,
    setup_service_server::{SetupService, SetupServiceServer},
};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, service::Routes, transport::Server};

/// Needs no principal and answers.
pub(crate) const PUBLIC: &[&str] = &[
    "/chamados.identity.v1.SetupService/GetSetup",
    "/chamados.identity.v1.SetupService/CompleteSetup",
];

/// `GetSetup` answers, `CompleteSetup` does what its token says, `IssueSetupToken` tells the caller.
pub(crate) struct Actor {
    /// Given back one by one to calls that hold.
    pub(crate) release: Arc<Semaphore>,
}

#[tonic::async_trait]
impl SetupService for Actor {
    async fn get_setup(
        &self,
        _: Request<pb::GetSetupRequest>,
    ) -> Result<Response<pb::GetSetupResponse>, Status> {
        Ok(Response::new(pb::GetSetupResponse { required: true }))
    }

    async fn issue_setup_token(
        &self,
        request: Request<pb::IssueSetupTokenRequest>,
    ) -> Result<Response<pb::IssueSetupTokenResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let token = format!("{} {:?}", cx.request_id(), cx.principal());
        Ok(Response::new(pb::IssueSetupTokenResponse { token }))
    }

    async fn complete_setup(
        &self,
        request: Request<pb::CompleteSetupRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        match request.get_ref().token.as_str() {
            "panic" => panic!("as asked"),
            "hang" => std::future::pending().await,
            _ => {
                let permit = self.release.acquire().await;
                permit.map_err(|_| Status::internal("closed"))?.forget();
                Ok(Response::new(pb::SignInResponse::default()))
            }
        }
    }
}

/// The service behind its layers, by both ways.
pub(crate) struct Served {
    pub(crate) near: GrpcChannel,
    pub(crate) far: GrpcChannel,
    pub(crate) clock: SharedClock,
    pub(crate) keyring: Keyring,
    pub(crate) metrics: Metrics,
    pub(crate) release: Arc<Semaphore>,
}

impl Served {
    pub(crate) async fn start(concurrent_calls: usize) -> Self {
        let text = Keyring::generate().unwrap();
        let clock = clock::system();
        let metrics = Metrics::new("test", "").unwrap();
        let release = Arc::new(Semaphore::new(0));
        let stack = Stack {
            keyring: Arc::new(Keyring::parse(&text).unwrap()),
            clock: clock.clone(),
            metrics: metrics.clone(),
            limits: Limits { deadline_seconds: 10, concurrent_calls },
        };
        let actor = Actor { release: release.clone() };
        let routes = stack.layered(Routes::new(SetupServiceServer::new(actor)), PUBLIC);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder().add_routes(routes.clone());
        let incoming = TcpListenerStream::new(listener);
        chamados_chassis::task::spawn("server", server.serve_with_incoming(incoming));
        let config = RemoteConfig { connect_timeout_seconds: 2, call_timeout_seconds: 5 };
        let far = grpc::remote(&format!("http://{address}"), &config, None).unwrap();
        let keyring = Keyring::parse(&text).unwrap();
        Self { near: grpc::local(routes), far, clock, keyring, metrics, release }
    }

    /// Both channels, with the name of each.
    pub(crate) fn ways(&self) -> [(&'static str, GrpcChannel); 2] {
        [("near", self.near.clone()), ("far", self.far.clone())]
    }

    /// A request of a service, with `time` left.
    pub(crate) fn request<T>(&self, message: T, time: Duration) -> Request<T> {
        let principal = Principal::Service { name: "test".into(), tenant: None };
        let token = self.keyring.sign(&principal, self.clock.now()).unwrap();
        let deadline = self.clock.instant() + time;
        let cx = CallContext::new(principal, Some(token.into()), "req-1".into(), deadline);
        cx.request(message, &*self.clock)
    }
}

/// A request for `CompleteSetup` to do something.
pub(crate) fn asking(what: &str) -> pb::CompleteSetupRequest {
    pb::CompleteSetupRequest { token: what.to_owned(), ..Default::default() }
}
