//! An account was merged into another: its devices are the survivor's from now on.
//!
//! First the merge is noted, so that nothing new comes to refer to the account; then devices are
//! changed, some in each transaction. What was moved is counted in the same transactions, and the last
//! one tells identity. A crash at any point loses nothing: the fact comes again, and what is moved
//! already is not found again.

use chamados_chassis::{
    auth::Actor,
    id::{EventId, TenantId, UserId},
};
use chamados_proto::device::v1::{DeviceReferencesMoved, UserReferences as Counts};
use chamados_store_kit::{
    Tx, inbox, merged,
    outbox::{self, OutboxEvent},
};
use uuid::Uuid;

use super::{Known, surviving_actor};
use crate::{
    app::App,
    domain::{device::Device, link::UserReferences},
    error::Result,
    store,
};

/// Name under which taken facts are remembered.
pub const CONSUMER: &str = "device.users_merged";

/// A merge, as identity tells it.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The fact.
    pub event: EventId,
    /// Tenant of both accounts.
    pub tenant: TenantId,
    /// The merge.
    pub id: Uuid,
    /// The account that is no more.
    pub from: UserId,
    /// The survivor.
    pub into: UserId,
    /// Who merged them.
    pub by: Actor,
    /// The request that did.
    pub request_id: String,
}

/// Moves everything that refers to the account, and tells identity what that was.
///
/// # Errors
/// [`Error::Store`](crate::Error::Store).
pub async fn merge(app: &App, merge: &Merge) -> Result<()> {
    let tx = app.db.begin().await?;
    merged::record(&tx, merge.tenant, merge.from, merge.into).await?;
    merged::begin_move::<UserReferences>(&tx, merge.tenant, merge.id).await?;
    tx.commit().await?;
    while step(app, merge).await? {}
    Ok(())
}

/// One transaction of it; whether there is more to do.
async fn step(app: &App, merge: &Merge) -> Result<bool> {
    let (tenant, from, now) = (merge.tenant, merge.from, app.clock.now());
    let tx = app.db.begin().await?;
    let mut moved: UserReferences = merged::lock_move(&tx, tenant, merge.id).await?;
    let into = merged::survivor(&tx, tenant, from).await?;
    let by = surviving_actor(&tx, tenant, merge.by.clone()).await?;
    let devices = store::links::lock_concerning(&tx, tenant, from).await?;
    let more = !devices.is_empty();
    let mut changed: Vec<Device> = Vec::with_capacity(devices.len());
    for device in devices {
        let known = Known::of(&tx, device).await?;
        moved.devices_assigned += i64::from(known.device.assigned_user == Some(from));
        moved.devices_linked += i64::from(known.links.iter().any(|link| link.user == from));
        changed.extend(known.replace(&tx, from, Some(into), &by, now).await?);
    }
    if more {
        merged::save_move(&tx, tenant, merge.id, &moved).await?;
    } else if inbox::accept(&tx, CONSUMER, merge.event, now).await? {
        tell(app, &tx, merge, moved).await?;
    }
    tx.commit().await?;
    for device in &changed {
        app.signal_changed(device).await;
    }
    Ok(more)
}

async fn tell(app: &App, tx: &Tx, merge: &Merge, moved: UserReferences) -> Result<()> {
    let UserReferences { devices_assigned, devices_linked } = moved;
    let moved = Some(Counts { devices_assigned, devices_linked });
    let event = OutboxEvent {
        tenant: merge.tenant,
        subject: merge.from.as_uuid(),
        payload: DeviceReferencesMoved { merge_id: merge.id.to_string(), moved },
        actor: Actor::Service(crate::NAME.to_owned()),
        request_id: &merge.request_id,
        now: app.clock.now(),
    };
    outbox::append(tx, event).await?;
    Ok(())
}
