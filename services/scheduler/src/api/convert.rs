//! Between the contracts and the domain.

use chamados_chassis::{
    clock::to_proto,
    error::{Checks, Invalid},
};
use chamados_proto::scheduler::v1 as pb;
use chrono::{DateTime, Utc};

use crate::{
    app::{
        json,
        runs::Detail,
        schedules::{Thought, Update, View},
    },
    domain::{
        log::KeptLine,
        run::{Run, RunId, State as RunState, Trigger},
        schedule::{Change, State},
        timing::{Kind, Odd},
    },
};

/// Times shown ahead.
pub(super) const UPCOMING: usize = 5;

impl From<View> for pb::Schedule {
    fn from(view: View) -> Self {
        let View { schedule, last_run } = view;
        let upcoming = schedule.upcoming(UPCOMING);
        Self {
            id: schedule.id.to_string(),
            kind: kind(schedule.kind).into(),
            state: state(schedule.state).into(),
            next_fire_time: schedule.next_fire_at.map(to_proto),
            upcoming_times: upcoming.into_iter().map(to_proto).collect(),
            timeout_seconds: schedule.timeout_seconds,
            max_attempts: schedule.max_attempts,
            last_run: last_run.as_ref().map(summary),
            create_time: Some(to_proto(schedule.created_at)),
            update_time: Some(to_proto(schedule.updated_at)),
            version: schedule.version,
            key: schedule.key,
            job_type: schedule.job_type,
            description: schedule.description,
            expression: schedule.expression,
            time_zone: schedule.time_zone,
            state_reason: schedule.state_reason,
        }
    }
}

impl From<Detail> for pb::Run {
    fn from(detail: Detail) -> Self {
        let log_lines = detail.lines.into_iter().map(Into::into).collect();
        Self { log_lines, ..run(detail.run, &detail.schedule_key) }
    }
}

impl From<KeptLine> for pb::RunLogLine {
    fn from(kept: KeptLine) -> Self {
        Self {
            attempt: kept.attempt,
            sequence: kept.sequence,
            time: Some(to_proto(kept.time)),
            level: kept.line.level().as_str().to_owned(),
            code: kept.line.code().to_owned(),
            message: kept.line.message().to_owned(),
            fields: Some(json::to_struct(kept.line.fields())),
        }
    }
}

/// A run without its log.
pub(super) fn run(run: Run, schedule_key: &str) -> pb::Run {
    pb::Run {
        id: run.id.to_string(),
        schedule_key: schedule_key.to_owned(),
        trigger: trigger(run.trigger).into(),
        state: run_state(run.state).into(),
        due_time: Some(to_proto(run.due_at)),
        start_time: run.started_at.map(to_proto),
        end_time: run.ended_at.map(to_proto),
        attempt: run.attempt,
        summary: run.summary,
        log_lines: Vec::new(),
    }
}

fn summary(run: &Run) -> pb::RunSummary {
    pb::RunSummary {
        id: run.id.to_string(),
        state: run_state(run.state).into(),
        due_time: Some(to_proto(run.due_at)),
        start_time: run.started_at.map(to_proto),
        end_time: run.ended_at.map(to_proto),
    }
}

const fn kind(kind: Kind) -> pb::ScheduleKind {
    match kind {
        Kind::Cron => pb::ScheduleKind::Cron,
        Kind::Interval => pb::ScheduleKind::Interval,
        // Nobody is told of these.
        Kind::OnDemand => pb::ScheduleKind::Unspecified,
    }
}

const fn state(state: State) -> pb::ScheduleState {
    match state {
        State::Active => pb::ScheduleState::Active,
        State::Paused => pb::ScheduleState::Paused,
    }
}

const fn trigger(trigger: Trigger) -> pb::RunTrigger {
    match trigger {
        Trigger::Schedule => pb::RunTrigger::Schedule,
        Trigger::Manual => pb::RunTrigger::Manual,
        Trigger::CatchUp => pb::RunTrigger::CatchUp,
    }
}

pub(super) const fn run_state(state: RunState) -> pb::RunState {
    match state {
        RunState::Ready => pb::RunState::Ready,
        RunState::Running => pb::RunState::Running,
        RunState::Succeeded => pb::RunState::Succeeded,
        RunState::Failed => pb::RunState::Failed,
        RunState::Cancelled => pb::RunState::Cancelled,
        RunState::Skipped => pb::RunState::Skipped,
    }
}

/// Reads a schedule that is thought of.
pub(super) fn thought(request: pb::PreviewScheduleRequest) -> Result<Thought, Invalid> {
    let kind = match request.kind() {
        pb::ScheduleKind::Cron => Kind::Cron,
        pb::ScheduleKind::Interval => Kind::Interval,
        pb::ScheduleKind::Unspecified => return Err(Invalid::field("kind", "must be given")),
    };
    let pb::PreviewScheduleRequest { expression, time_zone, .. } = request;
    Ok(Thought { kind, expression, time_zone })
}

/// When it would fire.
pub(super) fn preview(
    upcoming: Vec<DateTime<Utc>>,
    odd_times: Vec<Odd>,
) -> pb::PreviewScheduleResponse {
    let odd = |odd: Odd| pb::OddTime {
        nominal_time: odd.nominal.format("%Y-%m-%dT%H:%M").to_string(),
        missing: odd.missing,
        fire_time: Some(to_proto(odd.at)),
    };
    pb::PreviewScheduleResponse {
        upcoming_times: upcoming.into_iter().map(to_proto).collect(),
        odd_times: odd_times.into_iter().map(odd).collect(),
    }
}

/// Reads the id of a run.
pub(super) fn run_id(text: &str) -> Result<RunId, Invalid> {
    text.parse().map_err(|_| Invalid::field("id", "is not a UUID"))
}

/// Reads a change of a schedule.
pub(super) fn update(request: pb::UpdateScheduleRequest) -> Result<Update, Invalid> {
    let mut checks = Checks::default();
    let schedule = request.schedule.unwrap_or_default();
    let paths = request.update_mask.unwrap_or_default().paths;
    let mut change = Change::default();
    checks.ensure("schedule.key", !schedule.key.is_empty(), "must not be empty");
    checks.ensure("version", schedule.version >= 0, "must not be negative");
    checks.ensure("update_mask", !paths.is_empty(), "must name what to change");
    for path in &paths {
        match path.as_str() {
            "expression" => change.expression = Some(schedule.expression.trim().to_owned()),
            "time_zone" => change.time_zone = Some(schedule.time_zone.clone()),
            "state" => change.state = checks.take("state", wanted_state(schedule.state())),
            other => checks.ensure("update_mask", false, format!("{other:?} cannot be changed")),
        }
    }
    checks.finish()?;
    Ok(Update { key: schedule.key, version: schedule.version, change })
}

const fn wanted_state(state: pb::ScheduleState) -> Result<State, &'static str> {
    match state {
        pb::ScheduleState::Active => Ok(State::Active),
        pb::ScheduleState::Paused => Ok(State::Paused),
        pb::ScheduleState::Unspecified => Err("must be active or paused"),
    }
}

#[cfg(test)]
mod tests {
    use prost_types::FieldMask;

    use super::*;

    fn request(paths: &[&str], schedule: pb::Schedule) -> pb::UpdateScheduleRequest {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        pb::UpdateScheduleRequest {
            schedule: Some(schedule),
            update_mask: Some(FieldMask { paths }),
        }
    }

    #[test]
    fn only_what_the_mask_names_changes() {
        let schedule = pb::Schedule {
            key: "purge".into(),
            expression: " 0 3 * * * ".into(),
            time_zone: "UTC".into(),
            ..pb::Schedule::default()
        };
        let update = update(request(&["expression"], schedule)).unwrap();
        let expression = Some("0 3 * * *".to_owned());
        assert_eq!(update.change, Change { expression, ..Change::default() });
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let schedule = pb::Schedule { version: -1, ..pb::Schedule::default() };
        let Invalid(violations) = update(request(&["state", "job_type"], schedule)).unwrap_err();
        let fields: Vec<_> = violations.iter().map(|v| &*v.field).collect();
        assert_eq!(fields, ["schedule.key", "version", "state", "update_mask"]);
        assert!(update(pb::UpdateScheduleRequest::default()).is_err());
    }
}
