//! `UserMoved`: no device of the tenant is the person's any more.

use chamados_chassis::bus::{self, HandlerError};
use chamados_proto::{event::v1::Event, identity::v1::UserMoved};
use chamados_store_kit::inbox::Fact;

use crate::app::{
    App,
    users::{self, Departure},
};

pub(super) const TYPES: &[&str] = &["chamados.identity.v1.UserMoved"];

pub(super) struct Handler {
    pub(super) app: App,
}

#[tonic::async_trait]
impl bus::Handler for Handler {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let fact = Fact::<UserMoved>::open(event)?;
        let by = fact.actor.and_then(|actor| actor.try_into().ok());
        let departure = Departure {
            event: fact.id,
            tenant: fact.tenant,
            user: fact.payload.user_id.parse().map_err(|_| reject("no person"))?,
            by: by.ok_or_else(|| reject("nobody did it"))?,
        };
        users::depart(&self.app, &departure).await.map_err(HandlerError::retry)
    }
}

fn reject(what: &str) -> HandlerError {
    HandlerError::Rejected(format!("departure: {what}"))
}
