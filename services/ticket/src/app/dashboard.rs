//! Figures about tickets. Whoever sees all tickets reads sums that are kept; for others they are counted.

use chamados_chassis::{
    auth::{Denied, Permission},
    context::CallContext,
    page::{Page, PageRequest},
};
use chamados_store_kit::jobs::{self, in_batches};

use super::App;
use crate::{
    domain::{ActiveWork, Counts, DayRange, DayTrend, PersonWork, Visibility},
    error::Result,
    store::{self, TimeKey},
};

/// What happened day by day, and who worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trends {
    /// Every day of the range.
    pub days: Vec<DayTrend>,
    /// Most first; nobody for those who are no staff.
    pub people: Vec<PersonWork>,
}

/// How many tickets there are that the caller may see.
///
/// # Errors
/// [`crate::Error`].
pub async fn counts(app: &App, cx: &CallContext) -> Result<Counts> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let db = app.db.read();
    let visibility = Visibility::of(cx.principal());
    let groups = if visibility.includes_every_ticket() {
        store::figures::groups(db, tenant).await?
    } else {
        store::trends::groups(db, tenant, visibility).await?
    };
    Ok(Counts::of(groups, cx.principal().user()))
}

/// What happened in a range of days to the tickets that the caller may see.
///
/// # Errors
/// [`crate::Error`].
pub async fn trends(app: &App, cx: &CallContext, range: &DayRange) -> Result<Trends> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let visibility = Visibility::of(cx.principal());
    let db = app.db.read();
    let happened = if visibility.includes_every_ticket() {
        store::figures::hours(db, tenant, range.hours()).await?
    } else {
        store::trends::hours(db, tenant, visibility, range.times()).await?
    };
    let people = if visibility.includes_internal() {
        store::trends::people(db, tenant, range.times()).await?
    } else {
        Vec::new()
    };
    Ok(Trends { days: range.sum(happened), people })
}

/// Work that is going on now, longest first. For staff.
///
/// # Errors
/// [`crate::Error::Denied`].
pub async fn active_work(
    app: &App,
    cx: &CallContext,
    page: &PageRequest<TimeKey>,
) -> Result<Page<ActiveWork>> {
    let tenant = cx.require(Permission::TicketsRead)?;
    if !cx.principal().is_staff() {
        return Err(Denied::Forbidden.into());
    }
    Ok(store::trends::active_work(app.db.read(), tenant, page).await?)
}

/// The job that takes what was added to the sums together.
#[derive(Debug, Clone, Copy)]
pub struct FoldFigures;

#[tonic::async_trait]
impl jobs::Job for FoldFigures {
    fn name(&self) -> &'static str {
        "ticket.fold_figures"
    }

    fn description(&self) -> &'static str {
        "Takes what changes added to the figures of the dashboard together"
    }

    async fn run(&self, context: jobs::Context) -> Result<jobs::Done, jobs::JobError> {
        /// Rows taken in one transaction.
        const BATCH: u64 = 1_000;

        let jobs::Context { db, .. } = context;
        let folded = in_batches(BATCH, async |limit| {
            let tx = db.begin().await?;
            let folded = store::figures::fold(&tx, limit).await?;
            tx.commit().await?;
            Ok(folded)
        });
        let folded = folded.await?;
        let done = jobs::Done::new(db.begin().await?, format!("{folded} changes summed up"));
        Ok(done.with_line("folded", "Changes taken into their sums", &[("changes", folded)]))
    }
}
