//! What can be done: one function a use case, each in one transaction.

pub mod api_keys;
pub mod audit;
pub mod companies;
pub mod enrolment;
pub mod hasher;
pub mod invites;
pub mod jobs;
pub mod links;
pub mod mail;
pub mod merges;
pub mod operator;
pub mod passwords;
pub mod service_accounts;
pub mod sessions;
pub mod setup;
pub mod tenants;
mod throttle;
pub mod update_user;
pub mod users;

use std::sync::Arc;

use chamados_chassis::{
    auth::{Audience, Keyring},
    bus::SignalBus,
    clock::SharedClock,
    id::TenantId,
};
use chamados_proto::event::v1::Signal;
use chamados_store_kit::Db;

use self::{hasher::Hasher, links::Links, mail::Outgoing};

/// What the use cases need. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Identity's rows.
    pub db: Db,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Signs principal tokens.
    pub keyring: Arc<Keyring>,
    /// Tells browsers what changed.
    pub signals: Arc<dyn SignalBus>,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Makes one-time links.
    pub links: Links,
    /// Queues e-mail.
    pub mail: Outgoing,
}

impl App {
    /// Tells staff, and whoever else `audience` names, that records changed.
    async fn signal(&self, tenant: TenantId, topic: &str, id: String, audience: Audience) {
        let signal = Signal {
            tenant_id: tenant.to_string(),
            topic: topic.to_owned(),
            ids: vec![id],
            audience: Some(audience.into()),
        };
        self.signals.publish(signal).await;
    }
}
