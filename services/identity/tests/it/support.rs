//! The service on a test's database, and the callers of its tests.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use chamados_chassis::{
    auth::{Keyring, Principal, Role},
    bus::{Consumer, HandlerError, Heard, SignalBus as _},
    clock::{Clock, ManualClock, SharedClock},
    context::CallContext,
    error::reason_of,
    grpc::{self, GrpcChannel, Stack, layer::Limits},
    id::{CompanyId, SessionId, TenantId, UserId},
    telemetry::Metrics,
};
use chamados_identity::{Deps, MailConfig, Service, migrations};
use chamados_proto::{
    event::v1::Event,
    identity::v1::{
        self as pb, audit_service_client::AuditServiceClient, authenticate_request::Credential,
        company_service_client::CompanyServiceClient, invite_service_client::InviteServiceClient,
        session_service_client::SessionServiceClient, setup_service_client::SetupServiceClient,
    },
};
use chamados_store_kit::{DatabaseConfig, Db, migrate, signal_local::LocalSignals};
use chamados_testkit::TestDatabase;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, Statement};
use tokio::sync::broadcast;
use tonic::{Request, Status};

/// A password that is accepted.
pub(crate) const PASSWORD: &str = "uma senha comprida";

/// Identity, served in process.
pub(crate) struct Identity {
    pub(crate) channel: GrpcChannel,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) db: Db,
    pub(crate) service: Service,
    pub(crate) signals: Arc<LocalSignals>,
    consumers: Vec<Consumer>,
}

/// The address people open.
pub(crate) const PUBLIC_URL: &str = "https://desk.example";

impl Identity {
    pub(crate) async fn start(database: &TestDatabase) -> anyhow::Result<Self> {
        Self::start_with(database, None).await
    }

    /// With a mail server.
    pub(crate) async fn start_with(
        database: &TestDatabase,
        mail: Option<MailConfig>,
    ) -> anyhow::Result<Self> {
        let db = Db::connect(&DatabaseConfig::new(database.url()), "identity").await?;
        migrate::up(&db, &migrations()).await?;
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        Self::on(db, clock, mail)
    }

    /// Another process on the same rows, with a key ring of its own.
    pub(crate) fn rotated(&self) -> anyhow::Result<Self> {
        Self::on(self.db.clone(), self.clock.clone(), None)
    }

    fn on(db: Db, clock: Arc<ManualClock>, mail: Option<MailConfig>) -> anyhow::Result<Self> {
        let shared: SharedClock = clock.clone();
        let keyring = Arc::new(Keyring::parse(&Keyring::generate()?)?);
        let signals = Arc::new(LocalSignals::new());
        let service = Service::new(Deps {
            db: db.clone(),
            clock: shared.clone(),
            keyring: keyring.clone(),
            signals: signals.clone(),
            public_url: format!("{PUBLIC_URL}/"),
            mail,
        })?;
        let stack = Stack {
            keyring: keyring.clone(),
            clock: shared,
            metrics: Metrics::new("test", "")?,
            limits: Limits { deadline_seconds: 30, concurrent_calls: 1_000 },
        };
        let consumers = service.consumers();
        let routes = stack.layered(service.routes(), Service::PUBLIC_METHODS);
        let channel = grpc::local(routes);
        Ok(Self { channel, clock, keyring, db, service, signals, consumers })
    }

    /// What time it is.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A deadline that is not near.
    pub(crate) fn clock_instant(&self) -> tokio::time::Instant {
        self.clock.instant() + Duration::from_secs(30)
    }

    /// Hands a fact to the consumer of `group`, as the bus would.
    pub(crate) async fn tell(&self, group: &str, event: &Event) -> Result<(), HandlerError> {
        let consumer = self.consumers.iter().find(|consumer| consumer.group == group).unwrap();
        assert!(consumer.types.contains(&&*event.r#type), "{group} does not take {}", event.r#type);
        consumer.handler.handle(event).await
    }

    /// A request on behalf of `principal`.
    pub(crate) fn by<T>(&self, principal: &Principal, message: T) -> Request<T> {
        let token = self.keyring.sign(principal, self.clock.now()).unwrap();
        let deadline = self.clock.instant() + Duration::from_secs(30);
        let cx = CallContext::new(principal.clone(), Some(token.into()), "test".into(), deadline);
        cx.request(message, &*self.clock)
    }

    /// Set-up done: the first admin and their session's token.
    pub(crate) async fn set_up(&self) -> anyhow::Result<(Principal, String)> {
        let mut setup = SetupServiceClient::new(self.channel.clone());
        let issue = self.by(&service(), pb::IssueSetupTokenRequest {});
        let token = setup.issue_setup_token(issue).await?.into_inner().token;
        let signed_in = setup.complete_setup(complete_setup(token)).await?.into_inner();
        let principal = self.principal(&signed_in.session_token).await?;
        Ok((principal, signed_in.session_token))
    }

    /// The principal behind a session.
    pub(crate) async fn principal(&self, session_token: &str) -> Result<Principal, Status> {
        let credential = Credential::SessionToken(session_token.to_owned());
        let request = pb::AuthenticateRequest { credential: Some(credential) };
        let mut sessions = SessionServiceClient::new(self.channel.clone());
        let token = sessions.authenticate(request).await?.into_inner().principal_token;
        Ok(self.keyring.verify(&token, self.clock.now()).unwrap())
    }

    /// A company of the admin's tenant.
    pub(crate) async fn company(
        &self,
        admin: &Principal,
        nickname: &str,
    ) -> Result<pb::Company, Status> {
        let request = pb::CreateCompanyRequest {
            request_id: String::new(),
            name: format!("Company {nickname}"),
            nickname: nickname.to_owned(),
        };
        let mut companies = CompanyServiceClient::new(self.channel.clone());
        Ok(companies.create_company(self.by(admin, request)).await?.into_inner())
    }
}

impl Identity {
    /// Invites an address; the token of the link.
    pub(crate) async fn invite(
        &self,
        by: &Principal,
        email: &str,
        role: pb::Role,
        company: Option<&str>,
    ) -> Result<String, Status> {
        let mut invites = InviteServiceClient::new(self.channel.clone());
        let request = invitation(email, role, company);
        let url = invites.create_invite(self.by(by, request)).await?.into_inner().url;
        Ok(token_of(&url))
    }

    /// Makes a person by an invite, with [`PASSWORD`]: who they are when signed in, and their session.
    pub(crate) async fn join(
        &self,
        admin: &Principal,
        email: &str,
        role: pb::Role,
        company: Option<&str>,
    ) -> Result<(Principal, String), Status> {
        let token = self.invite(admin, email, role, company).await?;
        let mut invites = InviteServiceClient::new(self.channel.clone());
        let session = invites.accept_invite(acceptance(&token)).await?.into_inner().session_token;
        Ok((self.principal(&session).await?, session))
    }

    /// Opens a session by password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Result<String, Status> {
        let request = pb::SignInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
            client_address: "192.0.2.77".to_owned(),
            user_agent: "test".to_owned(),
        };
        let mut sessions = SessionServiceClient::new(self.channel.clone());
        Ok(sessions.sign_in(request).await?.into_inner().session_token)
    }

    /// Actions of the audit log about a record, the oldest first.
    pub(crate) async fn audit(&self, admin: &Principal, target: &str) -> Vec<String> {
        let mut audit = AuditServiceClient::new(self.channel.clone());
        let request =
            pb::ListAuditEntriesRequest { target_id: target.to_owned(), ..Default::default() };
        let list = audit.list_audit_entries(self.by(admin, request)).await.unwrap().into_inner();
        let actions = list.entries.into_iter().rev().map(|entry| entry.change.unwrap().action);
        actions.collect()
    }

    /// What is signalled from now on.
    pub(crate) fn signals(&self) -> broadcast::Receiver<Heard> {
        self.signals.listen()
    }

    /// The number `n` that a query gives.
    pub(crate) async fn count(&self, sql: &str) -> anyhow::Result<i64> {
        let statement = Statement::from_string(self.db.backend(), sql);
        let row = self.db.read().query_one_raw(statement).await?;
        Ok(row.context("a row")?.try_get("", "n")?)
    }

    /// How many facts of a type were put into the outbox.
    pub(crate) async fn facts(&self, name: &str) -> anyhow::Result<i64> {
        self.count(&format!("SELECT count(*) AS n FROM outbox WHERE event_type = '{name}'")).await
    }

    /// Changes rows in a way that only the command line has.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        let tx = self.db.begin().await?;
        tx.execute_unprepared(sql).await?;
        Ok(tx.commit().await?)
    }
}

/// What invites an address.
pub(crate) fn invitation(
    email: &str,
    role: pb::Role,
    company: Option<&str>,
) -> pb::CreateInviteRequest {
    pb::CreateInviteRequest {
        request_id: String::new(),
        email: email.to_owned(),
        role: role.into(),
        company_id: company.map(ToOwned::to_owned),
    }
}

/// What accepts an invite.
pub(crate) fn acceptance(token: &str) -> pb::AcceptInviteRequest {
    pb::AcceptInviteRequest {
        token: token.to_owned(),
        name: "Beto".to_owned(),
        password: PASSWORD.to_owned(),
        client_address: "192.0.2.1".to_owned(),
        user_agent: "test".to_owned(),
    }
}

/// The token in a link.
pub(crate) fn token_of(url: &str) -> String {
    url.split_once('#').unwrap().1.to_owned()
}

/// What completes set-up.
pub(crate) fn complete_setup(token: String) -> pb::CompleteSetupRequest {
    pb::CompleteSetupRequest {
        token,
        tenant_name: "Suporte Norte".to_owned(),
        name: "Ana".to_owned(),
        email: "Ana@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        client_address: String::new(),
        user_agent: String::new(),
    }
}

/// A service on its own behalf.
pub(crate) fn service() -> Principal {
    Principal::Service { name: "test".to_owned(), tenant: None }
}

/// Somebody in the tenant of `admin`.
pub(crate) fn person(admin: &Principal, role: Role, company: Option<CompanyId>) -> Principal {
    Principal::Person {
        tenant: admin.tenant().unwrap(),
        user: UserId::new(),
        role,
        company,
        session: SessionId::new(),
    }
}

/// An admin of another tenant.
pub(crate) fn stranger() -> Principal {
    Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    }
}

/// The stable reason of a refusal.
#[track_caller]
pub(crate) fn reason<T: std::fmt::Debug>(outcome: Result<T, Status>) -> String {
    reason_of(&outcome.unwrap_err()).unwrap()
}
