//! How services tell each other what happened, in two ways:
//!
//! - **Facts** ([`EventBus`]) are committed changes. They go outbox → bus → inbox, arrive at least
//!   once, and consumers recognise repeats by the event's id.
//! - **Signals** ([`SignalBus`]) are hints. They may be lost, carry only ids, and make the reader
//!   fetch again.

use std::sync::Arc;

use chamados_proto::event::v1::{Event, Signal};
use tokio::sync::broadcast;

use crate::error::Describe;

/// The bus could not take or give something. Worth another try.
#[derive(Debug, thiserror::Error)]
#[error("event bus: {0}")]
pub struct BusError(pub String);

/// Why a handler did not take an event.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// The event can never be taken, for example because it cannot be decoded. It is logged and
    /// dropped.
    #[error("cannot be handled: {0}")]
    Rejected(String),
    /// Something was away. The event comes again.
    #[error("{0}")]
    Retry(Box<dyn std::error::Error + Send + Sync>),
}

impl HandlerError {
    /// An error of a use case: worth another try.
    pub fn retry(error: impl Describe) -> Self {
        Self::Retry(Box::new(error))
    }
}

/// What a service does on a fact.
#[tonic::async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Takes one event, in one transaction with the inbox row that remembers it.
    async fn handle(&self, event: &Event) -> Result<(), HandlerError>;
}

/// A service's interest in some facts.
#[derive(Clone)]
pub struct Consumer {
    /// Stable name of the reader; replicas with the same name share the events.
    pub group: &'static str,
    /// Full names of the payload messages it takes.
    pub types: &'static [&'static str],
    /// What it does.
    pub handler: Arc<dyn Handler>,
}

/// Carries facts from outboxes to consumers.
#[tonic::async_trait]
pub trait EventBus: Send + Sync + 'static {
    /// Hands events over for good: after `Ok` they reach every attached group, or come back to
    /// the outbox.
    async fn publish(&self, events: &[Event]) -> Result<(), BusError>;

    /// Names what the bus remembers. Another name than before means that events it took may be
    /// lost, and that outboxes send those of the last day again. A bus that forgets nothing keeps
    /// the empty name.
    async fn incarnation(&self) -> Result<String, BusError> {
        Ok(String::new())
    }

    /// Starts to deliver to a consumer, until shutdown.
    async fn attach(&self, consumer: Consumer) -> Result<(), BusError>;
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Heard {
    /// A hint.
    Signal(Arc<Signal>),
    /// Signals may have been lost here; fetch everything again.
    Gap,
}

/// Carries signals from services to whoever listens now.
#[tonic::async_trait]
pub trait SignalBus: Send + Sync + 'static {
    /// Tells everybody who listens. Failure is logged, never returned: a signal may be lost.
    async fn publish(&self, signal: Signal);

    /// Listens from now on. A receiver that lags sees `Lagged`, which is a gap too.
    fn listen(&self) -> broadcast::Receiver<Heard>;
}
