//! `ScheduleService`.

use chamados_chassis::{context::CallContext, error::status};
use chamados_proto::scheduler::v1::{self as pb, schedule_service_server::ScheduleService};
use chamados_store_kit::idempotency::Fingerprint;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{
    App,
    schedules::{self, RunNow},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl ScheduleService for Api {
    async fn list_schedules(
        &self,
        request: Request<pb::ListSchedulesRequest>,
    ) -> Result<Response<pb::ListSchedulesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let views = schedules::list(&self.0, &cx).await.map_err(status)?;
        let schedules = views.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListSchedulesResponse { schedules }))
    }

    async fn get_schedule(
        &self,
        request: Request<pb::GetScheduleRequest>,
    ) -> Result<Response<pb::Schedule>, Status> {
        let cx = CallContext::of(&request)?;
        let view = schedules::get(&self.0, &cx, &request.get_ref().key).await.map_err(status)?;
        Ok(Response::new(view.into()))
    }

    async fn update_schedule(
        &self,
        request: Request<pb::UpdateScheduleRequest>,
    ) -> Result<Response<pb::Schedule>, Status> {
        let cx = CallContext::of(&request)?;
        let update = convert::update(request.into_inner()).map_err(status)?;
        let view = schedules::update(&self.0, &cx, update).await.map_err(status)?;
        Ok(Response::new(view.into()))
    }

    async fn preview_schedule(
        &self,
        request: Request<pb::PreviewScheduleRequest>,
    ) -> Result<Response<pb::PreviewScheduleResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let thought = convert::thought(request.into_inner()).map_err(status)?;
        let (upcoming, odd) =
            schedules::preview(&self.0, &cx, thought, convert::UPCOMING).await.map_err(status)?;
        Ok(Response::new(convert::preview(upcoming, odd)))
    }

    async fn run_schedule(
        &self,
        request: Request<pb::RunScheduleRequest>,
    ) -> Result<Response<pb::RunScheduleResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let fingerprint = Fingerprint::of(request.get_ref());
        let pb::RunScheduleRequest { request_id, key } = request.into_inner();
        let wish = RunNow { request_id, fingerprint, key };
        let run = schedules::run(&self.0, &cx, wish).await.map_err(status)?;
        Ok(Response::new(pb::RunScheduleResponse { run_id: run.to_string() }))
    }
}
