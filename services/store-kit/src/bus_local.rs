//! Facts within one process.

use std::sync::{PoisonError, RwLock};

use chamados_chassis::bus::{BusError, Consumer, EventBus};
use chamados_proto::event::v1::Event;

use crate::delivery::deliver;

/// Delivers in the publisher's task and remembers nothing: the outbox row stays unsent until every
/// consumer has committed its effect.
#[derive(Default)]
pub struct LocalBus {
    consumers: RwLock<Vec<Consumer>>,
}

impl LocalBus {
    /// A bus without consumers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[tonic::async_trait]
impl EventBus for LocalBus {
    /// Gives each event to each consumer. A consumer that does not take one gets none of its later
    /// events of that subject, so that their order stays, but those of other subjects.
    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        let consumers = self.consumers.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut failure = None;
        for consumer in &consumers {
            let mut stuck: Vec<&str> = Vec::new();
            for event in events {
                if stuck.contains(&event.subject_id.as_str()) {
                    continue;
                }
                if let Err(error) = deliver(consumer, event).await {
                    stuck.push(&event.subject_id);
                    failure.get_or_insert(error);
                }
            }
        }
        failure.map_or(Ok(()), |error| Err(BusError(error.to_string())))
    }

    async fn attach(&self, consumer: Consumer) -> Result<(), BusError> {
        self.consumers.write().unwrap_or_else(PoisonError::into_inner).push(consumer);
        Ok(())
    }
}
