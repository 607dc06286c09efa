//! The product as it is shipped, with a company, its code and a key: what devices need.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::certificates::Certificates;
use crate::{
    browser::Browser,
    devices::{Ledger, Plan, Redis, Watched},
    place::Place,
    product::Product,
};

/// A product that is ready for devices.
pub(super) struct Desk {
    pub(super) product: Product,
    pub(super) code: String,
    pub(super) key: String,
    /// Of the listener for agents, where it speaks TLS.
    certificates: Option<Certificates>,
}

impl Desk {
    /// Starts `program` on a new place.
    pub(super) async fn open(
        program: &Path,
        place: &Place,
        certificates: Option<Certificates>,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let tls: Vec<_> = certificates.iter().flat_map(Certificates::settings).collect();
        let tls = tls.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = settings.iter().copied().chain(tls).collect();
        let mut product = Product::start_with(program, place, &settings)?;
        let token = product.setup_token()?;
        let admin = Browser::set_up(product.origin(), &token).await?;
        let company = json!({"name": "Cliente", "nickname": "cliente"});
        let company = admin.post("/api/admin/companies", &company).await?;
        let code = company["provisioningCode"].as_str().context("a company without code")?;
        let key = key(program, place)?;
        Ok(Self { code: code.to_owned(), key, product, certificates })
    }

    /// Devices of its company, a connection each.
    pub(super) fn plan(&self, devices: usize) -> Plan {
        let mut plan = Plan::new(self.product.agents(), &self.code, devices);
        plan.api_key = Some(self.key.clone());
        if let Some(certificates) = &self.certificates {
            plan.ca_file = Some(certificates.authority().to_owned());
            plan.server = plan.server.replacen("http://", "https://", 1);
        }
        plan
    }

    /// Everybody who works for it.
    pub(super) async fn watched(&self, place: &Place) -> Result<Watched> {
        let redis = match place.redis_url() {
            Some(url) => Some(Redis::open(url).await?),
            None => None,
        };
        Ok(Watched {
            server: Some(self.product.id()),
            database: place.database_process(),
            ledger: Some(Ledger::open(&place.url()).await?),
            redis,
        })
    }
}

/// Makes a key as an operator does.
fn key(program: &Path, place: &Place) -> Result<String> {
    let mut create = Command::new(program);
    create.args(["admin", "api-key", "create", "--name", "bench"]);
    create.args(["--scope", "devices.read", "--scope", "devices.manage"]);
    create.arg("--data-dir").arg(place.data());
    if let Some(url) = place.postgres_url() {
        create.args(["--database-url", url]);
    }
    if let Some(url) = place.redis_url() {
        create.args(["--redis-url", url]);
    }
    let made = create.output().context("cannot make a key")?;
    let said = String::from_utf8_lossy(&made.stderr);
    ensure!(made.status.success(), "no key is made: {said}");
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}
