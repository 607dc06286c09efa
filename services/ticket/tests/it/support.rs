//! The service on a test's database, its callers, and what they ask.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::{Keyring, Permission, Principal, Role},
    bus::{HandlerError, Heard, SignalBus as _},
    clock::{Clock as _, ManualClock, SharedClock, to_proto},
    context::CallContext,
    error::reason_of,
    grpc::{self, GrpcChannel, Stack, layer::Limits},
    id::{CompanyId, DeviceId, EventId, ServiceAccountId, SessionId, TenantId, UserId},
    telemetry::Metrics,
};
use chamados_proto::{
    event::v1::{Event, Signal},
    ticket::v1::{
        self as pb, comment_service_client::CommentServiceClient,
        queue_service_client::QueueServiceClient, ticket_service_client::TicketServiceClient,
    },
};
use chamados_store_kit::{DatabaseConfig, Db, inbox::Fact, migrate, signal_local::LocalSignals};
use chamados_testkit::TestDatabase;
use chamados_ticket::{Config, Deps, Files, Service, migrations};
use chrono::{DateTime, TimeDelta};
use prost::{Message, Name};
use sea_orm::{ConnectionTrait as _, Statement};
use tokio::sync::broadcast::Receiver;
use tonic::{Request, Status};

use crate::directory::Directory;

/// Tickets, served in process.
pub(crate) struct Desk {
    pub(crate) service: Service,
    pub(crate) channel: GrpcChannel,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) db: Db,
    pub(crate) directory: Directory,
    pub(crate) tenant: TenantId,
    stack: Stack,
    peers: GrpcChannel,
    signals: Arc<LocalSignals>,
    config: Config,
    /// Where attachments are.
    pub(crate) files: tempfile::TempDir,
}

impl Desk {
    pub(crate) async fn open(database: &TestDatabase) -> anyhow::Result<Self> {
        let config = Config { attachment_mebibytes: 1, ..Config::default() };
        Self::open_with(database, config).await
    }

    /// With settings of one's own.
    pub(crate) async fn open_with(database: &TestDatabase, config: Config) -> anyhow::Result<Self> {
        let mut connection = DatabaseConfig::new(database.url());
        connection.acquire_timeout_seconds = 60;
        let db = Db::connect(&connection, "ticket").await?;
        migrate::up(&db, &migrations()).await?;
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let shared: SharedClock = clock.clone();
        let keyring = Arc::new(Keyring::parse(&Keyring::generate()?)?);
        let signals = Arc::new(LocalSignals::new());
        let stack = Stack {
            keyring,
            clock: shared,
            metrics: Metrics::new("test", "")?,
            limits: Limits { deadline_seconds: 120, concurrent_calls: 1_000 },
        };
        let directory = Directory::default();
        let peers = grpc::local(stack.layered(directory.routes(), &[]));
        let files = tempfile::tempdir()?;
        let place = Files::open(&config, files.path())?;
        let (service, channel) = serve(&db, &stack, &peers, &signals, (&config, place));
        let tenant = TenantId::new();
        Ok(Self {
            service,
            channel,
            clock,
            db,
            directory,
            tenant,
            stack,
            peers,
            signals,
            config,
            files,
        })
    }

    /// The same service once more, on the same database: a second replica.
    pub(crate) fn replica(&self) -> anyhow::Result<(Service, GrpcChannel)> {
        let place = Files::open(&self.config, self.files.path())?;
        Ok(serve(&self.db, &self.stack, &self.peers, &self.signals, (&self.config, place)))
    }

    /// Somebody new.
    pub(crate) fn person(&self, role: Role, company: Option<CompanyId>) -> Principal {
        let user = self.directory.add_user(self.tenant, role, company);
        Principal::Person { tenant: self.tenant, user, role, company, session: SessionId::new() }
    }

    pub(crate) fn agent(&self) -> Principal {
        self.person(Role::Agent, None)
    }

    pub(crate) fn company(&self) -> CompanyId {
        self.directory.add_company(self.tenant)
    }

    /// A device of the company, with the person it belongs to.
    pub(crate) fn machine(&self, company: CompanyId, assigned_user: Option<UserId>) -> Principal {
        let device = self.directory.add_device(self.tenant, company);
        Principal::Device { tenant: self.tenant, device, company, assigned_user }
    }

    /// Automation whose key has these scopes.
    pub(crate) fn automation(&self, scopes: &[Permission]) -> Principal {
        let (tenant, account) = (self.tenant, ServiceAccountId::new());
        Principal::ServiceAccount { tenant, account, scopes: scopes.to_vec() }
    }

    /// A fact of this tenant about somebody, put down to `by`.
    pub(crate) fn fact<M: Message + Name>(&self, by: &Principal, who: UserId, what: &M) -> Event {
        Event {
            id: EventId::new().to_string(),
            tenant_id: self.tenant.to_string(),
            r#type: M::full_name(),
            subject_id: who.to_string(),
            occurred_at: Some(to_proto(self.clock.now())),
            actor: Some(by.actor().unwrap().into()),
            request_id: "r-merge".into(),
            payload: what.encode_to_vec().into(),
        }
    }

    /// Gives a fact to whoever of the service takes it.
    pub(crate) async fn deliver(&self, event: &Event) -> Result<(), HandlerError> {
        let consumers = self.service.consumers();
        let mut takers = consumers.iter().filter(|c| c.types.contains(&event.r#type.as_str()));
        let taker = takers.next().expect("a taker");
        assert!(takers.next().is_none());
        taker.handler.handle(event).await
    }

    /// The facts of one kind told so far.
    pub(crate) async fn told<M: Message + Name + Default>(&self) -> anyhow::Result<Vec<Fact<M>>> {
        let sql = "SELECT event FROM outbox ORDER BY seq";
        let statement = Statement::from_string(self.db.backend(), sql);
        let rows = self.db.read().query_all_raw(statement).await?;
        let events = rows.iter().map(|row| {
            let event: Vec<u8> = row.try_get_by_index(0)?;
            anyhow::Ok(Event::decode(&*event)?)
        });
        let events: Vec<Event> = events.collect::<Result<_, _>>()?;
        let told = events.iter().filter(|event| event.r#type == M::full_name());
        Ok(told.map(Fact::open).collect::<Result<_, _>>()?)
    }

    /// How much refers to somebody, as an admin is told.
    pub(crate) async fn references(&self, who: UserId) -> Result<pb::UserReferences, Status> {
        let admin = self.person(Role::Admin, None);
        self.references_by(&admin, &who.to_string()).await
    }

    pub(crate) async fn references_by(
        &self,
        by: &Principal,
        who: &str,
    ) -> Result<pb::UserReferences, Status> {
        let request = pb::GetUserReferencesRequest { user_id: who.to_owned() };
        Ok(self.tickets().get_user_references(self.by(by, request)).await?.into_inner())
    }

    /// An admin of another tenant.
    pub(crate) fn stranger(&self) -> Principal {
        let tenant = TenantId::new();
        let user = self.directory.add_user(tenant, Role::Admin, None);
        let session = SessionId::new();
        Principal::Person { tenant, user, role: Role::Admin, company: None, session }
    }

    /// A request on behalf of `principal`.
    pub(crate) fn by<T>(&self, principal: &Principal, message: T) -> Request<T> {
        let token = self.stack.keyring.sign(principal, self.clock.now()).unwrap();
        let deadline = self.clock.instant() + Duration::from_secs(120);
        let cx = CallContext::new(principal.clone(), Some(token.into()), "test".into(), deadline);
        cx.request(message, &*self.clock)
    }

    pub(crate) fn tickets(&self) -> TicketServiceClient<GrpcChannel> {
        TicketServiceClient::new(self.channel.clone())
    }

    pub(crate) fn comments(&self) -> CommentServiceClient<GrpcChannel> {
        CommentServiceClient::new(self.channel.clone())
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A listener for signals, from now on.
    pub(crate) fn listen(&self) -> Receiver<Heard> {
        self.signals.listen()
    }

    pub(crate) async fn create(
        &self,
        by: &Principal,
        request: pb::CreateTicketRequest,
    ) -> Result<pb::Ticket, Status> {
        Ok(self.tickets().create_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn get(&self, by: &Principal, id: &str) -> Result<pb::Ticket, Status> {
        let request = pb::GetTicketRequest { id: id.to_owned() };
        Ok(self.tickets().get_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn list(
        &self,
        by: &Principal,
        request: pb::ListTicketsRequest,
    ) -> Result<pb::ListTicketsResponse, Status> {
        Ok(self.tickets().list_tickets(self.by(by, request)).await?.into_inner())
    }

    /// Ids of all tickets that match.
    pub(crate) async fn matching(
        &self,
        by: &Principal,
        filter: pb::TicketFilter,
    ) -> Result<Vec<String>, Status> {
        let request =
            pb::ListTicketsRequest { page_size: 100, filter: Some(filter), ..Default::default() };
        let page = self.list(by, request).await?;
        assert_eq!(page.total_size, i64::try_from(page.tickets.len()).unwrap());
        Ok(page.tickets.into_iter().map(|ticket| ticket.id).collect())
    }

    pub(crate) async fn update(
        &self,
        by: &Principal,
        ticket: pb::Ticket,
        paths: &[&str],
    ) -> Result<pb::Ticket, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let update_mask = Some(prost_types::FieldMask { paths });
        let request = pb::UpdateTicketRequest { ticket: Some(ticket), update_mask };
        Ok(self.tickets().update_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn assign(
        &self,
        by: &Principal,
        id: &str,
        assignee: Option<UserId>,
    ) -> Result<pb::Ticket, Status> {
        let assignee_id = assignee.map(|id| id.to_string());
        let request = pb::AssignTicketRequest { id: id.into(), assignee_id, ..Default::default() };
        Ok(self.tickets().assign_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn start(&self, by: &Principal, id: &str) -> Result<pb::Ticket, Status> {
        let request = pb::StartTicketRequest { id: id.into(), ..Default::default() };
        Ok(self.tickets().start_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn pause(&self, by: &Principal, id: &str) -> Result<pb::Ticket, Status> {
        let request = pb::PauseTicketRequest {
            id: id.into(),
            reason: pb::PauseReason::WaitingRequester.into(),
            note: "sem resposta".into(),
            ..Default::default()
        };
        Ok(self.tickets().pause_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn resolve(
        &self,
        by: &Principal,
        id: &str,
        message: &str,
    ) -> Result<pb::Ticket, Status> {
        let request = pb::ResolveTicketRequest {
            id: id.into(),
            message: message.into(),
            ..Default::default()
        };
        Ok(self.tickets().resolve_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn reopen(&self, by: &Principal, id: &str) -> Result<pb::Ticket, Status> {
        let request = pb::ReopenTicketRequest {
            id: id.into(),
            reason: "voltou".into(),
            ..Default::default()
        };
        Ok(self.tickets().reopen_ticket(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn comment(
        &self,
        by: &Principal,
        id: &str,
        body: &str,
        visibility: pb::Visibility,
    ) -> Result<pb::Comment, Status> {
        let request = pb::CreateCommentRequest {
            request_id: String::new(),
            ticket_id: id.to_owned(),
            body: body.to_owned(),
            visibility: visibility.into(),
            ..Default::default()
        };
        Ok(self.comments().create_comment(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn conversation(
        &self,
        by: &Principal,
        id: &str,
    ) -> Result<pb::ListCommentsResponse, Status> {
        let request = pb::ListCommentsRequest { ticket_id: id.into(), ..Default::default() };
        Ok(self.comments().list_comments(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn timeline(
        &self,
        by: &Principal,
        id: &str,
    ) -> Result<pb::ListTimelineResponse, Status> {
        let request =
            pb::ListTimelineRequest { ticket_id: id.into(), page_size: 100, ..Default::default() };
        Ok(self.tickets().list_timeline(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn work_sessions(
        &self,
        by: &Principal,
        id: &str,
    ) -> Result<Vec<pb::WorkSession>, Status> {
        let request = pb::ListWorkSessionsRequest {
            ticket_id: id.into(),
            page_size: 100,
            ..Default::default()
        };
        let response = self.tickets().list_work_sessions(self.by(by, request)).await?;
        Ok(response.into_inner().work_sessions)
    }

    pub(crate) async fn queues(&self, by: &Principal) -> Result<Vec<pb::Queue>, Status> {
        let mut queues = QueueServiceClient::new(self.channel.clone());
        let response = queues.list_queues(self.by(by, pb::ListQueuesRequest::default())).await?;
        Ok(response.into_inner().queues)
    }
}

fn serve(
    db: &Db,
    stack: &Stack,
    peers: &GrpcChannel,
    signals: &Arc<LocalSignals>,
    (config, files): (&Config, Files),
) -> (Service, GrpcChannel) {
    let service = Service::new(Deps {
        files,
        config: config.clone(),
        db: db.clone(),
        clock: stack.clock.clone(),
        signals: signals.clone(),
        identity: peers.clone(),
        device: peers.clone(),
    });
    let channel = grpc::local(stack.layered(service.routes(), Service::PUBLIC_METHODS));
    (service, channel)
}

/// A ticket with a subject and nothing else.
pub(crate) fn about(subject: &str) -> pb::CreateTicketRequest {
    pb::CreateTicketRequest { subject: subject.to_owned(), ..Default::default() }
}

/// The signals heard so far.
pub(crate) fn heard(listener: &mut Receiver<Heard>) -> Vec<Arc<Signal>> {
    let mut signals = Vec::new();
    while let Ok(Heard::Signal(signal)) = listener.try_recv() {
        signals.push(signal);
    }
    signals
}

pub(crate) fn user(principal: &Principal) -> UserId {
    principal.user().unwrap()
}

pub(crate) fn device(principal: &Principal) -> DeviceId {
    match principal {
        Principal::Device { device, .. } => *device,
        _ => panic!("not a device"),
    }
}

/// The stable reason of a refusal.
#[track_caller]
pub(crate) fn reason<T: std::fmt::Debug>(outcome: Result<T, Status>) -> String {
    reason_of(&outcome.unwrap_err()).unwrap()
}

/// The fields a refusal names.
#[track_caller]
pub(crate) fn fields<T: std::fmt::Debug>(outcome: Result<T, Status>) -> Vec<String> {
    use tonic_types::StatusExt as _;

    let details = outcome.unwrap_err().get_error_details();
    let violations = details.bad_request().map(|bad| bad.field_violations.clone());
    violations.unwrap_or_default().into_iter().map(|violation| violation.field).collect()
}
