//! Hints to open panels, after the commit.

use chamados_chassis::{auth::Audience, id::UserId};
use chamados_proto::event::v1::Signal;

use super::App;
use crate::domain::{ChatId, Ticket};

/// A ticket, its conversation or its timeline changed.
const CHANGED: &str = "ticket.changed";
/// Somebody was mentioned; the ids are the ticket's, then theirs.
const MENTIONED: &str = "ticket.mentioned";
/// A live chat began or ended, or somebody wrote or read in it.
const CHAT: &str = "ticket.chat";
/// Somebody came to a ticket, does something else there, or went away.
const ACTIVITY: &str = "ticket.activity";

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

    /// Says who of the staff was mentioned on a ticket, to staff alone: it may have been in a note.
    pub(super) async fn mentioned(&self, ticket: &Ticket, people: &[UserId]) {
        if !people.is_empty() {
            let people = people.iter().map(ToString::to_string);
            let ids = std::iter::once(ticket.id.to_string()).chain(people).collect();
            self.publish(MENTIONED, ticket, ids, Audience::staff()).await;
        }
    }

    /// Says that somebody wrote or read in a chat.
    pub(super) async fn chat_changed(&self, ticket: &Ticket, chat: ChatId) {
        let ids = vec![ticket.id.to_string(), chat.to_string()];
        self.publish(CHAT, ticket, ids, ticket.audience()).await;
    }

    /// Says that a chat began or ended, of which the ticket's timeline tells.
    pub(super) async fn chat_began_or_ended(&self, ticket: &Ticket, chat: ChatId) {
        self.chat_changed(ticket, chat).await;
        self.ticket_changed(None, ticket).await;
    }

    /// Says that somebody does something else at a ticket.
    pub(super) async fn activity_changed(&self, ticket: &Ticket, audience: Audience) {
        self.publish(ACTIVITY, ticket, vec![ticket.id.to_string()], audience).await;
    }

    async fn signal(&self, ticket: &Ticket, audience: Audience) {
        self.publish(CHANGED, ticket, vec![ticket.id.to_string()], audience).await;
    }

    async fn publish(&self, topic: &str, ticket: &Ticket, ids: Vec<String>, audience: Audience) {
        let signal = Signal {
            tenant_id: ticket.tenant.to_string(),
            topic: topic.to_owned(),
            ids,
            audience: Some(audience.into()),
        };
        self.signals.publish(signal).await;
    }
}
