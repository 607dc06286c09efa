//! `CommentService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, comment_service_server::CommentService};
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{
        App,
        comments::{self, NewComment},
    },
    domain::{RichText, rich_text::MOST_MENTIONS},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl CommentService for Api {
    async fn create_comment(
        &self,
        request: Request<pb::CreateCommentRequest>,
    ) -> Result<Response<pb::Comment>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_comment(request.get_ref()).map_err(status)?;
        let comment = comments::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(comment.into()))
    }

    async fn list_comments(
        &self,
        request: Request<pb::ListCommentsRequest>,
    ) -> Result<Response<pb::ListCommentsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let page = decode::page(request.page_size, &request.page_token).map_err(status)?;
        let page = comments::list(&self.0, &cx, ticket, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListCommentsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            comments: page.items.into_iter().map(Into::into).collect(),
        }))
    }
}

fn new_comment(request: &pb::CreateCommentRequest) -> Result<NewComment, Invalid> {
    let mut checks = Checks::default();
    let ticket = checks.take("ticket_id", request.ticket_id.parse());
    let attachments = decode::attachments(&mut checks, &request.attachment_ids);
    // Files say something by themselves.
    let read = if attachments.is_empty() { RichText::parse_filled } else { RichText::parse };
    let body = checks.take("body", read(&request.body));
    let mentioned = body.as_ref().map_or(0, |body| body.mentions().len());
    checks.ensure("body", mentioned <= MOST_MENTIONS, decode::TOO_MANY_MENTIONS);
    let visibility = checks.take("visibility", decode::comment_visibility(request.visibility()));
    match (ticket, body, visibility) {
        (Some(ticket), Some(body), Some(visibility)) => {
            let repeat = decode::repeat(&request.request_id, request);
            let new = NewComment { repeat, ticket, body, visibility, attachments };
            checks.finish().map(|()| new)
        }
        _ => Err(checks.into_invalid()),
    }
}
