//! A person left the tenant: no device is theirs any more, and none has them among its people.

use chamados_chassis::{
    auth::Actor,
    id::{EventId, TenantId, UserId},
};
use chamados_store_kit::inbox;

use super::{Known, surviving_actor};
use crate::{app::App, domain::device::Device, error::Result, store};

/// Name under which taken facts are remembered.
pub const CONSUMER: &str = "device.user_moved";

/// A person's departure, as identity tells it.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The fact.
    pub event: EventId,
    /// The tenant they left.
    pub tenant: TenantId,
    /// Who left.
    pub user: UserId,
    /// Who moved them.
    pub by: Actor,
}

/// Takes the person off every device, some in each transaction; the last one remembers the fact, so
/// that it takes nothing from somebody who came back.
///
/// # Errors
/// [`Error::Store`](crate::Error::Store).
pub async fn depart(app: &App, departure: &Departure) -> Result<()> {
    while step(app, departure).await? {}
    Ok(())
}

async fn step(app: &App, departure: &Departure) -> Result<bool> {
    let (tenant, user, now) = (departure.tenant, departure.user, app.clock.now());
    let tx = app.db.begin().await?;
    if inbox::is_accepted(&tx, CONSUMER, departure.event).await? {
        return Ok(false);
    }
    let by = surviving_actor(&tx, tenant, departure.by.clone()).await?;
    let devices = store::links::lock_concerning(&tx, tenant, user).await?;
    let more = !devices.is_empty();
    let mut changed: Vec<Device> = Vec::with_capacity(devices.len());
    for device in devices {
        let known = Known::of(&tx, device).await?;
        changed.extend(known.replace(&tx, user, None, &by, now).await?);
    }
    if !more {
        inbox::accept(&tx, CONSUMER, departure.event, now).await?;
    }
    tx.commit().await?;
    for device in &changed {
        app.signal_changed_also(device, &[user]).await;
    }
    Ok(more)
}
