//! What was administered in the other services goes into the audit log.

use std::sync::Arc;

use chamados_chassis::{
    auth::Actor,
    bus::{Consumer, Handler, HandlerError},
};
use chamados_proto::event::v1::{AdministrativeChange, Event};
use chamados_store_kit::inbox::Fact;

use crate::app::{App, audit};

const GROUP: &str = "identity.audit";

/// The consumer.
pub fn consumer(app: App) -> Consumer {
    Consumer {
        group: GROUP,
        types: &["chamados.event.v1.AdministrativeChange"],
        handler: Arc::new(WriteDown(app)),
    }
}

struct WriteDown(App);

#[tonic::async_trait]
impl Handler for WriteDown {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let fact = Fact::<AdministrativeChange>::open(event)?;
        let actor = fact.actor.clone().and_then(|actor| Actor::try_from(actor).ok());
        let actor =
            actor.ok_or_else(|| HandlerError::Rejected(format!("event {}: no actor", event.id)))?;
        audit::take(&self.0, GROUP, actor, fact).await.map_err(HandlerError::retry)
    }
}
