//! Tickets are opened and worked on.

use anyhow::{Context as _, Result};
use chamados_chassis::auth::Principal;
use chamados_proto::ticket::v1::{
    AssignTicketRequest, CreateCommentRequest, CreateTicketRequest, PauseTicketRequest,
    ReopenTicketRequest, ResolveTicketRequest, StartTicketRequest, Visibility,
    comment_service_client::CommentServiceClient, ticket_service_client::TicketServiceClient,
};

use super::Play;
use crate::plan::{Act, Opener};

impl Play {
    pub(super) async fn open(&mut self, place: usize) -> Result<()> {
        let ticket = &self.plan.tickets[place];
        let requester = self.user(ticket.requester)?;
        let (opener, named) = match ticket.opener {
            Opener::Requester => (self.person(ticket.requester)?.clone(), None),
            Opener::Staff(by) => (self.person(by)?.clone(), Some(requester)),
            Opener::Machine => {
                (self.device(ticket.machine.context("no computer to ask by")?)?, None)
            }
        };
        let device_id = ticket.machine.map(|machine| self.computers[machine].id.clone());
        let request = CreateTicketRequest {
            subject: ticket.subject.clone(),
            description: paragraph(&ticket.text),
            queue_id: ticket.queue.as_ref().and_then(|name| self.queues.get(name)).cloned(),
            requester_id: named,
            device_id: device_id.filter(|_| ticket.opener != Opener::Machine),
            priority: ticket.priority.into(),
            category_id: self.categories.get(&ticket.category).cloned(),
            tags: ticket.tags.clone(),
            ..CreateTicketRequest::default()
        };
        let request = self.stage.call(&opener, request)?;
        let made =
            TicketServiceClient::new(self.stage.services.clone()).create_ticket(request).await?;
        self.tickets[place] = made.into_inner().id;
        Ok(())
    }

    pub(super) async fn act(&mut self, place: usize, act: &Act) -> Result<()> {
        let (stage, id, request_id) = (&self.stage, self.tickets[place].clone(), String::new());
        let mut client = TicketServiceClient::new(stage.services.clone());
        match act {
            Act::Assign { by, to } => {
                let assignee_id = Some(self.user(*to)?);
                let request = AssignTicketRequest { request_id, id, assignee_id, version: 0 };
                client.assign_ticket(stage.call(self.person(*by)?, request)?).await?;
            }
            Act::Start { by } => {
                let request = StartTicketRequest { request_id, id, version: 0 };
                client.start_ticket(stage.call(self.person(*by)?, request)?).await?;
            }
            Act::Comment { by, internal, text } => {
                let visibility = if *internal { Visibility::Internal } else { Visibility::Public };
                let request = CreateCommentRequest {
                    ticket_id: id,
                    body: paragraph(text),
                    visibility: visibility.into(),
                    ..CreateCommentRequest::default()
                };
                let mut client = CommentServiceClient::new(stage.services.clone());
                client.create_comment(stage.call(self.person(*by)?, request)?).await?;
            }
            Act::Pause { by, reason, note } => {
                let (reason, note) = ((*reason).into(), note.clone());
                let request = PauseTicketRequest { request_id, id, version: 0, reason, note };
                client.pause_ticket(stage.call(self.person(*by)?, request)?).await?;
            }
            Act::Resolve { by, message } => {
                let message = if message.is_empty() { String::new() } else { paragraph(message) };
                let request = ResolveTicketRequest { request_id, id, version: 0, message };
                client.resolve_ticket(stage.call(self.person(*by)?, request)?).await?;
            }
            Act::Reopen { by, reason } => {
                let request =
                    ReopenTicketRequest { request_id, id, version: 0, reason: reason.clone() };
                client.reopen_ticket(stage.call(self.person(*by)?, request)?).await?;
            }
        }
        Ok(())
    }

    /// Id of somebody.
    pub(super) fn user(&self, place: usize) -> Result<String> {
        match self.person(place)? {
            Principal::Person { user, .. } => Ok(user.to_string()),
            _ => anyhow::bail!("a person who is none"),
        }
    }
}

/// A text of the catalogue as the editor would have made it.
fn paragraph(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<p>{escaped}</p>")
}
