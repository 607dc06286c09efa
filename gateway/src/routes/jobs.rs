//! Scheduled jobs.

use axum::extract::State;
use chamados_proto::scheduler::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::runs::RunState;
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{List, Mask, mirror, optional_time, time},
};

mirror! {
    /// How a job says when.
    JobKind = pb::ScheduleKind {
        /// Five fields: minute, hour, day of month, month, day of week.
        Cron,
        /// Every so many seconds.
        Interval,
    }
}

mirror! {
    /// Whether a job fires.
    JobState = pb::ScheduleState {
        /// It does.
        Active,
        /// It does not, until it is resumed.
        Paused,
    }
}

/// Something that runs by itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    /// Stable name, for example `purge-sessions`.
    key: String,
    /// What it runs, for example `identity.purge_sessions`.
    job_type: String,
    /// One sentence.
    description: String,
    kind: JobKind,
    /// Cron pattern, or seconds in decimal for an interval.
    expression: String,
    /// IANA name, for example `America/Sao_Paulo`.
    time_zone: String,
    state: JobState,
    /// Why it is paused; empty when active.
    state_reason: String,
    /// Null while paused.
    next_fire_at: Option<DateTime<Utc>>,
    /// The next five times; empty while paused.
    upcoming: Vec<DateTime<Utc>>,
    /// A run is ended after this many seconds.
    timeout_seconds: i32,
    /// Tries per run.
    max_attempts: i32,
    /// The newest run, if any.
    last_run: Option<RunSummary>,
    /// Number of changes.
    version: i64,
}

/// How a run went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunSummary {
    /// UUIDv7.
    id: String,
    state: RunState,
    due_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

impl Job {
    fn of(job: pb::Schedule) -> Result<Self> {
        Ok(Self {
            key: job.key,
            job_type: job.job_type,
            description: job.description,
            kind: JobKind::of(job.kind)?,
            expression: job.expression,
            time_zone: job.time_zone,
            state: JobState::of(job.state)?,
            state_reason: job.state_reason,
            next_fire_at: optional_time(job.next_fire_time),
            upcoming: job
                .upcoming_times
                .into_iter()
                .filter_map(|t| optional_time(Some(t)))
                .collect(),
            timeout_seconds: job.timeout_seconds,
            max_attempts: job.max_attempts,
            last_run: job.last_run.map(RunSummary::of).transpose()?,
            version: job.version,
        })
    }
}

impl RunSummary {
    fn of(run: pb::RunSummary) -> Result<Self> {
        Ok(Self {
            id: run.id,
            state: RunState::of(run.state)?,
            due_at: time(run.due_time)?,
            started_at: optional_time(run.start_time),
            ended_at: optional_time(run.end_time),
        })
    }
}

impl Versioned for Job {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateJob {
    /// False pauses; true resumes from now on.
    enabled: Option<bool>,
    /// Cron pattern, or seconds in decimal for an interval.
    schedule: Option<String>,
    /// IANA name.
    time_zone: Option<String>,
}

/// The run that was made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobStarted {
    /// UUIDv7 of the run.
    run_id: String,
}

/// List jobs
///
/// All of them on one page, by key. Admins only.
#[utoipa::path(
    get, path = "/api/admin/jobs", tag = "jobs",
    responses((status = 200, description = "Every job.", body = List<Job>)),
)]
pub(crate) async fn list_jobs(
    State(gateway): State<Gateway>,
    caller: Caller,
) -> Result<Json<List<Job>>> {
    let request = caller.request(pb::ListSchedulesRequest {});
    let jobs = gateway.clients.schedules().list_schedules(request).await?.into_inner().schedules;
    let jobs = jobs.into_iter().map(Job::of).collect::<Result<_>>()?;
    Ok(Json(List::whole(jobs)))
}

/// A schedule that is thought of.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewSchedule {
    /// How the schedule is read.
    #[param(required)]
    kind: Option<JobKind>,
    /// Cron pattern, or seconds in decimal for an interval.
    #[param(required)]
    schedule: String,
    /// IANA name, for example `America/Sao_Paulo`.
    #[param(required)]
    time_zone: String,
}

/// When it would fire.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SchedulePreview {
    /// The next five times.
    upcoming: Vec<DateTime<Utc>>,
    /// The next five fixed times within a year that the clocks of the zone skip or show twice.
    odd_times: Vec<OddTime>,
}

/// A time of day that is not on a clock once on that day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OddTime {
    /// As the pattern means it, on the clocks of the zone: `2027-03-14T02:30`.
    nominal_time: String,
    /// True when no clock shows it, false when it comes twice; then the first one counts.
    missing: bool,
    /// When the job fires in its stead.
    fires_at: DateTime<Utc>,
}

/// Preview a schedule
///
/// When it would fire. Changes nothing. Admins only.
#[utoipa::path(
    get, path = "/api/admin/schedule-preview", tag = "jobs", params(PreviewSchedule),
    responses((status = 200, description = "When it would fire.", body = SchedulePreview)),
)]
pub(crate) async fn preview_schedule(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(query): Query<PreviewSchedule>,
) -> Result<Json<SchedulePreview>> {
    let PreviewSchedule { kind, schedule, time_zone } = query;
    let kind = kind.map_or(0, Into::into);
    let request = pb::PreviewScheduleRequest { kind, expression: schedule, time_zone };
    let answer = gateway.clients.schedules().preview_schedule(caller.request(request)).await;
    let preview =
        answer.map_err(|status| Problem::from(status).renamed("expression", "schedule"))?;
    let preview = preview.into_inner();
    let odd = preview.odd_times.into_iter().map(|odd| {
        let (nominal_time, missing) = (odd.nominal_time, odd.missing);
        Ok(OddTime { nominal_time, missing, fires_at: time(odd.fire_time)? })
    });
    let upcoming = preview.upcoming_times.into_iter().map(|at| time(Some(at)));
    Ok(Json(SchedulePreview {
        upcoming: upcoming.collect::<Result<_>>()?,
        odd_times: odd.collect::<Result<_>>()?,
    }))
}

/// Change a job
///
/// When it fires, in which time zone, or whether at all. What was missed while it was paused stays
/// missed. Admins only.
#[utoipa::path(
    patch, path = "/api/admin/jobs/{name}", tag = "jobs",
    params(("name" = String, Path, description = "Key of the job."), IfMatch),
    request_body = UpdateJob,
    responses((status = 200, description = "The job from now on.", body = Job,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_job(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(key): Path<String>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateJob>,
) -> Result<Tagged<Job>> {
    let mut mask = Mask::default();
    let state = body.enabled.map(|on| if on { JobState::Active } else { JobState::Paused });
    let schedule = pb::Schedule {
        key,
        version,
        expression: mask.set("expression", body.schedule),
        time_zone: mask.set("time_zone", body.time_zone),
        state: mask.set("state", state.map(Into::into)),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let request =
        caller.request(pb::UpdateScheduleRequest { schedule: Some(schedule), update_mask });
    let answer = gateway.clients.schedules().update_schedule(request).await;
    let job = answer.map_err(|status| Problem::from(status).renamed("expression", "schedule"))?;
    Ok(Tagged(Job::of(job.into_inner())?))
}

/// Run a job now
///
/// Also while it is paused. Admins only.
#[utoipa::path(
    post, path = "/api/admin/jobs/{name}/run", tag = "jobs",
    params(("name" = String, Path, description = "Key of the job."), IdempotencyKey),
    responses((status = 200, description = "The run was made and waits for its turn.", body = JobStarted)),
)]
pub(crate) async fn run_job(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(key): Path<String>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Json<JobStarted>> {
    let request = caller.request(pb::RunScheduleRequest { request_id, key });
    let run = gateway.clients.schedules().run_schedule(request).await?.into_inner();
    Ok(Json(JobStarted { run_id: run.run_id }))
}
