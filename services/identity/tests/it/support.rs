//! The service on a test's database, and the callers of its tests.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::{Keyring, Principal, Role},
    clock::{Clock, ManualClock, SharedClock},
    context::CallContext,
    error::reason_of,
    grpc::{self, GrpcChannel, Stack, layer::Limits},
    id::{CompanyId, SessionId, TenantId, UserId},
    telemetry::Metrics,
};
use chamados_identity::{Deps, Service, migrations};
use chamados_proto::identity::v1::{
    self as pb, company_service_client::CompanyServiceClient,
    session_service_client::SessionServiceClient, setup_service_client::SetupServiceClient,
};
use chamados_store_kit::{DatabaseConfig, Db, migrate, signal_local::LocalSignals};
use chamados_testkit::TestDatabase;
use chrono::{DateTime, TimeDelta};
use tonic::{Request, Status};

/// A password that is accepted.
pub(crate) const PASSWORD: &str = "uma senha comprida";

/// Identity, served in process.
pub(crate) struct Identity {
    pub(crate) channel: GrpcChannel,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) db: Db,
}

impl Identity {
    pub(crate) async fn start(database: &TestDatabase) -> anyhow::Result<Self> {
        let db = Db::connect(&DatabaseConfig::new(database.url()), "identity").await?;
        migrate::up(&db, &migrations()).await?;
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let shared: SharedClock = clock.clone();
        let keyring = Arc::new(Keyring::parse(&Keyring::generate()?)?);
        let service = Service::new(Deps {
            db: db.clone(),
            clock: shared.clone(),
            keyring: keyring.clone(),
            signals: Arc::new(LocalSignals::new()),
        })?;
        let stack = Stack {
            keyring: keyring.clone(),
            clock: shared,
            metrics: Metrics::new("test", "")?,
            limits: Limits { deadline_seconds: 30, concurrent_calls: 1_000 },
        };
        let routes = stack.layered(service.routes(), Service::PUBLIC_METHODS);
        Ok(Self { channel: grpc::local(routes), clock, keyring, db })
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
        let request = pb::AuthenticateRequest { session_token: session_token.to_owned() };
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

/// What completes set-up.
pub(crate) fn complete_setup(token: String) -> pb::CompleteSetupRequest {
    pb::CompleteSetupRequest {
        token,
        tenant_name: "Suporte Norte".to_owned(),
        name: "Ana".to_owned(),
        email: "Ana@example.com".to_owned(),
        password: PASSWORD.to_owned(),
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
