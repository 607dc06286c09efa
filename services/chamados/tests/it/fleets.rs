//! Many devices at once, by the generator of the measurements: every beat is heard, and trouble with
//! some of them is trouble with them only.

use std::time::Duration;

use chamados_bench::devices::{self, Counts, Fleet, Office, Order, Plan, Relays};
use chamados_proto::device::v1::CloseReason;
use chamados_testkit::{Sandbox, eventually, sandbox_suite};
use serde_json::Value;

use crate::{
    door,
    fixture::{Desk, SOON, items, pluck, text},
};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_fleet_is_heard_and_nothing_is_written,
    trouble_with_some_is_theirs_alone,
    relays_carry_the_beats_of_many,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    trouble_with_some_is_theirs_alone,
    relays_carry_the_beats_of_many,
);

const DEVICES: usize = 30;
const CONNECTIONS: usize = 4;
/// As the sandbox is set.
const ACKNOWLEDGE_EVERY: u64 = 2;

async fn fleet(sandbox: &Sandbox, desk: &Desk) -> anyhow::Result<Fleet> {
    let (_, key) = door::key(desk, &["devices.read", "devices.manage"]).await;
    let plan = Plan {
        connections: CONNECTIONS,
        interval: Some(Duration::from_millis(100)),
        inventory: true,
        api_key: Some(key),
        ..Plan::new(&sandbox.agent_url(), &desk.code, DEVICES)
    };
    let mut fleet = Fleet::enroll(plan).await?;
    fleet.connect().await?;
    Ok(fleet)
}

/// Waits until every replica counts all devices in this presence.
async fn all_are(desk: &Desk, presence: &str) {
    let path = format!("/api/admin/devices?presence={presence}&pageSize=100");
    let mut agreed = 0;
    eventually(SOON, &format!("all are {presence}"), async || {
        let list = desk.admin.get(&path).await.ok();
        agreed = if list["total"] == DEVICES { agreed + 1 } else { 0 };
        (agreed == 4).then_some(())
    })
    .await;
}

/// Waits for what the devices see.
async fn until(fleet: &Fleet, what: &str, seen: impl Fn(&Counts) -> bool) -> Counts {
    eventually(SOON, what, async || Some(fleet.tally().read()).filter(&seen)).await
}

async fn a_fleet_is_heard_and_nothing_is_written(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let fleet = fleet(sandbox, &desk).await?;
    all_are(&desk, "online").await;
    let described = |counts: &Counts| counts.sections == 4 * DEVICES as u64;
    until(&fleet, "all sections are asked for once", described).await;
    // What was sent before this beat was acknowledged is written.
    let begin = until(&fleet, "beats", |counts| counts.acknowledged > 0).await;
    let versions = eventually(SOON, "all are described", async || {
        let list = desk.admin.get("/api/admin/devices?pageSize=100").await.ok();
        let all = items(&list).iter().all(|device| device["osLabel"] == "Windows 11 Pro (26100)");
        all.then(|| versions(&list))
    })
    .await;
    let enough = begin.acknowledged + 10 * DEVICES as u64;
    until(&fleet, "ten beats of each", |counts| counts.acknowledged >= enough).await;
    let list = desk.admin.get("/api/admin/devices?pageSize=100").await.ok();
    assert_eq!(self::versions(&list), versions, "beats write nothing");

    let counts = fleet.stop().await?;
    let all = DEVICES as u64;
    assert_eq!((counts.enrolments, counts.welcomes), (all, all), "{counts:?}");
    assert_eq!((counts.broken, counts.refusals), (0, 0), "{counts:?}");
    assert_eq!(counts.closes.iter().sum::<u64>(), 0, "a good-bye is no Close: {counts:?}");
    assert_eq!(counts.sections, 4 * all, "nobody is asked twice");
    assert_eq!(counts.acknowledged, counts.acks * ACKNOWLEDGE_EVERY);
    let unheard = counts.beats - counts.acknowledged;
    assert!(unheard <= ACKNOWLEDGE_EVERY * all, "{unheard} beats got no answer");
    assert!((1..=counts.acks).contains(&counts.acknowledgement.count()), "{counts:?}");
    all_are(&desk, "offline").await;
    Ok(())
}

/// Version of each record, and when it changed.
fn versions(list: &Value) -> Vec<(i64, String)> {
    let version = |device: &Value| device["version"].as_i64().unwrap_or_default();
    items(list).iter().map(|device| (version(device), text(device, "updatedAt"))).collect()
}

async fn trouble_with_some_is_theirs_alone(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    /// Of each kind.
    const SOME: usize = 6;
    let desk = Desk::open(sandbox).await?;
    let fleet = fleet(sandbox, &desk).await?;
    all_are(&desk, "online").await;
    let owner =
        async |place: usize| text(&desk.device(fleet.device(place)).await["assignedUser"], "id");
    let before = owner(SOME).await;
    for place in 0..SOME {
        fleet.order(place, Order::Reset);
        fleet.order(SOME + place, Order::HandOver);
        fleet.order(2 * SOME + place, Order::Change);
    }
    let some = SOME as u64;
    let counts = until(&fleet, "all are done and back", |counts| {
        (counts.resets, counts.handovers, counts.changes) == (some, some, some)
            && counts.welcomes == DEVICES as u64 + 2 * some
    })
    .await;
    assert_eq!(counts.closed(CloseReason::Reset), 2 * some, "{counts:?}");
    assert_eq!(counts.closes.iter().sum::<u64>(), 2 * some, "for no other reason: {counts:?}");
    assert_eq!((counts.broken, counts.refusals), (0, 0), "{counts:?}");
    assert_eq!(counts.enrolments, DEVICES as u64 + 2 * some);
    assert_eq!(counts.cut.count(), some, "every reset cut its stream");
    assert_eq!(counts.absence.count(), 2 * some);

    all_are(&desk, "online").await;
    assert_eq!(desk.admin.get("/api/admin/devices").await.ok()["total"], DEVICES);
    assert_ne!(owner(SOME).await, before, "it is the next person's");
    let timeline = async |place: usize| {
        let path = format!("/api/admin/devices/{}/timeline", fleet.device(place));
        desk.admin.get(&path).await.ok()
    };
    let kinds = timeline(0).await;
    assert!(pluck(&kinds, "type").contains(&"reset"), "{kinds:#}");
    let kinds = timeline(SOME).await;
    assert!(pluck(&kinds, "type").contains(&"reenrolled"), "{kinds:#}");
    eventually(SOON, "a change is written", async || {
        let kinds = timeline(2 * SOME).await;
        let changes = pluck(&kinds, "type").into_iter().filter(|kind| *kind == "inventory_changed");
        // The first is the description.
        (changes.count() >= 2).then_some(())
    })
    .await;
    let kinds = timeline(DEVICES - 1).await;
    for kind in ["reset", "reenrolled", "offline"] {
        assert!(!pluck(&kinds, "type").contains(&kind), "nothing happened to it: {kinds:#}");
    }
    fleet.stop().await?;
    Ok(())
}

async fn relays_carry_the_beats_of_many(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let plan = Plan {
        connections: 3,
        interval: Some(Duration::from_millis(200)),
        ..Plan::new(&sandbox.agent_url(), &desk.code, DEVICES)
    };
    let known = devices::enroll(&plan, &Office::open(&plan).await?).await?;
    let mut relays = Relays::start(&plan, known)?;
    relays.until_open().await?;
    all_are(&desk, "online").await;
    let counts = eventually(SOON, "five beats of each", async || {
        let counts = relays.tally().read();
        (counts.acknowledged >= 5 * DEVICES as u64).then_some(counts)
    })
    .await;
    assert_eq!(counts.welcomes, DEVICES as u64, "{counts:?}");
    assert_eq!(counts.closes.iter().sum::<u64>(), 0, "{counts:?}");
    assert!(counts.acknowledged <= counts.beats, "{counts:?}");
    // A relay that is gone takes its devices along without a good-bye: they are silent.
    drop(relays);
    all_are(&desk, "offline").await;
    Ok(())
}
