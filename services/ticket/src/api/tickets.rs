//! `TicketService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, ticket_service_server::TicketService};
use prost::Message;
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{
        App,
        tickets::{self, NewTicket, Transition},
        users,
    },
    domain::{Note, PauseReason, Priority, RichText, Subject, Tags, TicketRef},
    error::Error,
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl TicketService for Api {
    async fn create_ticket(
        &self,
        request: Request<pb::CreateTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_ticket(request.get_ref()).map_err(status)?;
        let ticket = tickets::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn get_ticket(
        &self,
        request: Request<pb::GetTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let which = ticket_ref(&request.get_ref().id).map_err(status)?;
        let ticket = tickets::get(&self.0, &cx, which).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn list_tickets(
        &self,
        request: Request<pb::ListTicketsRequest>,
    ) -> Result<Response<pb::ListTicketsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.into_inner();
        let filter = decode::filter(&request.filter.unwrap_or_default()).map_err(status)?;
        let sort = decode::sort(request.sort).map_err(status)?;
        let page = decode::list_page(request.page_size, &request.page_token, sort);
        let page = page.map_err(status)?;
        let page = tickets::list(&self.0, &cx, &filter, sort, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListTicketsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            tickets: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn update_ticket(
        &self,
        request: Request<pb::UpdateTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = request.ticket.clone().unwrap_or_default();
        let target = transition("", &ticket.id, ticket.version, request).map_err(status)?;
        let paths = request.update_mask.as_ref().map_or(&[][..], |mask| &mask.paths);
        let edit = decode::edit(&ticket, paths).map_err(status)?;
        let ticket = tickets::update(&self.0, &cx, target, edit).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn assign_ticket(
        &self,
        request: Request<pb::AssignTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let target = transition(&request.request_id, &request.id, request.version, request);
        let target = target.map_err(status)?;
        let assignee = request.assignee_id.as_ref().map(|id| decode::id("assignee_id", id));
        let assignee = assignee.transpose().map_err(status)?;
        let ticket = tickets::assign(&self.0, &cx, target, assignee).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn start_ticket(
        &self,
        request: Request<pb::StartTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let target = transition(&request.request_id, &request.id, request.version, request);
        let target = target.map_err(status)?;
        let ticket = tickets::start(&self.0, &cx, target).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn pause_ticket(
        &self,
        request: Request<pb::PauseTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let target = transition(&request.request_id, &request.id, request.version, request);
        let target = target.map_err(status)?;
        let (reason, note) = pause(request).map_err(status)?;
        let ticket = tickets::pause(&self.0, &cx, target, reason, note).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn resolve_ticket(
        &self,
        request: Request<pb::ResolveTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let target = transition(&request.request_id, &request.id, request.version, request);
        let target = target.map_err(status)?;
        let message = decode::said("message", &request.message).map_err(status)?;
        let ticket = tickets::resolve(&self.0, &cx, target, message).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn reopen_ticket(
        &self,
        request: Request<pb::ReopenTicketRequest>,
    ) -> Result<Response<pb::Ticket>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let target = transition(&request.request_id, &request.id, request.version, request);
        let target = target.map_err(status)?;
        let reason = Note::parse(&request.reason)
            .map_err(|e| status(Invalid::field("reason", e.to_string())))?;
        let ticket = tickets::reopen(&self.0, &cx, target, reason).await.map_err(status)?;
        Ok(Response::new(ticket.into()))
    }

    async fn list_timeline(
        &self,
        request: Request<pb::ListTimelineRequest>,
    ) -> Result<Response<pb::ListTimelineResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let page = decode::page(request.page_size, &request.page_token).map_err(status)?;
        let above = request.after_version;
        let page =
            tickets::list_timeline(&self.0, &cx, ticket, above, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListTimelineResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            entries: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn get_user_references(
        &self,
        request: Request<pb::GetUserReferencesRequest>,
    ) -> Result<Response<pb::UserReferences>, Status> {
        let cx = CallContext::of(&request)?;
        let user = decode::id("user_id", &request.get_ref().user_id).map_err(status)?;
        let references = users::get_references(&self.0, &cx, user).await.map_err(status)?;
        Ok(Response::new(references.into()))
    }

    async fn list_work_sessions(
        &self,
        request: Request<pb::ListWorkSessionsRequest>,
    ) -> Result<Response<pb::ListWorkSessionsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let page = decode::page(request.page_size, &request.page_token).map_err(status)?;
        let page = tickets::list_work_sessions(&self.0, &cx, ticket, &page).await;
        let page = page.map_err(status)?;
        Ok(Response::new(pb::ListWorkSessionsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            work_sessions: page.items.into_iter().map(Into::into).collect(),
        }))
    }
}

fn new_ticket(request: &pb::CreateTicketRequest) -> Result<NewTicket, Invalid> {
    let mut checks = Checks::default();
    let subject = checks.take("subject", Subject::parse(&request.subject));
    let description = checks.take("description", RichText::parse(&request.description));
    let queue = decode::optional_id(&mut checks, "queue_id", request.queue_id.as_ref());
    let requester = decode::optional_id(&mut checks, "requester_id", request.requester_id.as_ref());
    let company = decode::optional_id(&mut checks, "company_id", request.company_id.as_ref());
    let device = decode::optional_id(&mut checks, "device_id", request.device_id.as_ref());
    let priority = decode::priority(request.priority()).unwrap_or(Priority::Normal);
    let category = decode::optional_id(&mut checks, "category_id", request.category_id.as_ref());
    let tags = checks.take("tags", Tags::parse(&request.tags));
    let watchers = decode::watchers(&mut checks, &request.watcher_ids);
    let attachments = decode::attachments(&mut checks, &request.attachment_ids);
    let repeat = decode::repeat(&request.request_id, request);
    match (subject, description, tags, watchers) {
        (Some(subject), Some(description), Some(tags), Some(watchers)) => {
            checks.finish().map(|()| NewTicket {
                repeat,
                subject,
                description,
                queue,
                requester,
                company,
                device,
                priority,
                category,
                tags,
                watchers,
                attachments,
            })
        }
        _ => Err(checks.into_invalid()),
    }
}

/// Reads an id or a number. What is neither names no ticket.
fn ticket_ref(text: &str) -> Result<TicketRef, Error> {
    let number = || text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let by_id = text.parse().ok().map(TicketRef::Id);
    by_id.or_else(|| number().map(TicketRef::Number)).ok_or(Error::TicketNotFound)
}

fn transition(
    request_id: &str,
    id: &str,
    version: i64,
    message: &impl Message,
) -> Result<Transition, Invalid> {
    let repeat = decode::repeat(request_id, message);
    Ok(Transition { repeat, ticket: decode::id("id", id)?, version })
}

fn pause(request: &pb::PauseTicketRequest) -> Result<(PauseReason, Note), Invalid> {
    let mut checks = Checks::default();
    let reason = checks.take("reason", decode::pause_reason(request.reason()));
    let note = checks.take("note", Note::parse(&request.note));
    let (Some(reason), Some(note)) = (reason, note) else { return Err(checks.into_invalid()) };
    let told = reason != PauseReason::Other || !note.is_empty();
    checks.ensure("note", told, "must be given for the reason \"other\"");
    checks.finish().map(|()| (reason, note))
}
