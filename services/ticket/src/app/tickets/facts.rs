//! Facts told to other services, written in the transaction of the change.

use chamados_chassis::{auth::Actor, context::CallContext};
use chamados_proto::ticket::v1::{TicketOpened, TicketResolved};
use chamados_store_kit::{
    Tx,
    outbox::{self, OutboxEvent},
};
use prost::{Message, Name};

use crate::{domain::Ticket, error::Result};

/// Tells that a ticket was opened.
pub(super) async fn opened(tx: &Tx, cx: &CallContext, ticket: &Ticket, by: Actor) -> Result<()> {
    let payload = TicketOpened {
        ticket_id: ticket.id.to_string(),
        number: ticket.number,
        subject: ticket.subject.to_string(),
        device_id: ticket.device.map(|id| id.to_string()),
    };
    append(tx, cx, ticket, by, payload).await
}

/// Tells that a ticket was resolved.
pub(super) async fn resolved(tx: &Tx, cx: &CallContext, ticket: &Ticket, by: Actor) -> Result<()> {
    let payload = TicketResolved {
        ticket_id: ticket.id.to_string(),
        number: ticket.number,
        subject: ticket.subject.to_string(),
        device_id: ticket.device.map(|id| id.to_string()),
    };
    append(tx, cx, ticket, by, payload).await
}

async fn append<M: Message + Name>(
    tx: &Tx,
    cx: &CallContext,
    ticket: &Ticket,
    actor: Actor,
    payload: M,
) -> Result<()> {
    let event = OutboxEvent {
        tenant: ticket.tenant,
        subject: ticket.id.as_uuid(),
        payload,
        actor,
        request_id: cx.request_id(),
        now: ticket.updated_at,
    };
    outbox::append(tx, event).await?;
    Ok(())
}
