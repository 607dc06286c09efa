//! `ActivityService`.

use chamados_chassis::{
    clock::to_proto,
    context::CallContext,
    error::{Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, activity_service_server::ActivityService};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::decode::{self, Unfit};
use crate::{
    app::{App, activity},
    domain::activity::{Activity, Participant},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl ActivityService for Api {
    async fn report_activity(
        &self,
        request: Request<pb::ReportActivityRequest>,
    ) -> Result<Response<pb::ReportActivityResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let doing = doing(request.activity()).map_err(status)?;
        let place = place(&request.place).map_err(status)?;
        activity::report(&self.0, &cx, (ticket, place), doing).await.map_err(status)?;
        Ok(Response::new(pb::ReportActivityResponse {}))
    }

    async fn list_activity(
        &self,
        request: Request<pb::ListActivityRequest>,
    ) -> Result<Response<pb::ListActivityResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let ticket = decode::id("ticket_id", &request.get_ref().ticket_id).map_err(status)?;
        let here = activity::list(&self.0, &cx, ticket).await.map_err(status)?;
        let participants = here.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListActivityResponse { participants }))
    }
}

/// Where somebody does it; the same for all who do not say.
fn place(text: &str) -> Result<Uuid, Invalid> {
    match text {
        "" => Ok(Uuid::nil()),
        text => text.parse().map_err(|_| Invalid::field("place", Unfit::Id.to_string())),
    }
}

/// What somebody does; none when they went away.
fn doing(activity: pb::Activity) -> Result<Option<Activity>, Invalid> {
    match activity {
        pb::Activity::Unspecified => {
            Err(Invalid::field("activity", Unfit::Unspecified.to_string()))
        }
        pb::Activity::Viewing => Ok(Some(Activity::Viewing)),
        pb::Activity::Typing => Ok(Some(Activity::Typing)),
        pb::Activity::TypingInternal => Ok(Some(Activity::TypingInternal)),
        pb::Activity::Left => Ok(None),
    }
}

impl From<Participant> for pb::Participant {
    fn from(participant: Participant) -> Self {
        let activity = match participant.activity {
            Activity::Viewing => pb::Activity::Viewing,
            Activity::Typing => pb::Activity::Typing,
            Activity::TypingInternal => pb::Activity::TypingInternal,
        };
        Self {
            user_id: participant.user.to_string(),
            activity: activity.into(),
            since: Some(to_proto(participant.since)),
        }
    }
}
