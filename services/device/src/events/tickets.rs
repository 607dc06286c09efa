//! `TicketOpened` and `TicketResolved`, for the timelines of the devices they are about.

use chamados_chassis::bus::{self, HandlerError};
use chamados_proto::{
    event::v1::Event,
    ticket::v1::{TicketOpened, TicketResolved},
};
use chamados_store_kit::inbox::Fact;
use prost::Name as _;

use crate::{
    app::{
        App,
        tickets::{self, TicketNote},
    },
    domain::timeline::Kind,
};

pub(super) const TYPES: &[&str] =
    &["chamados.ticket.v1.TicketOpened", "chamados.ticket.v1.TicketResolved"];

pub(super) struct Handler {
    pub(super) app: App,
}

#[tonic::async_trait]
impl bus::Handler for Handler {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let Some(note) = note(event)? else { return Ok(()) };
        tickets::note(&self.app, note).await.map_err(HandlerError::retry)
    }
}

/// The note of a ticket about a device; none when it is about none.
fn note(event: &Event) -> Result<Option<TicketNote>, HandlerError> {
    if event.r#type == TicketOpened::full_name() {
        let fact = Fact::<TicketOpened>::open(event)?;
        let TicketOpened { device_id, number, subject, .. } = fact.payload.clone();
        read(&fact, Kind::TicketOpened, device_id.as_deref(), number, &subject)
    } else {
        let fact = Fact::<TicketResolved>::open(event)?;
        let TicketResolved { device_id, number, subject, .. } = fact.payload.clone();
        read(&fact, Kind::TicketResolved, device_id.as_deref(), number, &subject)
    }
}

fn read<M>(
    fact: &Fact<M>,
    kind: Kind,
    device: Option<&str>,
    number: i64,
    subject: &str,
) -> Result<Option<TicketNote>, HandlerError> {
    let Some(device) = device else { return Ok(None) };
    let device = device.parse().map_err(|_| HandlerError::Rejected("device id".to_owned()))?;
    let actor = fact.actor.clone().and_then(|actor| actor.try_into().ok());
    Ok(Some(TicketNote {
        event: fact.id,
        tenant: fact.tenant,
        device,
        ticket: fact.subject.into(),
        kind,
        actor: actor.ok_or_else(|| HandlerError::Rejected("actor".to_owned()))?,
        occurred_at: fact.occurred_at,
        note: format!("#{number} {subject}"),
    }))
}
