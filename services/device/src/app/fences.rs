//! Fences: from a reset on, nothing an older token says has an effect on any replica.
//!
//! The durable record has the generation, and every durable write asks for it. In memory each
//! beat asks the device's slot, whose generation rises by three ways, the first of which wins: a
//! signal from the replica that did the reset, the fact on the bus, and a poll.

use std::time::Duration;

use chamados_chassis::{
    auth::Audience,
    bus::Heard,
    id::{DeviceId, TenantId},
    shutdown::Shutdown,
};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use super::App;
use crate::{
    domain::device::Device,
    error::Result,
    store::{self, devices::Fence},
};

/// Topic of the signal between replicas. Not for browsers.
pub const TOPIC: &str = "device.reset";
/// How far a poll looks back before the last one: longer than a transaction lives.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);
/// How far it looks back after signals were missed.
const GAP: TimeDelta = TimeDelta::hours(1);

/// Voids older tokens of a device here, and tells the other replicas.
pub(super) async fn raise(app: &App, device: &Device) {
    apply(app, Fence { ordinal: device.ordinal, generation: device.token_generation });
    tell(app, device.tenant, device.id).await;
}

/// Tells every replica to look at a device's fence.
pub(super) async fn tell(app: &App, tenant: TenantId, device: DeviceId) {
    app.signal(tenant, TOPIC, &[device], Audience::staff()).await;
}

/// Voids tokens older than the fence and ends the stream that one of them opened.
pub(crate) fn apply(app: &App, fence: Fence) {
    let slot = app.hot.slots().get(fence.ordinal);
    slot.raise_generation(fence.generation);
    if let Some(epoch) = app.streams.reset(fence.ordinal, fence.generation) {
        slot.end(epoch);
        app.wake.notify_one();
    }
}

/// Applies what the records of some devices say.
///
/// # Errors
/// When the database is away.
pub async fn look(app: &App, devices: &[DeviceId]) -> Result<()> {
    for fence in store::devices::fences(&app.db, devices).await? {
        apply(app, fence);
    }
    Ok(())
}

async fn poll(app: &App, since: DateTime<Utc>) -> Result<()> {
    for fence in store::devices::fences_since(&app.db, since).await? {
        apply(app, fence);
    }
    Ok(())
}

/// Listens and polls until shutdown.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let mut signals = app.signals.listen();
    let mut ticks = tokio::time::interval(Duration::from_millis(app.config.reset_poll_millis));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut requested = std::pin::pin!(shutdown.requested());
    let mut polled = app.clock.now() - OVERLAP;
    loop {
        let done = tokio::select! {
            heard = signals.recv() => match heard {
                Ok(Heard::Signal(signal)) if signal.topic == TOPIC => {
                    let ids: Vec<DeviceId> =
                        signal.ids.iter().filter_map(|id| id.parse().ok()).collect();
                    look(&app, &ids).await
                }
                Ok(Heard::Signal(_)) => Ok(()),
                Ok(Heard::Gap) | Err(RecvError::Lagged(_)) => {
                    poll(&app, app.clock.now() - GAP).await
                }
                Err(RecvError::Closed) => return,
            },
            _ = ticks.tick() => {
                let now = app.clock.now();
                let done = poll(&app, polled - OVERLAP).await;
                if done.is_ok() {
                    polled = now;
                }
                done
            }
            () = &mut requested => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "resets are looked for again");
        }
    }
}
