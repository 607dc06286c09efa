//! A desk with people and companies, made as people make it.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    browser::{Browser, PASSWORD},
    product::Product,
};

const COMPANIES: usize = 50;
const AGENTS: usize = 50;
/// Besides the two who are signed in.
const REQUESTERS: usize = 950;

/// Who there is.
#[derive(Debug)]
pub(super) struct People {
    /// Staff; measures in most cases.
    pub(super) admin: Browser,
    /// Sees what [`People::requesters`]' first asked for.
    pub(super) collaborator: Browser,
    /// Sees the first company's tickets.
    pub(super) manager: Browser,
    /// The collaborator's id.
    pub(super) collaborator_id: Uuid,
    /// The manager's id.
    pub(super) manager_id: Uuid,
    /// The admin's id.
    pub(super) admin_id: Uuid,
    /// Ids of staff who have tickets.
    pub(super) agents: Vec<Uuid>,
    /// Ids of who asks, each with their company's; the collaborator is first.
    pub(super) requesters: Vec<(Uuid, Uuid)>,
    /// Where tickets wait.
    pub(super) queue: Uuid,
}

impl People {
    /// Makes them on a product that is new, and with them the first ticket.
    ///
    /// # Errors
    /// The product refuses something.
    pub(super) async fn make(product: &mut Product) -> Result<Self> {
        let token = product.setup_token()?;
        let origin = product.origin();
        let admin = Browser::set_up(origin, &token).await?;
        let mut companies = Vec::new();
        for number in 0..COMPANIES {
            let company =
                json!({"name": format!("Cliente {number}"), "nickname": format!("c{number}")});
            companies.push(id(&admin.post("/api/admin/companies", &company).await?)?);
        }
        let first = companies.first().context("no company")?;
        let collaborator = invited(&admin, origin, "collaborator", first).await?;
        let manager = invited(&admin, origin, "manager", first).await?;
        let collaborator_id = me(&collaborator).await?;

        let mut agents = Vec::new();
        for number in 0..AGENTS {
            let person = json!({
                "name": format!("Agente {number}"), "email": format!("agente{number}@desk.example"),
                "role": "agent",
            });
            agents.push(id(&admin.post("/api/admin/users", &person).await?)?);
        }
        let mut requesters = vec![(collaborator_id, *first)];
        for (number, company) in (0..REQUESTERS).zip(companies.iter().cycle()) {
            let person = json!({
                "name": format!("Pessoa {number}"), "email": format!("p{number}@cliente.example"),
                "role": "collaborator", "companyId": company,
            });
            let person = id(&admin.post("/api/admin/users", &person).await?)?;
            requesters.push((person, *company));
        }
        let ticket = admin.post("/api/tickets", &json!({"subject": "Primeiro chamado"})).await?;
        let queue = id(&ticket["queue"])?;
        Ok(Self {
            collaborator_id,
            manager_id: me(&manager).await?,
            admin_id: me(&admin).await?,
            admin,
            collaborator,
            manager,
            agents,
            requesters,
            queue,
        })
    }

    /// The same people where the product is after a restart.
    pub(super) fn at(self, origin: &str) -> Self {
        Self {
            admin: self.admin.at(origin),
            collaborator: self.collaborator.at(origin),
            manager: self.manager.at(origin),
            ..self
        }
    }
}

async fn invited(admin: &Browser, origin: &str, role: &str, company: &Uuid) -> Result<Browser> {
    let email = format!("{role}@cliente.example");
    let invite = json!({"email": email, "role": role, "companyId": company});
    let invite = admin.post("/api/admin/invites", &invite).await?;
    let link = invite["url"].as_str().context("an invite without link")?;
    Browser::accept(origin, link, role, PASSWORD).await
}

async fn me(browser: &Browser) -> Result<Uuid> {
    id(&browser.get("/api/me").await?["user"])
}

fn id(record: &Value) -> Result<Uuid> {
    let id = record["id"].as_str().with_context(|| format!("no id in {record}"))?;
    Ok(id.parse()?)
}
