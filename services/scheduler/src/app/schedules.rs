//! What people do with schedules.

use std::collections::HashMap;

use chamados_chassis::{auth::Permission, context::CallContext, error::Invalid};
use chamados_store_kit::{
    StoreError,
    audit::{self, Target},
    idempotency::{self, Fingerprint, Key, Outcome},
};

use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::{
        run::{Run, RunId},
        schedule::{Change, Schedule, ScheduleId},
        timing::{self, Kind, Odd, Timing},
    },
    error::{Error, Result},
    store,
};

/// A schedule as people see it.
#[derive(Debug, Clone)]
pub struct View {
    /// The schedule.
    pub schedule: Schedule,
    /// Its newest run, if any.
    pub last_run: Option<Run>,
}

/// Which change to make to which schedule.
#[derive(Debug, Clone)]
pub struct Update {
    /// Which.
    pub key: String,
    /// The version the change is based on; 0 for whichever is there.
    pub version: i64,
    /// The change.
    pub change: Change,
}

/// A wish for a run now.
#[derive(Debug, Clone)]
pub struct RunNow {
    /// The caller's id for it, 1 to 128 characters.
    pub request_id: String,
    /// Tells a repeat from another request under the same id.
    pub fingerprint: Fingerprint,
    /// Of which schedule.
    pub key: String,
}

/// All schedules the caller sees, by key.
///
/// # Errors
/// [`Error::Denied`], [`Error::Store`].
pub async fn list(app: &App, cx: &CallContext) -> Result<Vec<View>> {
    let tenant = cx.require(Permission::JobsManage)?;
    let schedules = store::schedules::list(app.db.read(), tenant).await?;
    let ids: Vec<ScheduleId> = schedules.iter().map(|schedule| schedule.id).collect();
    let mut newest = store::runs::newest_of(app.db.read(), &ids).await?;
    Ok(schedules.into_iter().map(|schedule| view(schedule, &mut newest)).collect())
}

/// One schedule.
///
/// # Errors
/// [`Error::Denied`], [`Error::ScheduleNotFound`], [`Error::Store`].
pub async fn get(app: &App, cx: &CallContext, key: &str) -> Result<View> {
    let tenant = cx.require(Permission::JobsManage)?;
    let schedule = store::schedules::by_key(app.db.read(), tenant, key).await?;
    with_last_run(app, schedule.ok_or(Error::ScheduleNotFound)?).await
}

/// Changes expression, zone or state.
///
/// # Errors
/// [`Error::Denied`], [`Error::ScheduleNotFound`], [`Error::Invalid`] for an expression or zone that
/// cannot be used, [`Error::StaleVersion`], [`Error::Store`].
pub async fn update(app: &App, cx: &CallContext, update: Update) -> Result<View> {
    let tenant = cx.require(Permission::JobsManage)?;
    let actor = cx.actor()?;
    let tx = app.db.begin().await?;
    let read = store::schedules::by_key(&tx, tenant, &update.key).await?;
    let read = read.ok_or(Error::ScheduleNotFound)?;
    if update.version != 0 && update.version != read.version {
        return Err(Error::StaleVersion);
    }
    let now = store::clock::now(&tx).await?;
    let changed = read.apply(update.change, &actor, now).map_err(invalid)?;
    if !store::schedules::update(&tx, &read, &changed).await? {
        return Err(Error::StaleVersion);
    }
    let fields = read.difference(&changed).into_iter();
    let fields: Vec<_> =
        fields.map(|(field, old, new)| audit::field(field, Some(old), Some(new))).collect();
    if !fields.is_empty() {
        let target = target(&changed);
        audit::append(&tx, cx, tenant, "schedule.updated", target, fields, now).await?;
    }
    tx.commit().await?;
    app.job_changed(changed.tenant, changed.id, None).await;
    with_last_run(app, changed).await
}

/// A schedule that is thought of.
#[derive(Debug, Clone)]
pub struct Thought {
    /// How the expression is read.
    pub kind: Kind,
    /// When it fires.
    pub expression: String,
    /// IANA name of the zone its times are of.
    pub time_zone: String,
}

/// When a schedule would fire: the next `count` times, and those that are not once on a clock.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`] for an expression or zone that cannot be used, [`Error::Store`].
pub async fn preview(
    app: &App,
    cx: &CallContext,
    thought: Thought,
    count: usize,
) -> Result<(Vec<DateTime<Utc>>, Vec<Odd>)> {
    cx.require(Permission::JobsManage)?;
    let Thought { kind, expression, time_zone } = thought;
    let timing = Timing::parse(kind, &expression, &time_zone).map_err(invalid)?;
    let now = store::clock::now(app.db.read()).await?;
    let first = timing.first(now).map_err(invalid)?;
    let upcoming = timing.from(first).take(count).map(|occurrence| occurrence.at).collect();
    Ok((upcoming, timing.odd_times(first)))
}

/// Makes a run now, also while the schedule is paused; once per request id.
///
/// # Errors
/// [`Error::Denied`], [`Error::ScheduleNotFound`], [`Error::Invalid`] without a request id,
/// [`Error::Store`], also when the request id stands for another request.
pub async fn run(app: &App, cx: &CallContext, request: RunNow) -> Result<RunId> {
    let tenant = cx.require(Permission::JobsManage)?;
    let actor = cx.actor()?;
    named(&request.request_id)?;
    let request_id = &request.request_id;
    let key = Key { tenant, actor: &actor, method: "schedule.run", request_id };
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    if let Outcome::Replay(answer) = idempotency::begin(&tx, &key, request.fingerprint, now).await?
    {
        return remembered(&answer);
    }
    let schedule = store::schedules::by_key(&tx, tenant, &request.key).await?;
    let schedule = schedule.ok_or(Error::ScheduleNotFound)?;
    let run = store::runs::insert_manual(&tx, &schedule, &actor, now).await?;
    let fields = vec![audit::field("run_id", None, Some(run.to_string()))];
    let target = target(&schedule);
    audit::append(&tx, cx, tenant, "schedule.run_requested", target, fields, now).await?;
    idempotency::finish(&tx, &key, run.to_string().into_bytes()).await?;
    tx.commit().await?;
    app.ready.notify_one();
    app.job_changed(schedule.tenant, schedule.id, Some(run)).await;
    Ok(run)
}

/// A schedule as the audit log names it. One of the installation is told to the log of the caller's
/// tenant.
fn target(schedule: &Schedule) -> Target<'_> {
    Target { kind: "schedule", id: schedule.key.clone(), name: &schedule.key }
}

/// Nothing, when a wish names itself.
pub(super) fn named(request_id: &str) -> Result<()> {
    if request_id.is_empty() {
        return Err(Invalid::field("request_id", "must have 1 to 128 characters").into());
    }
    Ok(())
}

/// The run that the first call with a request id made.
pub(super) fn remembered(answer: &[u8]) -> Result<RunId> {
    let run = std::str::from_utf8(answer).ok().and_then(|text| text.parse().ok());
    run.ok_or_else(|| StoreError::Corrupt("a remembered answer is no run".to_owned()).into())
}

async fn with_last_run(app: &App, schedule: Schedule) -> Result<View> {
    let mut newest = store::runs::newest_of(app.db.read(), &[schedule.id]).await?;
    Ok(view(schedule, &mut newest))
}

fn view(schedule: Schedule, newest: &mut HashMap<ScheduleId, Run>) -> View {
    let last_run = newest.remove(&schedule.id);
    View { schedule, last_run }
}

fn invalid(error: timing::Error) -> Error {
    let field = if error.is_zone() { "time_zone" } else { "expression" };
    Invalid::field(field, error.to_string()).into()
}
