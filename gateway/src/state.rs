//! What every handler has at hand.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::Keyring, clock::SharedClock, config::ConfigError, health::Health, telemetry::Metrics,
};

use crate::{
    Deps,
    clients::Clients,
    config::{Config, Origin},
    live::Hub,
};

/// State of the gateway. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gateway(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) clients: Clients,
    pub(crate) clock: SharedClock,
    pub(crate) config: Config,
    pub(crate) health: Health,
    pub(crate) hub: Hub,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) metrics: Metrics,
    pub(crate) origin: Origin,
}

impl Gateway {
    pub(crate) fn new(deps: Deps) -> Result<Self, ConfigError> {
        let hub = Hub::new(deps.signals, deps.config.live_streams);
        hub.watched_by(&deps.metrics, deps.config.live_streams);
        Ok(Self(Arc::new(Parts {
            origin: Origin::of(&deps.config)?,
            hub,
            clients: Clients::new(deps.identity, deps.ticket, deps.device, deps.scheduler),
            clock: deps.clock,
            config: deps.config,
            health: deps.health,
            keyring: deps.keyring,
            metrics: deps.metrics,
        })))
    }

    /// How long a request may take.
    pub(crate) fn time_limit(&self) -> Duration {
        Duration::from_secs(self.0.config.deadline_seconds)
    }
}

impl std::ops::Deref for Gateway {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
