//! What ran, with its log.

use axum::extract::State;
use chamados_proto::scheduler::v1 as pb;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{self, List, Paging, mirror, optional_time, time},
};

mirror! {
    /// Where a run stands.
    RunState = pb::RunState {
        /// Waits to be claimed.
        Ready,
        /// Is at work.
        Running,
        /// Did what it should.
        Succeeded,
        /// Did not.
        Failed,
        /// Was called off.
        Cancelled,
        /// Did not run because another was still running or it was missed.
        Skipped,
    }
}

mirror! {
    /// Why a run was made.
    RunTrigger = pb::RunTrigger {
        /// Due by its schedule.
        Schedule,
        /// A person asked for it.
        Manual,
        /// Due while no replica was there.
        CatchUp,
    }
}

/// One firing of a job.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// UUIDv7.
    id: String,
    job_key: String,
    trigger: RunTrigger,
    state: RunState,
    due_at: DateTime<Utc>,
    /// When its first attempt began.
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    /// Attempts begun so far.
    attempt: i32,
    /// What the job said at its end, or why it failed.
    summary: String,
}

/// One firing of a job, with its log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunDetail {
    #[serde(flatten)]
    run: Run,
    /// At least one for every run that began.
    log_lines: Vec<LogLine>,
}

/// A line of a run's log.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogLine {
    attempt: i32,
    /// Counts up from 1 in the run.
    sequence: i32,
    time: DateTime<Utc>,
    /// `info`, `warn` or `error`.
    level: String,
    /// Stable, snake case.
    code: String,
    message: String,
    /// What the line is about.
    #[schema(value_type = Object)]
    fields: serde_json::Map<String, serde_json::Value>,
}

impl Run {
    fn of(run: pb::Run) -> Result<Self> {
        Ok(Self {
            id: run.id,
            job_key: run.schedule_key,
            trigger: RunTrigger::of(run.trigger)?,
            state: RunState::of(run.state)?,
            due_at: time(run.due_time)?,
            started_at: optional_time(run.start_time),
            ended_at: optional_time(run.end_time),
            attempt: run.attempt,
            summary: run.summary,
        })
    }
}

impl LogLine {
    fn of(line: pb::RunLogLine) -> Result<Self> {
        Ok(Self {
            attempt: line.attempt,
            sequence: line.sequence,
            time: time(line.time)?,
            level: line.level,
            code: line.code,
            message: line.message,
            fields: wire::json(line.fields),
        })
    }
}

/// List a job's runs
///
/// Newest first, without their logs. Admins only.
#[utoipa::path(
    get, path = "/api/admin/jobs/{name}/runs", tag = "jobs",
    params(("name" = String, Path, description = "Key of the job."), Paging),
    responses((status = 200, description = "One page.", body = List<Run>)),
)]
pub(crate) async fn list_runs(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(schedule_key): Path<String>,
    Query(Paging { page_size, page_token }): Query<Paging>,
) -> Result<Json<List<Run>>> {
    let request = caller.request(pb::ListRunsRequest { schedule_key, page_size, page_token });
    let page = gateway.clients.runs().list_runs(request).await?.into_inner();
    let runs = page.runs.into_iter().map(Run::of).collect::<Result<_>>()?;
    Ok(Json(List::page(runs, page.next_page_token, page.total_size)))
}

/// Get a run with its log
///
/// Admins only.
#[utoipa::path(
    get, path = "/api/admin/runs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "UUIDv7 of the run.")),
    responses((status = 200, description = "The run.", body = RunDetail)),
)]
pub(crate) async fn get_run(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<RunDetail>> {
    let request = caller.request(pb::GetRunRequest { id: id.to_string() });
    let mut run = gateway.clients.runs().get_run(request).await?.into_inner();
    let lines = std::mem::take(&mut run.log_lines);
    let log_lines = lines.into_iter().map(LogLine::of).collect::<Result<_>>()?;
    Ok(Json(RunDetail { run: Run::of(run)?, log_lines }))
}
