//! Presence of one replica: right by the server's clock, and not alarmed by its own faults.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chamados_chassis::{
    bus::Heard,
    clock::{self, Clock},
};
use chamados_device::Config;
use chamados_proto::device::v1 as pb;
use chamados_testkit::{TestDatabase, eventually, store_suite};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::support::{LIMIT, Replica, World, agent::Stream, evidence::number, replica::heard};

store_suite!(
    a_silent_device_is_noticed_in_time,
    a_broken_stream_is_only_a_hint,
    a_restart_makes_nobody_offline,
    half_a_company_is_not_called_offline,
    a_mass_that_falls_silent_is_one_incident,
    a_wall_clock_that_jumps_changes_nothing,
    a_process_that_stood_still_calls_nobody_offline,
    transitions_wait_for_the_database,
);

/// A device that is online: its id, its token, its open stream.
async fn enrolled_online(
    world: &World,
    replica: &Replica,
    n: u32,
) -> anyhow::Result<(String, String, Stream)> {
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(n).await?;
    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(world, &enrolled.device_id, pb::Presence::Online).await;
    Ok((enrolled.device_id, enrolled.token, stream))
}

async fn a_silent_device_is_noticed_in_time(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let mut signals = replica.listen();
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    heard(&mut signals, "device.presence").await;
    stream.beat(1).await?;
    let silent_since = world.clock.instant();
    // The stream stays open: silence alone decides.
    let stale = replica.wait_for(&world, &enrolled.device_id, pb::Presence::Stale).await;
    let noticed_stale = (world.clock.instant() - silent_since).as_secs_f64();
    // Of being stale a signal tells as well.
    let gone = chamados_testkit::eventually(LIMIT, "it is offline by a signal", async || {
        heard(&mut signals, "device.presence").await;
        let device = replica.device(&world, &enrolled.device_id).await.ok()?;
        (device.presence() == pb::Presence::Offline).then_some(device)
    })
    .await;
    let noticed = (world.clock.instant() - silent_since).as_secs_f64();
    // Stale after one and a half intervals, offline after three and the grace: 0.3 s and 1.0 s.
    assert!((0.2..2.3).contains(&noticed_stale), "{noticed_stale}");
    assert!((0.8..3.0).contains(&noticed), "{noticed}");
    assert_eq!(gone.last_seen_time, stale.last_seen_time, "the last message, not the notice");

    // The same stream speaks again: nothing was lost, the device is back.
    stream.beat(2).await?;
    heard(&mut signals, "device.presence").await;
    assert_eq!(
        replica.timeline(&world, &enrolled.device_id).await?[..3],
        ["online", "offline", "online"]
    );
    Ok(())
}

async fn a_broken_stream_is_only_a_hint(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { interval_millis: 1_000, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let (id, token, stream) = enrolled_online(&world, &replica, 1).await?;
    drop(stream);
    let (stream, _) = replica.agent().await?.welcomed(&token).await?;
    assert_ne!(replica.device(&world, &id).await?.presence(), pb::Presence::Offline);
    assert_eq!(replica.timeline(&world, &id).await?, ["online", "enrolled"]);
    drop(stream);
    replica.wait_for(&world, &id, pb::Presence::Offline).await;
    Ok(())
}

async fn a_restart_makes_nobody_offline(database: &TestDatabase) -> anyhow::Result<()> {
    let mut world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let (back, token, _stream) = enrolled_online(&world, &replica, 1).await?;
    let (gone, ..) = enrolled_online(&world, &replica, 2).await?;
    replica.kill();
    // Redis is lost together with the process, which then knows nothing.
    world.forget_redis();

    let replica = Replica::start_with(&world, World::patient()).await?;
    replica.wait_for(&world, &gone, pb::Presence::Unknown).await;
    let (_stream, _) = replica.agent().await?.welcomed(&token).await?;
    replica.wait_for(&world, &back, pb::Presence::Online).await;
    assert_eq!(replica.timeline(&world, &back).await?, ["online", "enrolled"], "it never left");
    assert_eq!(replica.timeline(&world, &gone).await?, ["online", "enrolled"], "nobody knows");
    // After the grace silence counts.
    replica.wait_for(&world, &gone, pb::Presence::Offline).await;
    assert_eq!(replica.timeline(&world, &gone).await?, ["offline", "online", "enrolled"]);
    assert_eq!(replica.device(&world, &back).await?.presence(), pb::Presence::Online);
    Ok(())
}

async fn half_a_company_is_not_called_offline(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { interval_millis: 500, sweep_millis: 300, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let mut devices = Vec::new();
    for n in 1..=12 {
        devices.push(agent.enroll(n).await?);
    }
    let mut streams = Vec::new();
    for device in &devices {
        streams.push(agent.welcomed(&device.token).await?.0);
    }
    // All speak once more at the same time, then all are silent.
    for stream in &streams {
        stream.beat(1).await?;
    }
    for device in &devices {
        replica.wait_for(&world, &device.device_id, pb::Presence::Unknown).await;
    }
    let offline = "SELECT count(*) FROM timeline_entry WHERE kind = 'offline'";
    assert_eq!(number(&replica.db, offline).await?, 0);
    let incidents = replica.incidents(&world).await?;
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!((incidents[0].r#type.as_str(), incidents[0].devices), ("company_offline", 12));
    assert_eq!(incidents[0].resolve_time, None);
    streams[0].beat(2).await?;
    replica.wait_for(&world, &devices[0].device_id, pb::Presence::Online).await;
    assert_eq!(
        replica.timeline(&world, &devices[0].device_id).await?,
        ["online", "enrolled"],
        "our trouble is not in its timeline"
    );
    for device in &devices[1..] {
        replica.wait_for(&world, &device.device_id, pb::Presence::Offline).await;
    }
    assert_eq!(replica.incidents(&world).await?[0].resolve_time, None, "one grace is not two");
    eventually(LIMIT, "the incident is resolved", async || {
        let incidents = replica.incidents(&world).await.ok()?;
        assert_eq!(incidents.len(), 1, "{incidents:?}");
        incidents[0].resolve_time.map(|_| ())
    })
    .await;
    Ok(())
}

async fn a_mass_that_falls_silent_is_one_incident(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let brake = Config { brake_devices: 3, ..World::config() };
    let config = Config { interval_millis: 500, sweep_millis: 300, ..brake };
    let replica = Replica::start_with(&world, config).await?;
    let mut devices = Vec::new();
    for n in 1..=8 {
        devices.push(enrolled_online(&world, &replica, n).await?);
    }
    for (_, _, stream) in &devices {
        stream.beat(1).await?;
    }
    for (id, ..) in &devices {
        replica.wait_for(&world, id, pb::Presence::Unknown).await;
        assert_eq!(replica.timeline(&world, id).await?, ["online", "enrolled"]);
    }
    let incidents = replica.incidents(&world).await?;
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!((incidents[0].r#type.as_str(), incidents[0].devices), ("mass_offline", 8));
    // Three that say good-bye together are no fault of ours.
    for (_, _, stream) in &devices[..3] {
        stream.beat(2).await?;
    }
    for (id, _, stream) in &devices[..3] {
        replica.wait_for(&world, id, pb::Presence::Online).await;
        stream.say(pb::agent_message::Message::Bye(pb::Bye::default())).await?;
        replica.wait_for(&world, id, pb::Presence::Offline).await;
    }
    assert_eq!(replica.incidents(&world).await?.len(), 1);
    Ok(())
}

/// A clock whose hands can be moved, each by itself.
struct Hands {
    wall: Mutex<TimeDelta>,
    monotonic: Mutex<Duration>,
}

impl Hands {
    fn start() -> Arc<Self> {
        Arc::new(Self { wall: Mutex::default(), monotonic: Mutex::default() })
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        clock::system().now() + *self.wall.lock().unwrap()
    }

    fn instant(&self) -> Instant {
        clock::system().instant() + *self.monotonic.lock().unwrap()
    }
}

async fn a_wall_clock_that_jumps_changes_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let (mut world, hands) = (World::new(database)?, Hands::start());
    world.clock = hands.clone();
    let replica = Replica::start(&world).await?;
    let (id, _, mut stream) = enrolled_online(&world, &replica, 1).await?;
    let mut sequence = 0;
    for hours in [1, -2, 3] {
        *hands.wall.lock().unwrap() += TimeDelta::hours(hours);
        // Longer than a silent device is taken to be there.
        let begun = clock::system().instant();
        while clock::system().instant() < begun + Duration::from_millis(1_200) {
            for _ in 0..8 {
                sequence += 1;
                stream.beat(sequence).await?;
            }
            assert!(matches!(stream.hear().await, pb::server_message::Message::Ack(_)));
            replica.device(&world, &id).await?;
        }
        assert_ne!(replica.device(&world, &id).await?.presence(), pb::Presence::Offline);
    }
    assert_eq!(replica.timeline(&world, &id).await?, ["online", "enrolled"]);
    // And silence is still noticed.
    replica.wait_for(&world, &id, pb::Presence::Offline).await;
    Ok(())
}

async fn a_process_that_stood_still_calls_nobody_offline(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let (mut world, hands) = (World::new(database)?, Hands::start());
    world.clock = hands.clone();
    let config = Config { interval_millis: 5_000, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let (back, _, stream) = enrolled_online(&world, &replica, 1).await?;
    let (gone, ..) = enrolled_online(&world, &replica, 2).await?;
    // As after a suspension of the whole machine: nobody was heard for an hour, nor could be.
    *hands.monotonic.lock().unwrap() += Duration::from_secs(3_600);
    stream.beat(1).await?;
    replica.wait_for(&world, &gone, pb::Presence::Unknown).await;
    assert_eq!(replica.timeline(&world, &gone).await?, ["online", "enrolled"], "nobody knows");
    // After the grace silence counts.
    replica.wait_for(&world, &gone, pb::Presence::Offline).await;
    assert_eq!(replica.timeline(&world, &back).await?, ["online", "enrolled"]);
    Ok(())
}

async fn transitions_wait_for_the_database(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let (id, _, stream) = enrolled_online(&world, &replica, 1).await?;
    let mut signals = replica.listen();
    {
        // Nobody else can write while this is open.
        let tx = replica.db.begin().await?;
        let lock = match replica.db.backend() {
            sea_orm::DbBackend::Postgres => "LOCK TABLE device IN EXCLUSIVE MODE",
            _ => "UPDATE ordinal_counter SET next = next",
        };
        sea_orm::ConnectionTrait::execute_unprepared(&tx, lock).await?;
        stream.say(pb::agent_message::Message::Bye(pb::Bye { reason: "stop".into() })).await?;
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(300), async {
            while let Ok(Heard::Signal(signal)) = signals.recv().await {
                assert_ne!(signal.topic, "device.presence", "told before it was written");
            }
        });
        drop(quiet.await);
    }
    let signal = tokio::time::timeout(LIMIT, heard(&mut signals, "device.presence")).await?;
    assert_eq!(signal.ids, [id.as_str()]);
    assert_eq!(replica.device(&world, &id).await?.presence(), pb::Presence::Offline);
    Ok(())
}
