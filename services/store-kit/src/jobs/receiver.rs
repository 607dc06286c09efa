//! Serves a service's jobs to the scheduler.

use std::{pin::Pin, sync::Arc};

use chamados_chassis::{
    clock::SharedClock,
    context::CallContext,
    error::{Invalid, status},
    id::{self, TenantId},
};
use chamados_proto::jobs::v1::{
    ExecuteRequest, ExecuteResponse, JobType, ListJobTypesRequest, ListJobTypesResponse, LogLevel,
    Result as JobResult,
    execute_response::Event,
    job_handler_server::{JobHandler, JobHandlerServer},
};
use futures::{Stream, TryStreamExt as _, stream};
use tonic::{Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::{
    Context, Job, line,
    runs::{self, Claim},
};
use crate::Db;

/// Serves jobs, each run's effect once.
#[derive(Clone)]
pub struct Receiver {
    db: Db,
    clock: SharedClock,
    jobs: Arc<[Box<dyn Job>]>,
}

impl Receiver {
    /// Serves `jobs`.
    #[must_use]
    pub fn new(db: Db, clock: SharedClock, jobs: Vec<Box<dyn Job>>) -> Self {
        Self { db, clock, jobs: jobs.into() }
    }

    /// The gRPC service.
    #[must_use]
    pub fn into_server(self) -> JobHandlerServer<Self> {
        JobHandlerServer::new(self)
    }

    async fn execute_once(
        &self,
        tenant: Option<TenantId>,
        request: ExecuteRequest,
    ) -> Result<Vec<Event>, Status> {
        let run = id::parse(&request.run_id)
            .map_err(|e| status(Invalid::field("run_id", e.to_string())))?;
        let job = self.jobs.iter().find(|job| job.name() == request.job_type).ok_or_else(|| {
            Status::unimplemented(format!("no job type {:?} here", request.job_type))
        })?;
        let now = self.clock.now();
        match runs::claim(&self.db, run, request.fence, now).await.map_err(status)? {
            Claim::Stale => return Err(stale_fence()),
            Claim::Done(result) => {
                let known = line(LogLevel::Info, "already_done", "Was done before", &[]);
                return Ok(vec![Event::Log(known), Event::Result(result)]);
            }
            Claim::Go => {}
        }
        let payload = request.payload.unwrap_or_default();
        let (db, fence) = (self.db.clone(), request.fence);
        let context = Context { run, fence, tenant, db, now, payload };
        let done = job.run(context).await.map_err(|error| {
            tracing::warn!(job = job.name(), %error, "a job failed");
            let told = error.told;
            Status::unavailable(
                told.unwrap_or_else(|| format!("{} could not do its work", job.name())),
            )
        })?;
        let result = JobResult { summary: done.summary };
        if !runs::finish(&done.tx, run, request.fence, &result).await.map_err(status)? {
            return Err(stale_fence());
        }
        done.tx.commit().await.map_err(status)?;
        let log = done.log.into_iter().map(Event::Log);
        let summary = line(LogLevel::Info, "done", &result.summary, &[]);
        Ok(log.chain([Event::Log(summary), Event::Result(result)]).collect())
    }
}

fn stale_fence() -> Status {
    Status::with_error_details(
        tonic::Code::FailedPrecondition,
        "another holder has this run",
        ErrorDetails::with_error_info(
            "stale_fence",
            chamados_chassis::error::DOMAIN,
            std::collections::HashMap::new(),
        ),
    )
}

#[tonic::async_trait]
impl JobHandler for Receiver {
    type ExecuteStream = Pin<Box<dyn Stream<Item = Result<ExecuteResponse, Status>> + Send>>;

    async fn execute(
        &self,
        request: Request<ExecuteRequest>,
    ) -> Result<Response<Self::ExecuteStream>, Status> {
        let cx = CallContext::of(&request)?;
        cx.principal().require_service().map_err(status)?;
        let tenant = cx.principal().tenant().ok();
        let (receiver, request) = (self.clone(), request.into_inner());
        // The work is done in the stream, so that the answer's head, which the deadline layer waits
        // for, is sent at once. A caller that goes away drops the stream and the work with it.
        let work = stream::once(async move { receiver.execute_once(tenant, request).await });
        let messages = work
            .map_ok(|events| stream::iter(events.into_iter().map(Ok)))
            .try_flatten()
            .map_ok(|event| ExecuteResponse { event: Some(event) });
        Ok(Response::new(Box::pin(messages)))
    }

    async fn list_job_types(
        &self,
        request: Request<ListJobTypesRequest>,
    ) -> Result<Response<ListJobTypesResponse>, Status> {
        CallContext::of(&request)?.principal().require_service().map_err(status)?;
        let job_types = self
            .jobs
            .iter()
            .map(|job| JobType {
                name: job.name().to_owned(),
                description: job.description().to_owned(),
                default_timeout_seconds: i32::try_from(job.default_timeout().as_secs())
                    .unwrap_or(i32::MAX),
            })
            .collect();
        Ok(Response::new(ListJobTypesResponse { job_types }))
    }
}
