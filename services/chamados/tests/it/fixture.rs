//! A desk that is ready for work.

use std::time::Duration;

use chamados_testkit::{
    Sandbox, eventually,
    sandbox::{Browser, Computer, Running},
};
use serde_json::{Value, json};

/// For what comes by itself: an event, a reconnect.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// A tenant with an admin and a client company.
pub(crate) struct Desk {
    pub(crate) admin: Browser,
    pub(crate) company: String,
    pub(crate) code: String,
}

impl Desk {
    pub(crate) async fn open(sandbox: &Sandbox) -> anyhow::Result<Self> {
        let admin = sandbox.set_up().await?;
        Ok(Self::of(admin).await)
    }

    /// A desk of one more tenant.
    pub(crate) async fn another(sandbox: &Sandbox, name: &str) -> anyhow::Result<Self> {
        let admin = sandbox.tenant(name).await?;
        Ok(Self::of(admin).await)
    }

    pub(crate) async fn of(admin: Browser) -> Self {
        let company = json!({"name": "Acme", "nickname": "acme"});
        let company = admin.post("/api/admin/companies", company).await.ok();
        let desk =
            Self { admin, company: text(&company, "id"), code: text(&company, "provisioningCode") };
        desk.is_ready().await;
        desk
    }

    /// The ticket service has heard of the tenant.
    async fn is_ready(&self) {
        eventually(SOON, "the tenant has its default queue", async || {
            let queues = self.admin.get("/api/queues").await.ok();
            (queues["total"] == 1).then_some(())
        })
        .await;
    }

    /// A person of the company, or of the staff, signed in.
    pub(crate) async fn person(
        &self,
        sandbox: &Sandbox,
        role: &str,
        email: &str,
    ) -> anyhow::Result<Browser> {
        let staff = matches!(role, "admin" | "agent");
        let company = (!staff).then_some(&self.company);
        let person = json!({"name": email, "email": email, "role": role, "companyId": company});
        let _user = self.admin.post("/api/admin/users", person).await.ok();
        sandbox.sign_in(email).await
    }

    /// A ticket of the admin.
    pub(crate) async fn ticket(&self, subject: &str) -> Value {
        self.admin.post("/api/tickets", json!({"subject": subject})).await.ok()
    }

    /// A computer of `email`, enrolled, and its device's id.
    pub(crate) async fn computer(
        &self,
        sandbox: &Sandbox,
        email: &str,
    ) -> anyhow::Result<(Computer, String)> {
        let computer = sandbox.computer()?;
        let enrolled = computer.enroll(sandbox.agent_url(), &self.code, email).await?;
        Ok((computer, enrolled.device_id.to_string()))
    }

    /// The device, as the admin sees it.
    pub(crate) async fn device(&self, id: &str) -> Value {
        self.admin.get(&format!("/api/admin/devices/{id}")).await.ok()
    }

    /// Starts the computer's agent and waits until it is online.
    pub(crate) async fn online(&self, computer: &Computer, id: &str) -> Running {
        let running = computer.run();
        self.is(id, "online", SOON).await;
        running
    }

    /// Waits until every replica says that the device is in this presence.
    pub(crate) async fn is(&self, id: &str, presence: &str, limit: Duration) {
        let mut last = Value::Null;
        let agreed = async {
            let mut agreed = 0;
            while agreed < AGREED {
                last = self.device(id).await["presence"].take();
                agreed = if last == presence { agreed + 1 } else { 0 };
            }
        };
        if tokio::time::timeout(limit, agreed).await.is_err() {
            panic!("not {presence} within {limit:?}, but {last}");
        }
    }
}

/// So many answers in a row come from every replica.
const AGREED: usize = 4;

/// A text field of an answer.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value:#}")).to_owned()
}

/// The items of a list.
pub(crate) fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap_or_else(|| panic!("no list: {list:#}"))
}

/// Values of one field of every item.
pub(crate) fn pluck<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    items(list).iter().map(|item| item[field].as_str().unwrap_or_default()).collect()
}
