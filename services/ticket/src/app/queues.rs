//! Queues.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{EventId, TenantId},
};
use chamados_store_kit::inbox;

use super::App;
use crate::{domain::Queue, error::Result, store};

/// All queues of the tenant, the default one first.
///
/// # Errors
/// [`crate::Error`].
pub async fn list(app: &App, cx: &CallContext) -> Result<Vec<Queue>> {
    let tenant = cx.require(Permission::QueuesRead)?;
    Ok(store::queues::list(app.db.read(), tenant).await?)
}

/// Gives a new tenant its default queue, once per event of `consumer`.
///
/// # Errors
/// [`crate::Error`].
pub async fn prepare_tenant(
    app: &App,
    consumer: &str,
    event: EventId,
    tenant: TenantId,
) -> Result<()> {
    let tx = app.db.begin().await?;
    if inbox::accept(&tx, consumer, event, app.clock.now()).await? {
        store::queues::ensure_default(&tx, tenant).await?;
        tx.commit().await?;
    }
    Ok(())
}
