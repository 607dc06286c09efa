//! What people see of runs.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    page::{Page, PageRequest},
};

use super::App;
use crate::{
    domain::{
        log::KeptLine,
        run::{Run, RunId},
    },
    error::{Error, Result},
    store::{self, runs::RunKey},
};

/// The most log lines of an answer: the newest.
const MAX_LINES: u64 = 2_000;
/// The most text of log lines in an answer, in bytes; well within what a message may have.
const MAX_TEXT: usize = 2 * 1024 * 1024;

/// A run with its log.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The run.
    pub run: Run,
    /// Key of its schedule.
    pub schedule_key: String,
    /// Its newest lines, in order.
    pub lines: Vec<KeptLine>,
}

/// Runs of a schedule, newest first.
///
/// # Errors
/// [`Error::Denied`], [`Error::ScheduleNotFound`], [`Error::Store`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    schedule_key: &str,
    page: &PageRequest<RunKey>,
) -> Result<Page<Run>> {
    let tenant = cx.require(Permission::JobsManage)?;
    let schedule = store::schedules::by_key(app.db.read(), tenant, schedule_key).await?;
    let schedule = schedule.ok_or(Error::ScheduleNotFound)?;
    Ok(store::runs::list(app.db.read(), schedule.id, page).await?)
}

/// One run with its log.
///
/// # Errors
/// [`Error::Denied`], [`Error::RunNotFound`], [`Error::Store`].
pub async fn get(app: &App, cx: &CallContext, id: RunId) -> Result<Detail> {
    let tenant = cx.require(Permission::JobsManage)?;
    let db = app.db.read();
    let run = store::runs::get(db, tenant, id).await?.ok_or(Error::RunNotFound)?;
    let schedule = store::schedules::by_id(db, run.schedule).await?.ok_or(Error::RunNotFound)?;
    let lines = newest_within(store::logs::newest(db, id, MAX_LINES).await?, MAX_TEXT);
    Ok(Detail { run, schedule_key: schedule.key, lines })
}

/// The newest of `lines` whose text together has at most `limit` bytes.
fn newest_within(mut lines: Vec<KeptLine>, limit: usize) -> Vec<KeptLine> {
    let mut left = limit;
    let fits = |kept: &&KeptLine| {
        let size = kept.line.size();
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    let count = lines.iter().rev().take_while(fits).count();
    lines.split_off(lines.len() - count)
}
