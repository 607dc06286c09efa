//! What looked like our own fault: told to staff, resolved by time.

use chamados_chassis::{auth::Permission, context::CallContext};
use chrono::TimeDelta;

use super::App;
use crate::{domain::incident::Incident, error::Result, store};

/// How long a resolved incident is still listed.
const LISTED: TimeDelta = TimeDelta::days(1);

/// The tenant's incidents, newest first.
///
/// # Errors
/// [`Error::Denied`](crate::Error::Denied) for those who are not staff.
pub async fn list(app: &App, cx: &CallContext) -> Result<Vec<Incident>> {
    let tenant = cx.require(Permission::DevicesManage)?;
    Ok(store::incidents::list(&app.db, tenant, app.clock.now() - LISTED).await?)
}

/// Resolves what is past its second grace.
///
/// # Errors
/// When the database is away.
pub async fn resolve(app: &App) -> Result<()> {
    let now = app.clock.now();
    // Of many looks few find anything; those that do not write nothing.
    if store::incidents::any_due(&app.db, now).await? {
        let tx = app.db.begin().await?;
        store::incidents::resolve_due(&tx, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
