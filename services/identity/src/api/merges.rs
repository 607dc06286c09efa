//! `MergeService`.

use chamados_chassis::{
    clock::to_proto,
    context::CallContext,
    error::{Checks, Invalid, status},
    id::UserId,
};
use chamados_proto::identity::v1::{self as pb, merge_service_server::MergeService};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, merges},
    domain::merge::Merge,
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl MergeService for Api {
    async fn get_merge_preview(
        &self,
        request: Request<pb::GetMergePreviewRequest>,
    ) -> Result<Response<pb::GetMergePreviewResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let (from, into) = pair(&request.from_user_id, &request.into_user_id).map_err(status)?;
        let preview = merges::preview(&self.0, &cx, from, into).await.map_err(status)?;
        Ok(Response::new(pb::GetMergePreviewResponse {
            sessions: i32::try_from(preview.sessions).unwrap_or(i32::MAX),
            companies_differ: preview.companies_differ,
        }))
    }

    async fn merge_users(
        &self,
        request: Request<pb::MergeUsersRequest>,
    ) -> Result<Response<pb::Merge>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let (from, into) = pair(&request.from_user_id, &request.into_user_id).map_err(status)?;
        let merge = merges::merge(&self.0, &cx, from, into).await.map_err(status)?;
        Ok(Response::new(merge.into()))
    }

    async fn get_merge(
        &self,
        request: Request<pb::GetMergeRequest>,
    ) -> Result<Response<pb::Merge>, Status> {
        let cx = CallContext::of(&request)?;
        let from = convert::id("from_user_id", &request.get_ref().from_user_id).map_err(status)?;
        let merge = merges::get(&self.0, &cx, from).await.map_err(status)?;
        Ok(Response::new(merge.into()))
    }
}

fn pair(from: &str, into: &str) -> Result<(UserId, UserId), Invalid> {
    let mut checks = Checks::default();
    let from = checks.take("from_user_id", from.parse());
    let into = checks.take("into_user_id", into.parse());
    from.zip(into).ok_or_else(|| checks.into_invalid())
}

impl From<Merge> for pb::Merge {
    fn from(merge: Merge) -> Self {
        let state = match merge.finished_at {
            Some(_) => pb::MergeState::Done,
            None => pb::MergeState::Moving,
        };
        let moved = merge.moved.into_iter().map(|moved| pb::MovedReferences {
            service: moved.service,
            counts: moved.counts.into_iter().collect(),
        });
        Self {
            id: merge.id.to_string(),
            from_user_id: merge.from.to_string(),
            into_user_id: merge.into.to_string(),
            state: state.into(),
            moved: moved.collect(),
            create_time: Some(to_proto(merge.created_at)),
            finish_time: merge.finished_at.map(to_proto),
        }
    }
}
