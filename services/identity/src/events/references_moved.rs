//! A service has moved what referred to an account that was merged.

use std::{collections::BTreeMap, sync::Arc};

use chamados_chassis::bus::{Consumer, Handler, HandlerError};
use chamados_proto::{
    device::v1::DeviceReferencesMoved, event::v1::Event, ticket::v1::TicketReferencesMoved,
};
use chamados_store_kit::inbox::Fact;
use prost::Name as _;

use crate::{
    app::{App, merges},
    domain::merge::Moved,
};

const GROUP: &str = "identity.references_moved";

/// The consumer.
pub fn consumer(app: App) -> Consumer {
    Consumer {
        group: GROUP,
        types: &[
            "chamados.ticket.v1.TicketReferencesMoved",
            "chamados.device.v1.DeviceReferencesMoved",
        ],
        handler: Arc::new(TakeAnswer(app)),
    }
}

struct TakeAnswer(App);

#[tonic::async_trait]
impl Handler for TakeAnswer {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let answer = if event.r#type == TicketReferencesMoved::full_name() {
            of_tickets(Fact::open(event)?)?
        } else {
            of_devices(Fact::open(event)?)?
        };
        merges::references_moved(&self.0, GROUP, answer).await.map_err(HandlerError::retry)
    }
}

fn of_tickets(fact: Fact<TicketReferencesMoved>) -> Result<merges::Answer, HandlerError> {
    let moved = fact.payload.moved.unwrap_or_default();
    let counts = [
        ("tickets_requested", moved.tickets_requested),
        ("tickets_assigned", moved.tickets_assigned),
        ("comments_written", moved.comments_written),
        ("work_sessions", moved.work_sessions),
        ("tickets_watched", moved.tickets_watched),
        ("chat_messages", moved.chat_messages),
    ];
    answer(fact, "ticket", |payload| &payload.merge_id, &counts)
}

fn of_devices(fact: Fact<DeviceReferencesMoved>) -> Result<merges::Answer, HandlerError> {
    let moved = fact.payload.moved.unwrap_or_default();
    let counts =
        [("devices_assigned", moved.devices_assigned), ("devices_linked", moved.devices_linked)];
    answer(fact, "device", |payload| &payload.merge_id, &counts)
}

fn answer<M>(
    fact: Fact<M>,
    service: &str,
    merge_id: impl Fn(&M) -> &String,
    counts: &[(&str, i64)],
) -> Result<merges::Answer, HandlerError> {
    let merge = merge_id(&fact.payload).parse();
    let merge =
        merge.map_err(|_| HandlerError::Rejected(format!("event {}: no merge", fact.id)))?;
    let counts: BTreeMap<_, _> =
        counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
    Ok(merges::Answer {
        event: fact.id,
        tenant: fact.tenant,
        merge,
        moved: Moved { service: service.to_owned(), counts },
        request_id: fact.request_id,
    })
}
