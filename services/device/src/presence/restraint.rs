//! What keeps the sweep from crying wolf: when many fall silent at once, when this process stood still,
//! and when one device comes and goes.

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
};

use chamados_chassis::id::{CompanyId, DeviceId, TenantId};
use chrono::TimeDelta;

use super::{Candidate, Plan};
use crate::{
    app::App,
    domain::{
        brake::Incident,
        device::Ordinal,
        flaps::Frozen,
        incident,
        presence::{Presence, Stamp, ticks},
    },
    error::Result,
    store::{self, presence::Observation},
};

/// Whoever is not heard from now on is unknown before it is offline.
pub(super) fn hold_all(app: &App) {
    let until = app.stamp().plus(ticks(app.config.unknown_grace_millis));
    app.hot.slots().scan(|ordinal, _| app.hot.slots().get(ordinal).hold(until));
    tracing::error!(incident = "stood_still", "this process stood still and heard nobody");
}

/// Holds devices that fall silent in numbers that look like our own fault.
pub(super) async fn brake(
    app: &App,
    plan: &mut Plan,
    candidates: &[Candidate],
    online: u64,
    now: Stamp,
) -> Result<()> {
    let silent: Vec<Ordinal> = candidates
        .iter()
        .filter(|candidate| candidate.pulse.seen != Stamp::BYE)
        .map(|candidate| candidate.ordinal)
        .collect();
    let mut falling: HashMap<CompanyId, u64> = HashMap::new();
    let is_falling = |plan: &Plan, seen: &Observation| {
        plan.before[&seen.ordinal].presence == Presence::Online
            && silent.binary_search(&seen.ordinal).is_ok()
    };
    for seen in plan.offline.iter().filter(|seen| is_falling(plan, seen)) {
        *falling.entry(plan.before[&seen.ordinal].company).or_default() += 1;
    }
    let rule = app.config.brake();
    let companies: Vec<CompanyId> = falling
        .iter()
        .filter(|(_, lost)| **lost * 2 >= rule.company_devices)
        .map(|(company, _)| *company)
        .collect();
    let sizes = store::presence::company_sizes(&app.db, &companies).await?;
    let Some(incident) = rule.check(&falling, &sizes.into_iter().collect(), online) else {
        return Ok(());
    };
    let is_held = |plan: &Plan, seen: &Observation| {
        is_falling(plan, seen)
            && match &incident {
                Incident::Mass => true,
                Incident::Companies(all) => all.contains(&plan.before[&seen.ordinal].company),
            }
    };
    let (held, offline): (Vec<_>, Vec<_>) =
        plan.offline.iter().copied().partition(|seen| is_held(plan, seen));
    let until = now.plus(ticks(app.config.unknown_grace_millis));
    for seen in &held {
        app.hot.slots().get(seen.ordinal).hold(until);
    }
    tracing::error!(
        incident = "mass_offline",
        devices = held.len(),
        online,
        cause = ?incident,
        "many devices fell silent at once; they are unknown until they speak or the grace ends"
    );
    let kind = match incident {
        Incident::Mass => incident::Kind::MassOffline,
        Incident::Companies(_) => incident::Kind::CompanyOffline,
    };
    let mut tenants = HashMap::new();
    for seen in &held {
        *tenants.entry(plan.before[&seen.ordinal].tenant).or_default() += 1;
    }
    plan.incident = Some((kind, tenants));
    plan.offline = offline;
    plan.unknown.extend(held);
    Ok(())
}

/// Makes those unstable that came and went too often.
pub(super) async fn guard(app: &App, plan: &mut Plan) -> Result<()> {
    let guard = app.config.guard();
    let before = &plan.before;
    let comes_or_goes = |seen: &Observation| {
        let state = &before[&seen.ordinal];
        matches!(state.presence, Presence::Online | Presence::Offline)
            .then_some((state.tenant, state.id))
    };
    let devices: Vec<(TenantId, DeviceId)> =
        plan.online.iter().chain(&plan.offline).filter_map(comes_or_goes).collect();
    if devices.is_empty() {
        return Ok(());
    }
    let window = TimeDelta::milliseconds(app.config.flap_window_millis.cast_signed());
    let since = app.clock.now() - window;
    let recent = store::timeline::count_transitions(&app.db, &devices, since).await?;
    let is_one_too_many = |seen: &mut Observation| {
        comes_or_goes(seen)
            .is_some_and(|(_, id)| guard.freezes(recent.get(&id).copied().unwrap_or_default()))
    };
    let mut unstable: Vec<Observation> = plan.online.extract_if(.., is_one_too_many).collect();
    unstable.extend(plan.offline.extract_if(.., is_one_too_many));
    plan.unstable = unstable;
    Ok(())
}

pub(super) fn frozen(app: &App) -> MutexGuard<'_, HashMap<Ordinal, Frozen>> {
    app.frozen.lock().unwrap_or_else(PoisonError::into_inner)
}
