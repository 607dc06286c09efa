//! The exchange with other replicas, in a loop of its own: however long Redis takes, beats and the
//! sweep do not wait for it.

use std::time::Duration;

use chamados_chassis::shutdown::Shutdown;
use tokio::time::MissedTickBehavior;

use crate::{
    app::App,
    domain::presence::{Stamp, ticks},
    error::Result,
    hot::Exchange,
    store,
};

/// Exchanges that other replicas get to say what they know after this one began, and that may fail
/// before what is known of their devices is too old.
const PATIENCE: u32 = 3;

/// How things stand with other replicas.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExchangeState {
    /// Whether another replica watched over the devices when this one began; known from the first
    /// exchange on.
    was_watched: Option<bool>,
    /// When the records of present devices were taken into account.
    begun: Option<Stamp>,
    /// The last exchange.
    done: Option<Stamp>,
}

impl ExchangeState {
    /// Whether silence of a device that is not connected here means anything: only while the other
    /// replicas are heard, and not before they had time to speak.
    pub(crate) fn may_judge_foreign(&self, sweep_millis: u64, now: Stamp) -> bool {
        let patience = PATIENCE * ticks(sweep_millis);
        self.begun.is_some_and(|begun| now.since(begun) >= patience)
            && self.done.is_some_and(|done| now.since(done) <= patience)
    }
}

/// Exchanges until shutdown, and once more then: what was heard last reaches the others.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(Duration::from_millis(app.config.sweep_millis));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut requested = std::pin::pin!(shutdown.requested());
    let mut failing = false;
    loop {
        let stop = tokio::select! {
            _ = ticks.tick() => false,
            () = &mut requested => true,
        };
        match once(&app).await {
            Ok(()) => failing = false,
            // A trouble that stays is logged once.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "not exchanged with other replicas; trying on");
            }
            Err(_) => {}
        }
        if stop {
            return;
        }
    }
}

async fn once(app: &App) -> Result<()> {
    let now = app.stamp();
    let Exchange { superseded, was_watched } = app.hot.exchange(now).await?;
    for ordinal in superseded {
        app.streams.supersede(ordinal, app.hot.slots().get(ordinal).epoch());
    }
    let mut state = app.exchange_state();
    state.done = Some(now);
    let was_watched = *state.was_watched.get_or_insert(was_watched);
    if state.begun.is_none() {
        // Noted first: a beginning that fails must not forget that nobody watched.
        app.set_exchange_state(state);
        begin(app, was_watched).await?;
        state.begun = Some(now);
    }
    app.set_exchange_state(state);
    Ok(())
}

/// Takes the devices that are durably present into account. Unless another replica watched over
/// them, their silence says more of us than of them: they are held.
async fn begin(app: &App, was_watched: bool) -> Result<()> {
    let hold = app.stamp().plus(ticks(app.config.unknown_grace_millis));
    for known in store::presence::load_present(&app.db).await? {
        let slot = app.hot.slots().get(known.ordinal);
        slot.raise_generation(known.generation);
        slot.remember_epoch(known.epoch);
        if !was_watched || !slot.pulse().seen.is_moment() {
            slot.hold(hold);
        }
        slot.believe(known.presence);
    }
    Ok(())
}
