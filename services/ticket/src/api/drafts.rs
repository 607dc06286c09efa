//! `DraftService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, draft_service_server::DraftService};
use chrono::DateTime;
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{App, drafts},
    domain::{CommentVisibility, Line, RichText, Sketch, SketchKind},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl DraftService for Api {
    async fn save_draft(
        &self,
        request: Request<pb::SaveDraftRequest>,
    ) -> Result<Response<pb::Draft>, Status> {
        let cx = CallContext::of(&request)?;
        let draft = request.into_inner().draft.unwrap_or_default();
        let sketch = sketch(&draft).map_err(status)?;
        let sketch = drafts::save(&self.0, &cx, sketch).await.map_err(status)?;
        Ok(Response::new(sketch.into()))
    }

    async fn list_drafts(
        &self,
        request: Request<pb::ListDraftsRequest>,
    ) -> Result<Response<pb::ListDraftsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let ticket = decode::id("ticket_id", &request.get_ref().ticket_id).map_err(status)?;
        let drafts = drafts::list(&self.0, &cx, ticket).await.map_err(status)?;
        let drafts = drafts.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListDraftsResponse { drafts }))
    }

    async fn delete_draft(
        &self,
        request: Request<pb::DeleteDraftRequest>,
    ) -> Result<Response<pb::DeleteDraftResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let mut checks = Checks::default();
        let ticket = checks.take("ticket_id", request.ticket_id.parse());
        let kind = checks.take("kind", decode::sketch_kind(request.kind()));
        let (Some(ticket), Some(kind)) = (ticket, kind) else {
            return Err(status(checks.into_invalid()));
        };
        drafts::delete(&self.0, &cx, ticket, kind).await.map_err(status)?;
        Ok(Response::new(pb::DeleteDraftResponse {}))
    }
}

fn sketch(draft: &pb::Draft) -> Result<Sketch, Invalid> {
    let mut checks = Checks::default();
    let ticket = checks.take("ticket_id", draft.ticket_id.parse());
    let kind = checks.take("kind", decode::sketch_kind(draft.kind()));
    let body = checks.take("body", RichText::parse(&draft.body));
    let subject = checks.take("subject", Line::parse(&draft.subject));
    checks.ensure("base_version", draft.base_version >= 0, "must not be negative");
    let visibility = match kind {
        Some(SketchKind::Comment) => {
            checks.take("visibility", decode::comment_visibility(draft.visibility()))
        }
        _ => Some(CommentVisibility::Public),
    };
    let (Some(ticket), Some(kind), Some(body), Some(subject), Some(visibility)) =
        (ticket, kind, body, subject, visibility)
    else {
        return Err(checks.into_invalid());
    };
    checks.finish()?;
    Ok(Sketch {
        ticket,
        kind,
        body,
        visibility,
        subject,
        base_version: draft.base_version,
        updated_at: DateTime::UNIX_EPOCH,
    })
}
