//! `ChatService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
    page::PageRequest,
};
use chamados_proto::ticket::v1::{self as pb, chat_service_server::ChatService};
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{
        App,
        chats::{self, NewMessage},
    },
    domain::{ChatId, ChatText},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl ChatService for Api {
    async fn start_chat(
        &self,
        request: Request<pb::StartChatRequest>,
    ) -> Result<Response<pb::Chat>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let repeat = decode::repeat(&request.request_id, request);
        let chat = chats::start(&self.0, &cx, repeat, ticket).await.map_err(status)?;
        Ok(Response::new(chat.into()))
    }

    async fn list_chats(
        &self,
        request: Request<pb::ListChatsRequest>,
    ) -> Result<Response<pb::ListChatsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let page = decode::page(request.page_size, &request.page_token).map_err(status)?;
        let page = chats::list(&self.0, &cx, ticket, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListChatsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            chats: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn send_chat_message(
        &self,
        request: Request<pb::SendChatMessageRequest>,
    ) -> Result<Response<pb::ChatMessage>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_message(request.get_ref()).map_err(status)?;
        let message = chats::send(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(message.into()))
    }

    async fn list_chat_messages(
        &self,
        request: Request<pb::ListChatMessagesRequest>,
    ) -> Result<Response<pb::ListChatMessagesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let (chat, after, limit) = wanted(request.get_ref()).map_err(status)?;
        let page = chats::list_messages(&self.0, &cx, chat, after, limit).await;
        let (messages, last_sequence) = page.map_err(status)?;
        let messages = messages.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListChatMessagesResponse { messages, last_sequence }))
    }

    async fn mark_chat_read(
        &self,
        request: Request<pb::MarkChatReadRequest>,
    ) -> Result<Response<pb::Chat>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let chat = decode::id("chat_id", &request.chat_id).map_err(status)?;
        let sequence = number("sequence", request.sequence).map_err(status)?;
        let chat = chats::mark_read(&self.0, &cx, chat, sequence).await.map_err(status)?;
        Ok(Response::new(chat.into()))
    }

    async fn end_chat(
        &self,
        request: Request<pb::EndChatRequest>,
    ) -> Result<Response<pb::Chat>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let chat = decode::id("chat_id", &request.chat_id).map_err(status)?;
        let repeat = decode::repeat(&request.request_id, request);
        let chat = chats::end(&self.0, &cx, repeat, chat).await.map_err(status)?;
        Ok(Response::new(chat.into()))
    }
}

fn new_message(request: &pb::SendChatMessageRequest) -> Result<NewMessage, Invalid> {
    let mut checks = Checks::default();
    let chat = checks.take("chat_id", request.chat_id.parse());
    let body = checks.take("body", ChatText::parse(&request.body));
    match (chat, body) {
        (Some(chat), Some(body)) => {
            let repeat = decode::repeat(&request.request_id, request);
            checks.finish().map(|()| NewMessage { repeat, chat, body })
        }
        _ => Err(checks.into_invalid()),
    }
}

/// Which messages: of which chat, after which number, and how many.
fn wanted(request: &pb::ListChatMessagesRequest) -> Result<(ChatId, i64, u32), Invalid> {
    let chat = decode::id("chat_id", &request.chat_id)?;
    let after = number("after_sequence", request.after_sequence)?;
    // The number is the page's token, so there is none to read.
    let page = PageRequest::<i64>::parse(request.page_size, "")?;
    Ok((chat, after, page.size))
}

fn number(field: &'static str, number: i64) -> Result<i64, Invalid> {
    if number < 0 { Err(Invalid::field(field, "must not be negative")) } else { Ok(number) }
}
