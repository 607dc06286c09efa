//! Identity for a command: its rows are opened directly, so that it works whether the server runs or
//! not, and who acts is the command itself.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::Principal,
    clock::{self, SharedClock},
    context::CallContext,
    shutdown::Shutdown,
};
use chamados_identity as identity;

use crate::{backends::Backends, config::Config, database};

/// Who the audit log says it was.
const NAME: &str = "chamados admin";
/// How long a command may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Identity, and who acts on it.
pub struct Operator {
    /// The service, not served.
    pub identity: identity::Service,
    /// The command's call.
    pub cx: CallContext,
    /// Says what time it is.
    pub clock: SharedClock,
    shutdown: Shutdown,
}

impl Operator {
    /// Opens identity's rows as `config` says. SQLite's tables are made or brought up to date.
    ///
    /// # Errors
    /// When the database is away or its tables are not those of this version.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let shutdown = Shutdown::new();
        let backends = Backends::open(config, clock::system(), &shutdown)?;
        let db = database::open_now(config, "identity", identity::migrations()).await?;
        let service = identity::Service::new(identity::Deps {
            db,
            clock: backends.clock.clone(),
            keyring: backends.keyring.clone(),
            // With Redis, browsers of the running server hear of it at once.
            signals: Arc::clone(&backends.signals),
            public_url: config.gateway.public_url.clone(),
            mail: config.mail()?,
        })?;
        let principal = Principal::Service { name: NAME.to_owned(), tenant: None };
        let deadline = backends.clock.instant() + TIMEOUT;
        let cx = CallContext::new(principal, None, "".into(), deadline);
        Ok(Self { identity: service, cx, clock: backends.clock, shutdown })
    }

    /// Ends what opening began.
    pub fn close(self) {
        self.shutdown.request();
    }
}
