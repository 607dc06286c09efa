//! A desk with something of everything, made as people make it.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{
    command,
    http::{Client, text},
    product::{ADMIN, PASSWORD, Product},
};

/// Sessions that may be ended while others go on.
const SPARE_SESSIONS: usize = 8;

/// The product with people, tickets, a computer and the rest.
pub(super) struct Desk<'a> {
    product: &'a Product,
    known: Value,
}

impl<'a> Desk<'a> {
    /// Fills the product.
    ///
    /// # Errors
    /// It refuses something.
    pub(super) fn open(product: &'a Product, programs: &Path) -> Result<Self> {
        let mut admin = product.set_up()?;
        let acme = json!({"name": "Acme Ltda.", "nickname": "acme"});
        let acme = admin.post("/api/admin/companies", &acme)?;
        let zenith = json!({"name": "Zênite S.A.", "nickname": "zenite"});
        let zenith = text(&admin.post("/api/admin/companies", &zenith)?, "id")?;
        let company = text(&acme, "id")?;

        for (name, role) in [("Bia Agente", "agent"), ("Duda Colaboradora", "collaborator")] {
            let company = (role == "collaborator").then_some(&company);
            let invite = json!({"email": address(role), "role": role, "companyId": company});
            let url = text(&admin.post("/api/admin/invites", &invite)?, "url")?;
            product.accept(&url, name)?;
        }
        let mut invites = Vec::new();
        for number in 0..6 {
            let email = format!("convite{number}@acme.example");
            let invite = json!({"email": email, "role": "manager", "companyId": company});
            invites.push(text(&admin.post("/api/admin/invites", &invite)?["invite"], "id")?);
        }

        // Those to whom anything may be done; the people of the runs are none of them.
        let mut people = Vec::new();
        for (name, role) in [
            ("Ana Souza", "collaborator"),
            ("Caio Lima", "manager"),
            ("Téo Prado", "collaborator"),
            ("Iara Agente", "agent"),
        ] {
            let email = format!("{}@acme.example", people.len());
            let company = (role != "agent").then_some(&company);
            let person = json!({"name": name, "email": email, "role": role, "companyId": company});
            people.push(text(&admin.post("/api/admin/users", &person)?, "id")?);
        }
        // Of people who are there, and free ones.
        let emails: Vec<_> = (0..4 * people.len()).map(|n| format!("{n}@acme.example")).collect();

        let code = text(&acme, "provisioningCode")?;
        enroll(product, programs, &code, &address("collaborator"))?;
        let devices = ids(&admin.get("/api/admin/devices")?);
        let device = devices.first().context("the computer did not become a device")?;
        let link = json!({"machineId": device, "email": emails[0]});
        admin.post("/api/admin/devices/links", &link)?;

        let mut tickets = Vec::new();
        let mut collaborator = Client::sign_in(&product.http, &address("collaborator"), PASSWORD)?;
        for (subject, priority) in [("Impressora sem papel", "low"), ("Sem rede", "urgent")] {
            let ticket = json!({"subject": subject, "description": "<p>Desde ontem.</p>"});
            tickets.push(text(&collaborator.post("/api/tickets", &ticket)?, "id")?);
            let ticket = json!({
                "subject": subject, "priority": priority, "requesterId": people[0], "deviceId": device,
            });
            tickets.push(text(&admin.post("/api/tickets", &ticket)?, "id")?);
        }
        admin.post(&format!("/api/tickets/{}/start", tickets[0]), &json!({}))?;
        let comment = json!({"body": "<p>Vou ver.</p>", "visibility": "public"});
        admin.post(&format!("/api/tickets/{}/comments", tickets[0]), &comment)?;
        admin.post(&format!("/api/tickets/{}/start", tickets[1]), &json!({}))?;
        admin.post(&format!("/api/tickets/{}/resolve", tickets[1]), &json!({}))?;

        let account = json!({"name": "Backup"});
        let account = text(&admin.post("/api/admin/service-accounts", &account)?, "id")?;
        let key = json!({"scopes": ["tickets.read"]});
        let keys = format!("/api/admin/service-accounts/{account}/keys");
        let key = text(&admin.post(&keys, &key)?["key"], "id")?;

        let queues = ids(&admin.get("/api/queues")?);
        let jobs = texts(&admin.get("/api/admin/jobs")?, "key");
        let mut runs = Vec::new();
        for job in jobs.iter().take(2) {
            runs.push(text(
                &admin.post(&format!("/api/admin/jobs/{job}/run"), &json!({}))?,
                "runId",
            )?);
        }
        let companies = [company, zenith];
        let known = json!({
            "path": {
                "/api/tickets/{id}": tickets,
                "/api/admin/companies/{id}": companies,
                "/api/admin/users/{id}": people,
                "/api/admin/invites/{id}": invites,
                "/api/admin/service-accounts/{id}": [account],
                "/api/admin/service-accounts/{id}/keys/{keyId}": [key],
                "/api/admin/devices/{id}": devices,
                "/api/admin/jobs/{name}": jobs,
                "/api/admin/runs/{id}": runs,
            },
            "field": {
                "companyId": companies, "queueId": queues, "deviceId": devices,
                "machineId": devices, "userId": people, "intoUserId": people,
                "requesterId": people, "assigneeId": [people[3]], "email": emails,
            },
        });
        Ok(Self { product, known })
    }

    /// Records that are there.
    pub(super) const fn known(&self) -> &Value {
        &self.known
    }

    /// The same with sessions of somebody, made for it.
    ///
    /// # Errors
    /// The product refuses them.
    pub(super) fn known_with_sessions(&self, role: &str) -> Result<Value> {
        for _ in 0..SPARE_SESSIONS {
            self.sign_in(role)?;
        }
        let sessions = self.sign_in(role)?.get("/api/me/sessions?pageSize=100")?;
        let spare: Vec<_> = ids(&sessions).into_iter().skip(2).take(SPARE_SESSIONS - 1).collect();
        let mut known = self.known.clone();
        known["path"]["/api/me/sessions/{id}"] = json!(spare);
        Ok(known)
    }

    /// A new session of the person of a role.
    ///
    /// # Errors
    /// The product refuses it.
    pub(super) fn sign_in(&self, role: &str) -> Result<Client> {
        Client::sign_in(&self.product.http, &address(role), PASSWORD)
    }
}

/// Of the person in whose name is asked.
fn address(role: &str) -> String {
    match role {
        "admin" => ADMIN.to_owned(),
        role => format!("{role}@desk.example"),
    }
}

/// Makes this machine a device, as its agent does.
fn enroll(product: &Product, programs: &Path, code: &str, email: &str) -> Result<()> {
    command::run(
        Command::new(programs.join("chamados-agent"))
            .args(["enroll", "--server", &product.grpc, "--code", code, "--email", email])
            .arg("--state-dir")
            .arg(product.folder().join("agent"))
            .stdout(std::process::Stdio::null()),
    )
}

fn ids(list: &Value) -> Vec<String> {
    texts(list, "id")
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item[field].as_str().map(str::to_owned)).collect()
}
