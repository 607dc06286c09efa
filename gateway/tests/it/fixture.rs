//! A gateway whose services say what the test wants.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body};
use chamados_chassis::{
    auth::{Keyring, Permission, Principal, Role},
    bus::{Heard, SignalBus},
    clock,
    grpc::GrpcChannel,
    health::Health,
    id::{CompanyId, ServiceAccountId, SessionId, TenantId, UserId},
    telemetry::Metrics,
};
use chamados_gateway::{Config, Deps, Service};
use chamados_proto::{
    event::v1::Signal,
    identity::v1::{self as identity, authenticate_request::Credential},
};
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::sync::broadcast;
use tonic::{Status, server::Grpc};
use tonic_prost::ProstCodec;
use tower::{ServiceExt as _, service_fn, util::BoxCloneSyncService};

type GrpcBody = tonic::body::Body;
type Answer =
    Arc<dyn Fn(Request<GrpcBody>) -> BoxFuture<'static, Response<GrpcBody>> + Send + Sync>;

/// Every service at once; what has no script is UNIMPLEMENTED.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<HashMap<String, Answer>>>);

impl Script {
    /// Answers `method`, for example `ticket.v1.TicketService/GetTicket`, from now on.
    pub(crate) fn on<Req, Res>(
        &self,
        method: &str,
        answer: impl Fn(tonic::Request<Req>) -> Result<Res, Status> + Send + Sync + 'static,
    ) where
        Req: prost::Message + Default + Send + 'static,
        Res: prost::Message + Default + Send + 'static,
    {
        let answer = Arc::new(answer);
        let served: Answer = Arc::new(move |request| {
            let answer = answer.clone();
            Box::pin(async move {
                let unary = service_fn(move |request: tonic::Request<Req>| {
                    let result = answer(request).map(tonic::Response::new);
                    async move { result }
                });
                Grpc::new(ProstCodec::<Res, Req>::default()).unary(unary, request).await
            })
        });
        self.0.lock().unwrap().insert(format!("/chamados.{method}"), served);
    }

    fn channel(&self) -> GrpcChannel {
        let script = self.clone();
        BoxCloneSyncService::new(service_fn(move |request: Request<GrpcBody>| {
            let answer = script.0.lock().unwrap().get(request.uri().path()).cloned();
            async move {
                match answer {
                    Some(answer) => Ok(answer(request).await),
                    None => Ok(Status::unimplemented("no script").into_http()),
                }
            }
        }))
    }
}

/// Signals of the test.
pub(crate) struct Bus(pub(crate) broadcast::Sender<Heard>);

#[tonic::async_trait]
impl SignalBus for Bus {
    async fn publish(&self, signal: Signal) {
        let _nobody = self.0.send(Heard::Signal(Arc::new(signal)));
    }

    fn listen(&self) -> broadcast::Receiver<Heard> {
        self.0.subscribe()
    }
}

/// A gateway and its surroundings.
pub(crate) struct Fixture {
    pub(crate) script: Script,
    pub(crate) bus: Arc<Bus>,
    pub(crate) health: Health,
    pub(crate) service: Service,
    pub(crate) router: Router,
    sessions: Arc<Mutex<HashMap<String, Principal>>>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let script = Script::default();
        let keyring = Arc::new(Keyring::parse(&Keyring::generate().unwrap()).unwrap());
        let sessions = Arc::new(Mutex::new(HashMap::<String, Principal>::new()));
        authenticate(&script, keyring.clone(), sessions.clone());
        let bus = Arc::new(Bus(broadcast::channel(1_024).0));
        let health = Health::default();
        let service = Service::new(Deps {
            config,
            identity: script.channel(),
            ticket: script.channel(),
            device: script.channel(),
            scheduler: script.channel(),
            signals: bus.clone(),
            keyring,
            clock: clock::system(),
            health: health.clone(),
            metrics: Metrics::new("test", "").unwrap(),
        })
        .unwrap();
        let router = service.router();
        Self { script, bus, health, service, router, sessions }
    }

    /// The cookie of somebody who signed in.
    pub(crate) fn sign_in(&self, principal: Principal) -> String {
        let mut sessions = self.sessions.lock().unwrap();
        let token = format!("session-{}", sessions.len());
        sessions.insert(token.clone(), principal);
        format!("chamados={token}")
    }

    /// The key of automation that may do this.
    pub(crate) fn key(&self, scopes: Vec<Permission>) -> String {
        let (tenant, account) = (TenantId::new(), ServiceAccountId::new());
        let principal = Principal::ServiceAccount { tenant, account, scopes };
        let mut sessions = self.sessions.lock().unwrap();
        let key = format!("chk_{}", sessions.len());
        sessions.insert(key.clone(), principal);
        format!("Bearer {key}")
    }

    /// Ends every session.
    pub(crate) fn revoke(&self) {
        self.sessions.lock().unwrap().clear();
    }

    /// A request with the cookie of an admin.
    pub(crate) fn admin(&self, method: Method, path: &str) -> Call {
        let cookie = self.sign_in(person(TenantId::new(), Role::Admin, None));
        self.call(method, path).header("cookie", &cookie)
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let request = Request::builder().method(method).uri(path);
        Call { router: self.router.clone(), request }
    }
}

/// A request in the making.
pub(crate) struct Call {
    router: Router,
    request: http::request::Builder,
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) async fn json(self, body: &Value) -> Reply {
        self.header("content-type", "application/json").body(body.to_string()).await
    }

    pub(crate) async fn body(self, body: impl Into<Body>) -> Reply {
        let response = self.router.oneshot(self.request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn send(self) -> Reply {
        self.body(Body::empty()).await
    }

    /// The answer with its body still to come.
    pub(crate) async fn open(self) -> Response<Body> {
        self.router.oneshot(self.request.body(Body::empty()).unwrap()).await.unwrap()
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem, after checking what all problems have.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!(self.status, status, "{problem}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["type"], format!("urn:chamados:problem:{code}"));
        assert_eq!(problem["requestId"], self.header("x-request-id"));
        assert!(!self.header("x-request-id").is_empty());
        assert!(problem["errors"].is_array());
        problem
    }
}

pub(crate) fn person(tenant: TenantId, role: Role, company: Option<CompanyId>) -> Principal {
    Principal::Person { tenant, user: UserId::new(), role, company, session: SessionId::new() }
}

fn authenticate(
    script: &Script,
    keyring: Arc<Keyring>,
    sessions: Arc<Mutex<HashMap<String, Principal>>>,
) {
    script.on(
        "identity.v1.SessionService/Authenticate",
        move |request: tonic::Request<identity::AuthenticateRequest>| {
            let (Credential::SessionToken(token) | Credential::ApiKey(token)) =
                request.into_inner().credential.unwrap();
            let sessions = sessions.lock().unwrap();
            let principal = sessions.get(&token).ok_or_else(invalid_session)?;
            let principal_token = keyring.sign(principal, clock::system().now()).unwrap();
            Ok(identity::AuthenticateResponse { principal_token, session_id: String::new() })
        },
    );
}

fn invalid_session() -> Status {
    reasoned(tonic::Code::Unauthenticated, "session_invalid", "the session is over")
}

/// A status as the services make it.
pub(crate) fn reasoned(code: tonic::Code, reason: &str, message: &str) -> Status {
    use tonic_types::StatusExt as _;
    let details = tonic_types::ErrorDetails::with_error_info(reason, "chamados", HashMap::new());
    Status::with_error_details(code, message, details)
}
