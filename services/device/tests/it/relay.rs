//! Relays: many devices over one connection, each of them as on a stream of its own.

use chamados_device::Config;
use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, server_message::Message as Down,
};
use chamados_testkit::{TestDatabase, eventually, store_suite};

use crate::support::{
    LIMIT, Replica, World,
    evidence::{Witness, number},
    inventory::os,
    relay::Relay,
};

store_suite!(
    many_devices_share_a_connection,
    the_newest_stream_wins_whatever_carries_it,
    a_reset_ends_one_stream_of_many,
    a_broken_relay_is_only_a_hint,
    a_relay_keeps_to_the_protocol,
    a_relay_is_bounded,
    a_stopping_server_tells_every_device,
);

/// So many devices enrolled: their ids and tokens, by number from 0.
async fn enrolled(replica: &Replica, devices: u32) -> anyhow::Result<Vec<pb::EnrollResponse>> {
    let agent = replica.agent().await?;
    let mut enrolled = Vec::new();
    for n in 0..devices {
        enrolled.push(agent.enroll(n).await?);
    }
    Ok(enrolled)
}

async fn online(replica: &Replica) -> anyhow::Result<i64> {
    number(&replica.db, "SELECT count(*) FROM device WHERE presence = 'online'").await
}

async fn many_devices_share_a_connection(database: &TestDatabase) -> anyhow::Result<()> {
    const DEVICES: u32 = 60;

    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let devices = enrolled(&replica, DEVICES).await?;
    let mut relay = Relay::open(&replica.agent().await?).await?;
    for (stream, device) in devices.iter().enumerate() {
        relay.hello(stream as u32, &device.token).await?;
    }
    let mut welcome: Vec<u32> = Vec::new();
    for _ in 0..DEVICES {
        let (stream, message) = relay.hear().await;
        assert!(matches!(message, Down::Welcome(_)), "{message:?}");
        welcome.push(stream);
    }
    welcome.sort_unstable();
    let all: Vec<u32> = (0..DEVICES).collect();
    assert_eq!(welcome, all);
    eventually(LIMIT, "all are online", async || {
        (online(&replica).await.ok()? == i64::from(DEVICES)).then_some(())
    })
    .await;

    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    let first = replica.device(&world, &devices[7].device_id).await?.last_seen_time;
    for _ in 0..30 {
        relay.beat(&all).await?;
    }
    relay.beat(&[7, 4_711, 7]).await?;
    assert_eq!(witness.state().await?, before, "1,800 beats are not written");
    let later = replica.device(&world, &devices[7].device_id).await?.last_seen_time;
    assert!(later.map(|t| (t.seconds, t.nanos)) >= first.map(|t| (t.seconds, t.nanos)));

    // Sections of one device are written in their order, and a good-bye is its own.
    for (build, digest) in [("1", 1), ("2", 2), ("3", 3)] {
        relay.say(5, Up::Sections(pb::Sections { sections: vec![os(build, digest)] })).await?;
    }
    relay.say(6, Up::Bye(pb::Bye { reason: "stop".into() })).await?;
    replica.wait_for(&world, &devices[6].device_id, pb::Presence::Offline).await;
    eventually(LIMIT, "the last section is written", async || {
        let device = replica.device(&world, &devices[5].device_id).await.ok()?;
        (device.inventory?.os?.build == "3").then_some(())
    })
    .await;
    assert_eq!(online(&replica).await?, i64::from(DEVICES) - 1);
    // The number of who left may stand for another stream.
    relay.welcomed(6, &devices[6].token).await?;
    replica.wait_for(&world, &devices[6].device_id, pb::Presence::Online).await;
    Ok(())
}

async fn the_newest_stream_wins_whatever_carries_it(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let devices = enrolled(&replica, 2).await?;
    let agent = replica.agent().await?;
    let (mut own, first) = agent.welcomed(&devices[0].token).await?;
    let mut relay = Relay::open(&agent).await?;
    let second = relay.welcomed(10, &devices[0].token).await?;
    assert!(second.epoch > first.epoch);
    assert_eq!(own.closed().await, CloseReason::Superseded);
    relay.welcomed(11, &devices[1].token).await?;

    let (_own, third) = agent.welcomed(&devices[0].token).await?;
    assert!(third.epoch > second.epoch);
    assert_eq!(relay.closed().await, (10, CloseReason::Superseded));
    // What the relay still says for it is heard by nobody: a good-bye would make it offline.
    relay.say(10, Up::Bye(pb::Bye::default())).await?;
    relay.beat(&[10, 11]).await?;
    let device = replica.device(&world, &devices[0].device_id).await?;
    assert_eq!(device.presence(), pb::Presence::Online);
    // Within one relay too.
    relay.welcomed(12, &devices[1].token).await?;
    assert_eq!(relay.closed().await, (11, CloseReason::Superseded));
    relay.welcomed(11, &devices[0].token).await?;
    relay.beat(&[11, 12]).await?;
    for device in &devices {
        assert_eq!(replica.timeline(&world, &device.device_id).await?, ["online", "enrolled"]);
    }
    Ok(())
}

async fn a_reset_ends_one_stream_of_many(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let devices = enrolled(&replica, 2).await?;
    let mut relay = Relay::open(&replica.agent().await?).await?;
    for (stream, device) in devices.iter().enumerate() {
        relay.welcomed(stream as u32, &device.token).await?;
        replica.wait_for(&world, &device.device_id, pb::Presence::Online).await;
    }
    let begun = world.clock.instant();
    replica.reset(&world, &devices[0].device_id).await?;
    // All of this is sent before the relay has heard of the reset.
    relay.say(0, Up::Sections(pb::Sections { sections: vec![os("evil", 9)] })).await?;
    relay.say(0, Up::Beat(pb::Beat { sequence: 1 })).await?;
    assert_eq!(relay.closed().await, (0, CloseReason::Reset));
    assert!((world.clock.instant() - begun).as_secs_f64() < 1.0, "cut within a second");
    relay.beat(&[0, 1]).await?;
    let gone = replica.wait_for(&world, &devices[0].device_id, pb::Presence::Offline).await;
    assert_eq!(gone.inventory.unwrap().os, None);
    relay.hello(2, &devices[0].token).await?;
    assert_eq!(relay.closed().await, (2, CloseReason::Reset));
    let other = replica.device(&world, &devices[1].device_id).await?;
    assert_eq!(other.presence(), pb::Presence::Online);
    Ok(())
}

async fn a_broken_relay_is_only_a_hint(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { interval_millis: 1_000, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let devices = enrolled(&replica, 3).await?;
    let mut relay = Relay::open(&replica.agent().await?).await?;
    for (stream, device) in devices.iter().enumerate() {
        relay.welcomed(stream as u32, &device.token).await?;
        replica.wait_for(&world, &device.device_id, pb::Presence::Online).await;
    }
    drop(relay);
    let mut relay = Relay::open(&replica.agent().await?).await?;
    relay.welcomed(0, &devices[0].token).await?;
    assert_eq!(replica.timeline(&world, &devices[0].device_id).await?, ["online", "enrolled"]);
    // Those that do not come back are silent, and noticed like any.
    let device = replica.wait_for(&world, &devices[2].device_id, pb::Presence::Offline).await;
    assert_eq!(replica.timeline(&world, &device.id).await?, ["offline", "online", "enrolled"]);
    Ok(())
}

async fn a_relay_keeps_to_the_protocol(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let token = agent.enroll(1).await?.token;

    let mut silent = Relay::open(&agent).await?;
    assert_eq!(silent.ended().await, CloseReason::Protocol);
    let mut empty = Relay::open(&agent).await?;
    empty.send(None).await?;
    assert_eq!(empty.ended().await, CloseReason::Protocol);
    let mut twice = Relay::open(&agent).await?;
    twice.welcomed(1, &token).await?;
    twice.hello(1, &token).await?;
    assert_eq!(twice.ended().await, CloseReason::Protocol);

    // What one device does wrong is its own affair.
    let mut relay = Relay::open(&agent).await?;
    relay.welcomed(1, &token).await?;
    relay.hello(2, "chd_nonsense").await?;
    assert_eq!(relay.closed().await, (2, CloseReason::BadIdentity));
    relay.say(3, Up::Beat(pb::Beat { sequence: 1 })).await?;
    relay.beat(&[1, 2, 3, u32::MAX]).await?;
    let crooked = pb::Section { kind: 1, digest: vec![1; 3].into(), ..Default::default() };
    relay.say(1, Up::Sections(pb::Sections { sections: vec![crooked] })).await?;
    assert_eq!(relay.closed().await, (1, CloseReason::Protocol));
    // Without a device there is no need for it.
    assert_eq!(relay.ended().await, CloseReason::Protocol);
    Ok(())
}

async fn a_relay_is_bounded(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { relay_devices: 2, handshakes_per_second: 3, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let devices = enrolled(&replica, 3).await?;
    let mut relay = Relay::open(&replica.agent().await?).await?;
    relay.welcomed(0, &devices[0].token).await?;
    relay.welcomed(1, &devices[1].token).await?;
    relay.hello(2, &devices[2].token).await?;
    assert_eq!(relay.closed().await, (2, CloseReason::Overload));
    relay.say(1, Up::Bye(pb::Bye::default())).await?;
    // Each device takes its place among the handshakes, whatever carries it.
    let mut refused = 0;
    for _ in 0..20 {
        relay.hello(2, &devices[2].token).await?;
        match relay.hear().await {
            (2, Down::Welcome(_)) => relay.say(2, Up::Bye(pb::Bye::default())).await?,
            (2, Down::Close(close)) => {
                assert_eq!(close.reason(), CloseReason::Overload);
                assert!(close.retry_after_seconds >= 1);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused >= 1, "20 handshakes at 3 a second");
    Ok(())
}

async fn a_stopping_server_tells_every_device(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let devices = enrolled(&replica, 5).await?;
    let mut relay = Relay::open(&replica.agent().await?).await?;
    for (stream, device) in devices.iter().enumerate() {
        relay.welcomed(stream as u32, &device.token).await?;
    }
    replica.stop();
    let mut told = Vec::new();
    for _ in 0..5 {
        let (stream, reason) = relay.closed().await;
        assert_eq!(reason, CloseReason::Drain);
        told.push(stream);
    }
    told.sort_unstable();
    assert_eq!(told, [0, 1, 2, 3, 4]);
    assert_eq!(relay.ended().await, CloseReason::Drain);
    Ok(())
}
