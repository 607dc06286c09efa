//! Between services nobody is believed who cannot prove it, in process or over the network.

use std::{path::Path, sync::Arc};

use chamados::Target;
use chamados_chassis::{
    auth::{Keyring, Principal, Role},
    clock,
    context::{CallContext, PRINCIPAL},
    grpc::{self, GrpcChannel, Stack, layer::Limits},
    id::{SessionId, TenantId, UserId},
    telemetry::Metrics,
};
use chamados_proto::{
    identity::v1::{ListUsersRequest, user_service_client::UserServiceClient},
    jobs::v1::{ListJobTypesRequest, job_handler_client::JobHandlerClient},
    ticket::v1::{ListTicketsRequest, ticket_service_client::TicketServiceClient},
};
use chamados_store_kit::{DatabaseConfig, Db, migrate, signal_local::LocalSignals};
use chamados_testkit::{Sandbox, TestDatabase, sandbox_suite};
use chrono::TimeDelta;
use reqwest::Method;
use tonic::{Code, Request, Status, metadata::MetadataValue, transport::Endpoint};

use crate::fixture::Desk;

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    the_gateway_believes_cookies_only,
    the_public_port_has_no_internal_calls,
);
sandbox_suite!(split: Split on PostgresRedis; the_internal_port_wants_proof);

/// An admin of a tenant that may or may not exist.
fn admin() -> Principal {
    Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    }
}

/// Tokens that prove nothing.
pub(crate) fn forgeries(ring: &Keyring) -> anyhow::Result<Vec<String>> {
    let now = clock::system().now();
    let stranger = Keyring::parse(&Keyring::generate()?)?;
    let genuine = ring.sign(&admin(), now)?;
    let (head, tail) = genuine.split_at(genuine.len() / 2);
    Ok(vec![
        String::new(),
        "nonsense".to_owned(),
        stranger.sign(&admin(), now)?,
        ring.sign(&admin(), now - TimeDelta::minutes(5))?,
        ring.sign(&admin(), now + TimeDelta::minutes(5))?,
        format!("{head}A{tail}"),
    ])
}

fn bearing<T>(message: T, token: &str) -> anyhow::Result<Request<T>> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(PRINCIPAL, MetadataValue::try_from(token)?);
    Ok(request)
}

fn unauthenticated<T: std::fmt::Debug>(outcome: Result<T, Status>) {
    assert_eq!(outcome.unwrap_err().code(), Code::Unauthenticated);
}

async fn the_gateway_believes_cookies_only(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let token = sandbox.keyring()?.sign(&admin(), clock::system().now())?;
    let stranger = sandbox.browser();
    let request = stranger.request(Method::GET, "/api/me").header(PRINCIPAL, &token);
    stranger.send(request).await.refused(401, "unauthenticated");
    for cookie in ["chs_nonsense", &token, &"x".repeat(4_000)] {
        let request = stranger.request(Method::GET, "/api/me");
        let answer = stranger.send(request.header("cookie", format!("chamados={cookie}"))).await;
        assert_eq!(answer.status, 401, "{answer:#?}");
    }
    // Beside a real session it changes nothing.
    let request = desk.admin.request(Method::GET, "/api/me").header(PRINCIPAL, &token);
    assert_eq!(desk.admin.send(request).await.ok()["user"]["email"], "admin@desk.example");
    Ok(())
}

/// Not even for who could prove anything: here a key is wanted, and no key leads inside.
async fn the_public_port_has_no_internal_calls(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let channel = Endpoint::from_shared(sandbox.agent_url())?.connect().await?;
    let token = sandbox.keyring()?.sign(&admin(), clock::system().now())?;
    let mut users = UserServiceClient::new(channel.clone());
    unauthenticated(users.list_users(ListUsersRequest::default()).await);
    unauthenticated(users.list_users(bearing(ListUsersRequest::default(), &token)?).await);
    let mut tickets = TicketServiceClient::new(channel.clone());
    unauthenticated(tickets.list_tickets(bearing(ListTicketsRequest::default(), &token)?).await);
    let mut jobs = JobHandlerClient::new(channel);
    unauthenticated(jobs.list_job_types(bearing(ListJobTypesRequest::default(), &token)?).await);
    Ok(())
}

async fn the_internal_port_wants_proof(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let ring = sandbox.keyring()?;
    let channel = Endpoint::from_shared(sandbox.internal_url(Target::Ticket))?.connect().await?;
    let mut tickets = TicketServiceClient::new(channel.clone());
    let mut jobs = JobHandlerClient::new(channel);
    let list = ListTicketsRequest::default;
    unauthenticated(tickets.list_tickets(list()).await);
    for token in forgeries(&ring)? {
        unauthenticated(tickets.list_tickets(bearing(list(), &token)?).await);
    }
    let genuine = ring.sign(&admin(), clock::system().now())?;
    let empty = tickets.list_tickets(bearing(list(), &genuine)?).await?.into_inner();
    assert_eq!(empty.total_size, 0, "proof is enough, and shows its own tenant only");
    // A person is no service, whatever their role.
    let mut request = bearing(ListJobTypesRequest::default(), &genuine)?;
    request.metadata_mut().insert("chamados-owner", MetadataValue::from_static("ticket"));
    assert_eq!(jobs.list_job_types(request).await.unwrap_err().code(), Code::PermissionDenied);
    Ok(())
}

/// A service as `wire.rs` puts it together, called in process.
async fn identity(database: &TestDatabase, ring: Arc<Keyring>) -> anyhow::Result<GrpcChannel> {
    let db = Db::connect(&DatabaseConfig::new(database.url()), "identity").await?;
    migrate::up(&db, &chamados_identity::migrations()).await?;
    let clock = clock::system();
    let stack = Stack {
        keyring: ring.clone(),
        clock: clock.clone(),
        metrics: Metrics::new("test", "")?,
        limits: Limits { deadline_seconds: 5, concurrent_calls: 8 },
    };
    let signals = Arc::new(LocalSignals::new());
    let (public_url, mail) = (String::new(), None);
    let deps = chamados_identity::Deps { db, clock, keyring: ring, signals, public_url, mail };
    let service = chamados_identity::Service::new(deps)?;
    let methods = chamados_identity::Service::PUBLIC_METHODS;
    Ok(grpc::local(stack.layered(service.routes(), methods)))
}

#[tokio::test]
async fn a_call_in_process_wants_proof_too() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let ring = Arc::new(Keyring::parse(&Keyring::generate()?)?);
    let channel = identity(&database, ring.clone()).await?;
    let mut users = UserServiceClient::new(channel);
    let list = ListUsersRequest::default;
    unauthenticated(users.list_users(list()).await);
    for token in forgeries(&ring)? {
        unauthenticated(users.list_users(bearing(list(), &token)?).await);
    }
    // What only the layer may put on a request does not get across.
    let mut request = Request::new(list());
    let deadline = clock::system().instant() + std::time::Duration::from_secs(5);
    request.extensions_mut().insert(CallContext::new(admin(), None, "forged".into(), deadline));
    unauthenticated(users.list_users(request).await);

    let genuine = bearing(list(), &ring.sign(&admin(), clock::system().now())?)?;
    assert_eq!(users.list_users(genuine).await?.into_inner().total_size, 0);
    Ok(())
}

/// The key ring made at first start is its owner's alone.
#[tokio::test]
async fn the_key_ring_is_private() -> anyhow::Result<()> {
    use chamados_testkit::sandbox::{Backends, Topology, with};
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::start(Topology::AllInOne, Backends::SqliteMemory).await;
    with(sandbox, async |sandbox: &mut Sandbox| {
        let file: &Path = &sandbox.keyring_file();
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    })
    .await;
    Ok(())
}
