//! Telling agents what to enforce, on whichever replica their stream is.
//!
//! The replica where a policy was set tells its own streams at once and the others by a signal. A
//! signal may be lost: a poll finds what was set of late, and a stream that begins later compares
//! what its agent says in Hello. Beats never ask.

use std::time::Duration;

use chamados_chassis::{auth::Audience, bus::Heard, id::DeviceId, shutdown::Shutdown};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::{app::App, domain::device::Device, error::Result, store};

/// Topic of the signal between replicas. Not for browsers.
pub const TOPIC: &str = "device.usb_policy";
/// How far a poll looks back before the last one: longer than a transaction lives.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);
/// How far it looks back after signals were missed.
const GAP: TimeDelta = TimeDelta::hours(1);

/// Tells the device's stream here and on the other replicas what is wanted of its agent.
pub(super) async fn tell(app: &App, device: &Device) {
    if let Some(wish) = device.usb_policy.as_ref().and_then(|policy| policy.wish()) {
        app.streams.wish_for(device.ordinal, wish);
    }
    app.signal(device.tenant, TOPIC, &[device.id], Audience::staff()).await;
}

async fn look(app: &App, devices: &[DeviceId]) -> Result<()> {
    for (ordinal, wish) in store::usb_policies::wishes(&app.db, devices).await? {
        app.streams.wish_for(ordinal, wish);
    }
    Ok(())
}

async fn poll(app: &App, since: DateTime<Utc>) -> Result<()> {
    for (ordinal, wish) in store::usb_policies::wishes_since(&app.db, since).await? {
        app.streams.wish_for(ordinal, wish);
    }
    Ok(())
}

/// Listens and polls until shutdown.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let mut signals = app.signals.listen();
    let mut ticks = tokio::time::interval(Duration::from_millis(app.config.usb_policy_poll_millis));
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
            tracing::warn!(%error, "USB policies that were set are looked for again");
        }
    }
}
