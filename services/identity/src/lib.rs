//! Identity: tenants, companies, people, devices' accounts, sessions. What it owns and tells is in
//! the README beside this crate.

pub mod api;
pub mod app;
pub mod domain;
pub mod error;
pub mod events;
pub mod mail;
pub mod store;

use std::sync::Arc;

use chamados_chassis::{
    auth::Keyring,
    bus::{Consumer, SignalBus},
    clock::SharedClock,
    shutdown::Shutdown,
};
use chamados_store_kit::Db;
use tokio::sync::Notify;
use tonic::service::Routes;

use crate::{
    app::{App, hasher::Hasher, links::Links, mail::Outgoing},
    mail::Mailer,
};

pub use error::Error;
pub use mail::MailConfig;
pub use store::{archive::Owner as ArchiveOwner, migrations::migrations};

/// What the service needs.
pub struct Deps {
    /// Identity's own rows.
    pub db: Db,
    /// Says what time it is.
    pub clock: SharedClock,
    /// Signs principal tokens; must hold a secret key.
    pub keyring: Arc<Keyring>,
    /// Tells browsers what changed.
    pub signals: Arc<dyn SignalBus>,
    /// The address people open, for links.
    pub public_url: String,
    /// The mail server, when there is one.
    pub mail: Option<MailConfig>,
}

/// The service.
#[derive(Clone)]
pub struct Service {
    app: App,
    mailer: Option<Mailer>,
}

impl Service {
    /// gRPC paths that need no principal.
    pub const PUBLIC_METHODS: &'static [&'static str] = api::PUBLIC_METHODS;

    /// Makes the service.
    ///
    /// # Errors
    /// When the ring cannot sign, passwords cannot be hashed, or the mail server's settings cannot be
    /// read.
    pub fn new(deps: Deps) -> Result<Self, Error> {
        deps.keyring.require_signing()?;
        let Deps { db, clock, keyring, signals, public_url, mail } = deps;
        let links = Links::new(&keyring, &public_url)?;
        let wake = mail.is_some().then(Arc::<Notify>::default);
        let mailer = match (&mail, &wake) {
            (Some(config), Some(wake)) => {
                let (db, clock) = (db.clone(), clock.clone());
                Some(Mailer::new(config, db, clock, links.clone(), wake.clone())?)
            }
            _ => None,
        };
        let (hasher, mail) = (Hasher::new()?, Outgoing { wake });
        Ok(Self { app: App { db, clock, keyring, signals, hasher, links, mail }, mailer })
    }

    /// Password hashes begun since the start: what sign-ins cost.
    #[must_use]
    pub fn password_hashes(&self) -> u64 {
        self.app.hasher.computed()
    }

    /// The use cases, for commands that work on the rows without a server.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Every RPC, without layers.
    #[must_use]
    pub fn routes(&self) -> Routes {
        api::routes(&self.app)
    }

    /// Facts it wants.
    #[must_use]
    pub fn consumers(&self) -> Vec<Consumer> {
        vec![
            events::administrative_change::consumer(self.app.clone()),
            events::references_moved::consumer(self.app.clone()),
        ]
    }

    /// Starts its background loop, which sends e-mail.
    pub fn start(&self, shutdown: &Shutdown) {
        if let Some(mailer) = &self.mailer {
            shutdown.spawn("mailer", mailer.clone().run(shutdown.clone()));
        }
    }
}
