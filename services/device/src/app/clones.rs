//! Two computers with one token: noticed, shown, and left to staff, who reset the device.

use std::sync::PoisonError;

use chamados_chassis::auth::Actor;

use super::{App, inventory::locked, sessions::Key};
use crate::{
    domain::{
        clones::Rule,
        device::{Device, Ordinal},
        presence::ticks,
        timeline::{Entry, Kind},
    },
    error::{Error, Result},
    store,
};

fn rule(app: &App) -> Rule {
    let flips = usize::try_from(app.config.conflict_flips).unwrap_or(usize::MAX);
    Rule { flips, window: ticks(app.config.conflict_window_millis) }
}

/// A stream began by `boot` after one by `before`. Whether two computers have the device's token.
/// 0 is a boot id that is not known, and says nothing.
pub(super) fn note(app: &App, ordinal: Ordinal, before: u16, boot: u16) -> bool {
    if before == 0 || boot == 0 {
        return false;
    }
    let mut boots = app.boots.lock().unwrap_or_else(PoisonError::into_inner);
    // Who only reconnects is not worth remembering.
    if before == boot && !boots.contains_key(&ordinal) {
        return false;
    }
    boots.entry(ordinal).or_default().note(before, boot, app.stamp(), rule(app))
}

/// Forgets what is too old to matter.
pub fn purge(app: &App) {
    let (now, rule) = (app.stamp(), rule(app));
    let mut boots = app.boots.lock().unwrap_or_else(PoisonError::into_inner);
    boots.retain(|_, boots| !boots.is_stale(now, rule));
}

/// Notes on the device that two computers have its token, once until staff reset it.
///
/// # Errors
/// [`Error::StaleVersion`] when they just did; [`Error::Store`].
pub(super) async fn raise(app: &App, key: Key) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let known = locked(&tx, key).await?;
    if known.identity_conflict_at.is_some() {
        return Ok(());
    }
    let device = Device {
        identity_conflict_at: Some(now),
        updated_at: now,
        version: known.version + 1,
        ..known.clone()
    };
    if !store::devices::update(&tx, &known, &device).await? {
        return Err(Error::StaleVersion);
    }
    let actor = Actor::Service(crate::NAME.to_owned());
    let entry = Entry::new(device.tenant, device.id, Kind::IdentityConflict, actor, now);
    store::timeline::append(&tx, &[entry]).await?;
    tx.commit().await?;
    app.signal_changed(&device).await;
    tracing::warn!(device = %device.id, "two computers have the token of one device");
    Ok(())
}
