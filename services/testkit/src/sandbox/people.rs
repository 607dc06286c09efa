//! What has no page yet, put straight into identity's rows: more tenants, and sessions of people who
//! have no password.

use anyhow::Context as _;
use chamados_chassis::{
    auth::{Actor, Keyring, Role, secret},
    clock,
    id::{SessionId, TenantId},
};
use chamados_identity::{
    domain::{email::Email, name::Name, session::Session, user::NewPerson},
    store,
};
use chamados_proto::identity::v1::TenantCreated;
use chamados_store_kit::{
    DatabaseConfig, Db,
    outbox::{self, OutboxEvent},
};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{Browser, Sandbox};

/// Password of the admin that [`Sandbox::set_up`] makes.
pub const PASSWORD: &str = "correct horse battery";

impl Sandbox {
    /// Follows the set-up link and makes the first admin, `admin@desk.example`, of the tenant "Desk".
    ///
    /// # Errors
    /// When there is no link.
    pub async fn set_up(&self) -> anyhow::Result<Browser> {
        let (_, token) = self.setup_link()?.split_once("token=").context("no token in the link")?;
        let browser = self.browser();
        let admin = json!({
            "token": token, "tenantName": "Desk", "name": "Ada Admin",
            "email": "admin@desk.example", "password": PASSWORD,
        });
        let _user = browser.post("/api/setup", admin).await.ok();
        Ok(browser)
    }

    /// One more tenant with an admin `admin@NAME.example`, signed in.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn tenant(&self, name: &str) -> anyhow::Result<Browser> {
        let (tenant, now) = (TenantId::new(), clock::system().now());
        let email = format!("admin@{name}.example");
        let admin = NewPerson {
            name: Name::parse("Other Admin")?,
            email: Email::parse(&email)?,
            role: Role::Admin,
            company: None,
        };
        let admin = admin.create(tenant, now);
        let payload = TenantCreated { tenant_id: tenant.to_string(), name: name.to_owned() };
        let event = OutboxEvent {
            tenant,
            subject: tenant.as_uuid(),
            payload,
            actor: Actor::User(admin.id),
            request_id: "",
            now,
        };
        let db = self.identity().await?;
        let tx = db.begin().await?;
        store::tenants::insert(&tx, tenant, name, now).await?;
        store::users::insert(&tx, &admin, None).await?;
        outbox::append(&tx, event).await?;
        tx.commit().await?;
        self.sign_in(&email).await
    }

    /// A browser in which the person with this address is signed in, without a password.
    ///
    /// # Errors
    /// When nobody has the address.
    pub async fn sign_in(&self, email: &str) -> anyhow::Result<Browser> {
        let db = self.identity().await?;
        let known = store::users::credentials(db.read(), email).await?;
        let user = known.into_iter().next().context("nobody has this address")?.user;
        let (token, now) = (secret::generate("chs_"), clock::system().now());
        let session = Session {
            id: SessionId::new(),
            tenant: user.tenant,
            user: user.id,
            created_at: now,
            last_seen_at: now,
            client_address: String::new(),
            user_agent: String::new(),
        };
        let tx = db.begin().await?;
        store::sessions::insert(&tx, &session, secret::hash(token.expose_secret())).await?;
        tx.commit().await?;
        let browser = self.browser();
        browser.set_cookie(&format!("chamados={}", token.expose_secret()));
        Ok(browser)
    }

    /// The key ring of the running product.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn keyring(&self) -> anyhow::Result<Keyring> {
        Ok(Keyring::from_file(&self.keyring_file())?)
    }

    async fn identity(&self) -> anyhow::Result<Db> {
        Ok(Db::connect(&DatabaseConfig::new(self.database_url()), "identity").await?)
    }
}
