//! A person left the tenant: their open tickets become nobody's.

use std::sync::Arc;

use chamados_chassis::bus::{Consumer, Handler, HandlerError};
use chamados_proto::{event::v1::Event, identity::v1::UserMoved};
use chamados_store_kit::inbox::Fact;

use crate::app::{
    App,
    users::{self, Departure},
};

/// The consumer.
pub fn consumer(app: App) -> Consumer {
    Consumer {
        group: users::DEPARTURES,
        types: &["chamados.identity.v1.UserMoved"],
        handler: Arc::new(ReleaseTickets(app)),
    }
}

struct ReleaseTickets(App);

#[tonic::async_trait]
impl Handler for ReleaseTickets {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let fact = Fact::<UserMoved>::open(event)?;
        let by = fact.actor.and_then(|actor| actor.try_into().ok());
        let departure = Departure {
            event: fact.id,
            tenant: fact.tenant,
            user: fact.payload.user_id.parse().map_err(|_| reject("no person"))?,
            by: by.ok_or_else(|| reject("nobody did it"))?,
        };
        users::depart(&self.0, &departure).await.map_err(HandlerError::retry)
    }
}

fn reject(what: &str) -> HandlerError {
    HandlerError::Rejected(format!("departure: {what}"))
}
