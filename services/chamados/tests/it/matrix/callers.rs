//! The columns of the tables.
//!
//! | column | who |
//! | --- | --- |
//! | `admin`, `agent` | staff |
//! | `mgr`, `mgr2` | managers, of Acme and of another company |
//! | `owner` | the collaborator of Acme whose the records are |
//! | `peer`, `othr` | other collaborators, of Acme and of another company |
//! | `devic` | the owner's device; over HTTP it has no way |
//! | `alien` | an admin of another tenant |
//! | `key`, `key0` | automation, with every scope and with one that has nothing to do with the matter |
//! | `nobody` | nobody |

use std::collections::BTreeMap;

use anyhow::Context as _;
use chamados::Target;
use chamados_chassis::{
    auth::{Permission, Principal},
    clock,
    context::PRINCIPAL,
};
use chamados_proto::identity::v1::{
    self as pb, AuthenticateRequest, authenticate_request::Credential,
    service_account_service_client::ServiceAccountServiceClient,
    session_service_client::SessionServiceClient,
};
use chamados_testkit::{
    Sandbox,
    sandbox::{Answer, Browser},
};
use reqwest::{
    Method, RequestBuilder,
    header::{AUTHORIZATION, COOKIE, HeaderName},
};
use serde_json::{Value, json};
use tonic::Request;

use crate::fixture::Desk;

/// Address of the collaborator whose the records are.
pub(super) const OWNER: &str = "owner@acme.example";

/// One column.
pub(super) struct Caller {
    /// What the services are told; none for nobody.
    pub(super) principal: Option<Principal>,
    /// The way in over HTTP; none for a device.
    pub(super) way: Option<Way>,
}

/// A way in over HTTP.
pub(super) struct Way {
    browser: Browser,
    shows: Option<(HeaderName, String)>,
}

impl Way {
    /// By the browser's session, or as nobody without one.
    pub(super) const fn session(browser: Browser) -> Self {
        Self { browser, shows: None }
    }

    /// By a session's token that no browser keeps.
    pub(super) fn token(sandbox: &Sandbox, token: &str) -> Self {
        let shows = Some((COOKIE, format!("chamados={token}")));
        Self { browser: sandbox.browser(), shows }
    }

    /// By an API key.
    pub(super) fn key(sandbox: &Sandbox, secret: &str) -> Self {
        let shows = Some((AUTHORIZATION, format!("Bearer {secret}")));
        Self { browser: sandbox.browser(), shows }
    }

    /// The key, where it is one.
    pub(super) fn secret(&self) -> Option<&str> {
        let (_, shown) = self.shows.as_ref()?;
        shown.strip_prefix("Bearer ")
    }

    /// A request that shows it.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.browser.request(method, path);
        match &self.shows {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }

    /// Sends such a request.
    pub(super) async fn send(&self, request: RequestBuilder) -> Answer {
        self.browser.send(request).await
    }

    /// Sends such a request and takes the head of the answer only.
    pub(super) async fn open(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { request: answer.url().path().to_owned(), status, headers, body: Value::Null }
    }
}

/// Everybody, by column.
pub(super) struct Callers {
    by_column: BTreeMap<&'static str, Caller>,
    /// For matters of the scheduler, with which `key0` has nothing to do.
    key0_of_jobs: Caller,
    /// The owner's device.
    pub(super) device: String,
    /// A session of the owner, besides the one they ask in.
    pub(super) owner_session: String,
}

impl Callers {
    /// Makes everybody.
    pub(super) async fn gather(sandbox: &Sandbox, desk: &Desk) -> anyhow::Result<Self> {
        let other = json!({"name": "Zenith", "nickname": "zenith"});
        let other = desk.admin.post("/api/admin/companies", other).await.text("id");
        let mut by_column = BTreeMap::new();
        let admin = Way::session(desk.admin.clone());
        by_column.insert("admin", Caller::person(sandbox, admin).await?);
        for (column, role, email, company) in [
            ("agent", "agent", "agent@desk.example", None),
            ("mgr", "manager", "manager@acme.example", Some(&desk.company)),
            ("mgr2", "manager", "manager@zenith.example", Some(&other)),
            ("owner", "collaborator", OWNER, Some(&desk.company)),
            ("peer", "collaborator", "peer@acme.example", Some(&desk.company)),
            ("othr", "collaborator", "other@zenith.example", Some(&other)),
        ] {
            let person =
                json!({"name": column, "email": email, "role": role, "companyId": company});
            let _user = desk.admin.post("/api/admin/users", person).await.ok();
            let way = Way::session(sandbox.sign_in(email).await?);
            by_column.insert(column, Caller::person(sandbox, way).await?);
        }
        let alien = Desk::another(sandbox, "other").await?;
        by_column.insert("alien", Caller::person(sandbox, Way::session(alien.admin)).await?);

        let (_computer, device) = desk.computer(sandbox, OWNER).await?;
        let owner = by_column["owner"].principal.as_ref().context("the owner is somebody")?;
        let principal = Principal::Device {
            tenant: owner.tenant()?,
            device: device.parse()?,
            company: desk.company.parse()?,
            assigned_user: owner.user(),
        };
        by_column.insert("devic", Caller { principal: Some(principal), way: None });

        let every: Vec<_> = Permission::scopes().map(Permission::name).collect();
        let admin = by_column["admin"].principal.clone().context("the admin is somebody")?;
        let key = Caller::automation(sandbox, &admin, "all", &every).await?;
        let key0 = Caller::automation(sandbox, &admin, "jobs", &["jobs.manage"]).await?;
        let key0_of_jobs = Caller::automation(sandbox, &admin, "queues", &["queues.read"]).await?;
        by_column.insert("key", key);
        by_column.insert("key0", key0);
        let nobody = Way::session(sandbox.browser());
        by_column.insert("nobody", Caller { principal: None, way: Some(nobody) });
        let owner_session = match session_of(sandbox, &sandbox.sign_in(OWNER).await?).await? {
            Principal::Person { session, .. } => session.to_string(),
            other => anyhow::bail!("no person: {other:?}"),
        };
        Ok(Self { by_column, key0_of_jobs, device, owner_session })
    }

    /// Who asks, in this column, about this matter.
    pub(super) fn of(&self, column: &str, asked: &str) -> &Caller {
        let of_jobs =
            ["scheduler.", "/api/admin/schedule-preview", "/api/admin/jobs", "/api/admin/runs"];
        match column {
            "key0" if of_jobs.iter().any(|part| asked.contains(part)) => &self.key0_of_jobs,
            column => &self.by_column[column],
        }
    }

    /// The first admin.
    pub(super) fn admin(&self) -> &Principal {
        let admin = self.by_column["admin"].principal.as_ref();
        admin.unwrap_or_else(|| panic!("the admin is somebody"))
    }

    /// The way in of a column over HTTP.
    pub(super) fn way(&self, column: &str) -> &Way {
        self.by_column[column].way.as_ref().unwrap_or_else(|| panic!("{column} has no way"))
    }

    /// The user of a column.
    pub(super) fn user(&self, column: &str) -> String {
        let user = self.by_column[column].principal.as_ref().and_then(Principal::user);
        user.map(|id| id.to_string()).unwrap_or_default()
    }
}

impl Caller {
    async fn person(sandbox: &Sandbox, way: Way) -> anyhow::Result<Self> {
        let principal = session_of(sandbox, &way.browser).await?;
        Ok(Self { principal: Some(principal), way: Some(way) })
    }

    async fn automation(
        sandbox: &Sandbox,
        admin: &Principal,
        name: &str,
        scopes: &[&str],
    ) -> anyhow::Result<Self> {
        let key = Key::make(sandbox, admin, name, scopes).await?;
        let principal = authenticate(sandbox, Credential::ApiKey(key.secret.clone())).await?;
        Ok(Self { principal: Some(principal), way: Some(Way::key(sandbox, &key.secret)) })
    }
}

/// An API key, with the service account made for it.
pub(crate) struct Key {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Key {
    /// Makes both, as this admin.
    pub(crate) async fn make(
        sandbox: &Sandbox,
        admin: &Principal,
        name: &str,
        scopes: &[&str],
    ) -> anyhow::Result<Self> {
        let mut accounts = ServiceAccountServiceClient::new(sandbox.channel(Target::Identity)?);
        let account = pb::CreateServiceAccountRequest {
            request_id: name.to_owned(),
            name: name.to_owned(),
            ..Default::default()
        };
        let account = signed(sandbox, admin, account)?;
        let account = accounts.create_service_account(account).await?.into_inner().id;
        let key = pb::CreateApiKeyRequest {
            request_id: name.to_owned(),
            service_account_id: account.clone(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Default::default()
        };
        let made = accounts.create_api_key(signed(sandbox, admin, key)?).await?.into_inner();
        let id = made.key.context("a key that was made")?.id;
        Ok(Self { account, id, secret: made.secret })
    }
}

/// A call in somebody's name.
pub(super) fn signed<T>(
    sandbox: &Sandbox,
    principal: &Principal,
    message: T,
) -> anyhow::Result<Request<T>> {
    let token = sandbox.keyring()?.sign(principal, clock::system().now())?;
    let mut request = Request::new(message);
    request.metadata_mut().insert(PRINCIPAL, token.parse()?);
    Ok(request)
}

/// Who is signed in to a browser.
pub(super) async fn session_of(sandbox: &Sandbox, browser: &Browser) -> anyhow::Result<Principal> {
    let cookie = browser.session_cookie().context("a session")?;
    let (_, token) = cookie.split_once('=').context("a cookie")?;
    authenticate(sandbox, Credential::SessionToken(token.to_owned())).await
}

/// Who identity says that somebody is.
async fn authenticate(sandbox: &Sandbox, credential: Credential) -> anyhow::Result<Principal> {
    let mut sessions = SessionServiceClient::new(sandbox.channel(Target::Identity)?);
    let request = AuthenticateRequest { credential: Some(credential) };
    let token = sessions.authenticate(request).await?.into_inner().principal_token;
    Ok(sandbox.keyring()?.verify(&token, clock::system().now())?)
}
