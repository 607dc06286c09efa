//! Hints to open panels, after the commit.

use chamados_chassis::auth::Audience;
use chamados_proto::event::v1::Signal;

use super::App;
use crate::domain::Ticket;

/// What changed, as listeners know it.
const TOPIC: &str = "ticket.changed";

impl App {
    /// Says that a ticket changed, to everybody who could see it before or can now.
    pub(super) async fn ticket_changed(&self, before: Option<&Ticket>, now: &Ticket) {
        let audience = now.audience();
        if let Some(former) = before.map(Ticket::audience).filter(|former| *former != audience) {
            self.signal(now, former).await;
        }
        self.signal(now, audience).await;
    }

    /// Says that something staff alone may know changed: a note must not show by its trace either.
    pub(super) async fn ticket_changed_for_staff(&self, ticket: &Ticket) {
        self.signal(ticket, Audience::staff()).await;
    }

    async fn signal(&self, ticket: &Ticket, audience: Audience) {
        let signal = Signal {
            tenant_id: ticket.tenant.to_string(),
            topic: TOPIC.to_owned(),
            ids: vec![ticket.id.to_string()],
            audience: Some(audience.into()),
        };
        self.signals.publish(signal).await;
    }
}
