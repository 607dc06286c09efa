//! The sweep: every second it compares what the hot store knows with what the records are believed
//! to say, and writes the difference. When nothing moved it does not touch the database.
//!
//! Replicas may sweep the same devices: a record changes only from the state it was seen in, so of
//! all of them one writes a transition, and its timeline entry.

mod restraint;

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use chamados_chassis::{
    auth::{Actor, Audience},
    id::{CompanyId, DeviceId, TenantId, UserId},
    shutdown::Shutdown,
};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::MissedTickBehavior;

use self::restraint::{brake, frozen, guard, hold_all};
use crate::{
    app::{App, fences},
    domain::{
        device::Ordinal,
        flaps::Frozen,
        history, incident,
        presence::{Presence, Pulse, Stamp, is_stale, ticks as ticks_of},
        timeline::{self, Kind},
    },
    error::Result,
    lateness::Lateness,
    store::{
        self,
        devices::Fence,
        presence::{Observation, State},
    },
};

/// Ids in one signal.
const SIGNAL_IDS: usize = 500;
/// Who waits this much longer than asked, in ticks, stood still: the machine slept, or the process was
/// stopped. Nobody was heard meanwhile.
const STOOD_STILL: u32 = 100;

/// Number of devices that changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) online: u64,
    pub(crate) offline: u64,
    pub(crate) unknown: u64,
    pub(crate) unstable: u64,
}

/// A device whose record has to change.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    ordinal: Ordinal,
    pulse: Pulse,
    verdict: Presence,
}

/// What is to be written.
#[derive(Debug, Default)]
struct Plan {
    online: Vec<Observation>,
    offline: Vec<Observation>,
    unknown: Vec<Observation>,
    unstable: Vec<Observation>,
    /// What the brake makes of it, and how many devices of each tenant it held.
    incident: Option<(incident::Kind, HashMap<TenantId, u64>)>,
    before: HashMap<Ordinal, State>,
}

/// Sweeps until shutdown: at every tick, and at once when a stream begins or says good-bye.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(Duration::from_millis(app.config.sweep_millis));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut requested = std::pin::pin!(shutdown.requested());
    let mut failing = false;
    let longest_wait = ticks_of(app.config.sweep_millis).saturating_add(STOOD_STILL);
    loop {
        let waits_since = app.stamp();
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.wake.notified() => {}
            () = &mut requested => return,
        }
        if app.stamp().since(waits_since) > longest_wait {
            hold_all(&app);
            // What came meanwhile waits to be heard.
            continue;
        }
        match sweep(&app).await {
            Ok(_) => failing = false,
            // A trouble that stays is logged once.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "presence is not written; trying on");
            }
            Err(_) => {}
        }
    }
}

/// Compares anew what the records of devices say that are or should be present, then sweeps.
///
/// # Errors
/// When the database is away.
pub(crate) async fn settle(app: &App) -> Result<Swept> {
    for known in store::presence::load_present(&app.db).await? {
        app.hot.slots().get(known.ordinal).believe(known.presence);
    }
    let mut own = Vec::new();
    app.hot.slots().scan(|ordinal, pulse| {
        if pulse.own && pulse.seen.is_moment() {
            own.push(ordinal);
        }
    });
    for known in store::presence::load(&app.db, &own).await? {
        app.hot.slots().get(known.ordinal).believe(known.presence);
    }
    sweep(app).await
}

/// Finds devices of this process that another replica, cut off from it, called absent.
///
/// # Errors
/// When the database is away.
pub(crate) async fn recheck(app: &App) -> Result<()> {
    let period = TimeDelta::milliseconds(app.config.upkeep_millis.cast_signed());
    let since = app.clock.now() - period * 3;
    for known in store::presence::load_absent_since(&app.db, since).await? {
        let slot = app.hot.slots().get(known.ordinal);
        if slot.pulse().own {
            slot.believe(known.presence);
        }
    }
    Ok(())
}

async fn sweep(app: &App) -> Result<Swept> {
    // One at a time.
    let mut lateness = app.sweep.lock().await;
    let now = app.stamp();
    let foreign = app.exchange_state().may_judge_foreign(app.config.sweep_millis, now);
    let Scan { candidates, online, late } = scan(app, foreign, now);
    let mut swept = Swept::default();
    if !candidates.is_empty() {
        let mut plan = plan(app, &candidates).await?;
        brake(app, &mut plan, &candidates, online, now).await?;
        guard(app, &mut plan).await?;
        swept = write(app, plan).await?;
    }
    tell_of_lateness(app, &mut lateness, &late, now).await?;
    Ok(swept)
}

/// What one look at the hot store finds, in the order of ordinals.
#[derive(Debug, Default)]
struct Scan {
    /// Devices whose verdict is not what their record is believed to say.
    candidates: Vec<Candidate>,
    /// How many are online.
    online: u64,
    /// Those of this process that are online and late.
    late: Vec<Ordinal>,
}

fn scan(app: &App, foreign: bool, now: Stamp) -> Scan {
    let (rule, guard) = (app.config.rule(), app.config.guard());
    let mut frozen = frozen(app);
    let Scan { mut candidates, mut online, mut late } = Scan::default();
    app.hot.slots().scan(|ordinal, pulse| {
        let is_online = pulse.belief == Some(Presence::Online);
        online += u64::from(is_online);
        if is_online && pulse.own && is_stale(pulse, now) {
            late.push(ordinal);
        }
        if !pulse.own && !foreign {
            return;
        }
        let verdict = rule.verdict(pulse, now);
        if let Some(frozen) = frozen.get_mut(&ordinal)
            // What another replica hears is alive there.
            && !frozen.look(verdict.unwrap_or(Presence::Online), now, guard)
        {
            return;
        }
        if let Some(verdict) = verdict
            && pulse.belief != Some(verdict)
        {
            candidates.push(Candidate { ordinal, pulse: *pulse, verdict });
        }
    });
    Scan { candidates, online, late }
}

/// Tells of devices that became late or are so no longer. Reads who may know; writes nothing.
async fn tell_of_lateness(
    app: &App,
    lateness: &mut Lateness,
    late: &[Ordinal],
    now: Stamp,
) -> Result<()> {
    let slots = app.hot.slots();
    let is_online = |ordinal| slots.get(ordinal).pulse().belief == Some(Presence::Online);
    // Two exchanges: the one under way may have begun before.
    let patience = ticks_of(2 * app.config.sweep_millis);
    let due = lateness.turn(late, now, patience, is_online);
    if !due.is_empty() {
        tell(app, &store::presence::load(&app.db, &due).await?).await;
    }
    Ok(())
}

/// Reads the records and leaves out what is right already.
async fn plan(app: &App, candidates: &[Candidate]) -> Result<Plan> {
    let ordinals: Vec<Ordinal> = candidates.iter().map(|candidate| candidate.ordinal).collect();
    let states = store::presence::load(&app.db, &ordinals).await?;
    let before = states.into_iter().map(|state| (state.ordinal, state)).collect();
    let mut plan = Plan { before, ..Plan::default() };
    let (now, stamp) = (app.clock.now(), app.stamp());
    let mut frozen = frozen(app);
    for candidate in candidates {
        let slot = app.hot.slots().get(candidate.ordinal);
        let Some(state) = plan.before.get(&candidate.ordinal) else { continue };
        if state.generation > slot.generation() {
            fences::apply(app, Fence { ordinal: candidate.ordinal, generation: state.generation });
        }
        // One that is known to be frozen is only a candidate after it was quiet for long enough.
        if state.presence != Presence::Unstable {
            frozen.remove(&candidate.ordinal);
        } else if let Entry::Vacant(entry) = frozen.entry(candidate.ordinal) {
            entry.insert(Frozen::new(candidate.verdict, stamp));
            continue;
        }
        if state.presence == candidate.verdict || state.epoch > candidate.pulse.epoch {
            slot.believe_of(candidate.pulse.epoch, candidate.verdict);
            continue;
        }
        let observation = Observation {
            ordinal: candidate.ordinal,
            epoch: candidate.pulse.epoch,
            generation: slot.generation(),
            seen_at: candidate.pulse.seen.time().unwrap_or(now),
        };
        match candidate.verdict {
            Presence::Online | Presence::Stale => plan.online.push(observation),
            Presence::Offline => plan.offline.push(observation),
            Presence::Unknown | Presence::Unstable => plan.unknown.push(observation),
        }
    }
    Ok(plan)
}

/// Writes the transitions in one transaction, then tells of them.
async fn write(app: &App, plan: Plan) -> Result<Swept> {
    let transitions = [
        (Presence::Online, &plan.online),
        (Presence::Offline, &plan.offline),
        (Presence::Unknown, &plan.unknown),
        (Presence::Unstable, &plan.unstable),
    ];
    if transitions.iter().all(|(_, observations)| observations.is_empty()) {
        return Ok(Swept::default());
    }
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let mut changed: Vec<State> = Vec::new();
    for (presence, observations) in transitions {
        changed.extend(store::presence::write(&tx, presence, observations, now).await?);
    }
    if let Some((kind, tenants)) = &plan.incident {
        // Held until one grace has passed, resolved after a second one.
        let grace = TimeDelta::milliseconds(app.config.unknown_grace_millis.cast_signed());
        for (tenant, devices) in tenants {
            let resolves_at = now + grace * 2;
            store::incidents::raise(&tx, *tenant, *kind, *devices, now, resolves_at).await?;
        }
    }
    let entries: Vec<timeline::Entry> =
        changed.iter().filter_map(|state| entry(state, &plan.before, now)).collect();
    store::timeline::append(&tx, &entries).await?;
    tx.commit().await?;

    {
        let mut frozen = frozen(app);
        for state in changed.iter().filter(|state| state.presence != Presence::Unstable) {
            frozen.remove(&state.ordinal);
        }
    }
    for (presence, observations) in transitions {
        for observation in observations {
            let slot = app.hot.slots().get(observation.ordinal);
            slot.believe_of(observation.epoch, presence);
        }
    }
    tell(app, &changed).await;
    let count = |presence| {
        let became = changed.iter().filter(|state| state.presence == presence).count() as u64;
        app.gauges.became(presence, became);
        became
    };
    Ok(Swept {
        online: count(Presence::Online),
        offline: count(Presence::Offline),
        unknown: count(Presence::Unknown),
        unstable: count(Presence::Unstable),
    })
}

/// What the timeline says of a transition. Being unknown is our state, not the device's: it is told only
/// with an end that shows that nobody knew when it began.
fn entry(
    state: &State,
    before: &HashMap<Ordinal, State>,
    now: DateTime<Utc>,
) -> Option<timeline::Entry> {
    let before = before.get(&state.ordinal);
    let unknown = before.filter(|before| before.presence == Presence::Unknown);
    let (kind, actor) = match state.presence {
        Presence::Online if unknown.is_none() => (Kind::Online, Actor::Device(state.id)),
        Presence::Offline => (Kind::Offline, Actor::Service(crate::NAME.to_owned())),
        Presence::Unstable => (Kind::Unstable, Actor::Service(crate::NAME.to_owned())),
        _ => return None,
    };
    let since = unknown.and_then(|before| before.since).filter(|_| kind == Kind::Offline);
    let changes = since.into_iter().map(history::unknown_since).collect();
    let entry = timeline::Entry::new(state.tenant, state.id, kind, actor, now);
    Some(entry.with_changes(changes))
}

/// One signal for all devices that the same people see.
async fn tell(app: &App, changed: &[State]) {
    let ids: Vec<DeviceId> = changed.iter().map(|state| state.id).collect();
    let links = store::links::of(app.db.read(), &ids).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "linked people are not told who came and went");
        HashMap::new()
    });
    let mut audiences: HashMap<(TenantId, CompanyId, Vec<UserId>), Vec<DeviceId>> = HashMap::new();
    for state in changed {
        let linked = links.get(&state.id).into_iter().flatten().map(|link| link.user);
        let users = state.assigned_user.into_iter().chain(linked).collect();
        audiences.entry((state.tenant, state.company, users)).or_default().push(state.id);
    }
    for ((tenant, company, users), ids) in audiences {
        for ids in ids.chunks(SIGNAL_IDS) {
            let audience = Audience { company: Some(company), users: users.clone() };
            app.signal(tenant, "device.presence", ids, audience).await;
        }
    }
}
