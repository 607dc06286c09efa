//! Two replicas over one PostgreSQL and one Redis.

use std::time::Duration;

use chamados_device::Config;
use chamados_proto::device::v1::{
    self as pb, CloseReason, Presence, UsbPolicy, agent_message, server_message,
};
use chamados_testkit::{TestDatabase, databases::with, eventually, redis::PrivateRedis};

use crate::support::{
    LIMIT, Replica, World,
    agent::Stream,
    evidence::{execute, number},
    policy,
};

/// Makes a test of a function of two replicas over a Redis of their own.
macro_rules! replica_suite {
    ($($name:ident),+ $(,)?) => {
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let database = super::TestDatabase::postgres().await;
                    super::with(database, super::$name).await
                }
            )+
        }
    };
}

replica_suite!(
    presence_is_right_on_the_other_replica,
    the_newest_stream_wins_across_replicas,
    a_reset_on_one_cuts_the_stream_on_the_other,
    a_policy_set_on_one_is_told_on_the_other,
    a_reset_that_no_signal_told_of_is_found,
    the_devices_of_a_dead_replica_are_noticed_once,
    a_redis_that_forgets_everything_changes_nothing,
    streams_go_on_without_redis,
);

/// Beats often enough to be online, until dropped.
struct Heartbeat {
    task: tokio::task::JoinHandle<()>,
}

impl Heartbeat {
    fn of(stream: Stream) -> Self {
        let task = chamados_chassis::task::spawn("heartbeat", async move {
            let mut beats = tokio::time::interval(Duration::from_millis(50));
            let mut sequence = 0;
            loop {
                beats.tick().await;
                sequence += 1;
                if stream.beat(sequence).await.is_err() {
                    return;
                }
            }
        });
        Self { task }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn presence_is_right_on_the_other_replica(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let (a, b) = (Replica::start(&world).await?, Replica::start(&world).await?);
    let agent = b.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    let heartbeat = Heartbeat::of(stream);
    let first = a.wait_for(&world, &enrolled.device_id, Presence::Online).await;
    // A hears of later beats, through Redis.
    eventually(LIMIT, "a later beat is known", async || {
        let device = a.device(&world, &enrolled.device_id).await.ok()?;
        let seconds = |device: &pb::Device| device.last_seen_time.map(|t| (t.seconds, t.nanos));
        (seconds(&device) > seconds(&first)).then_some(())
    })
    .await;
    let online =
        pb::ListDevicesRequest { presences: vec![Presence::Online.into()], ..Default::default() };
    let page = a.devices().list_devices(world.as_staff(online)).await?.into_inner();
    assert_eq!(page.total_size, 1);

    drop(heartbeat);
    a.wait_for(&world, &enrolled.device_id, Presence::Stale).await;
    a.wait_for(&world, &enrolled.device_id, Presence::Offline).await;
    b.wait_for(&world, &enrolled.device_id, Presence::Offline).await;
    assert_eq!(a.timeline(&world, &enrolled.device_id).await?, ["offline", "online", "enrolled"]);
    Ok(())
}

async fn the_newest_stream_wins_across_replicas(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = World::patient;
    let (a, b) = (
        Replica::start_with(&world, config()).await?,
        Replica::start_with(&world, config()).await?,
    );
    let (at_a, at_b) = (a.agent().await?, b.agent().await?);
    let enrolled = at_a.enroll(1).await?;
    let (mut stream, mut last) = at_a.welcomed(&enrolled.token).await?;
    for agent in [&at_b, &at_a, &at_b, &at_a] {
        let (next, welcome) = agent.welcomed(&enrolled.token).await?;
        assert!(welcome.epoch > last.epoch, "epochs rise across replicas");
        assert_eq!(stream.closed().await, CloseReason::Superseded);
        (stream, last) = (next, welcome);
    }
    let device = b.wait_for(&world, &enrolled.device_id, Presence::Online).await;
    assert_eq!(device.id, enrolled.device_id);
    assert_eq!(a.timeline(&world, &enrolled.device_id).await?, ["online", "enrolled"]);
    Ok(())
}

async fn a_reset_on_one_cuts_the_stream_on_the_other(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let (a, b) = (
        Replica::start_with(&world, World::patient()).await?,
        Replica::start_with(&world, World::patient()).await?,
    );
    let agent = b.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    a.wait_for(&world, &enrolled.device_id, Presence::Online).await;
    let begun = world.clock.instant();
    a.reset(&world, &enrolled.device_id).await?;
    assert_eq!(stream.closed().await, CloseReason::Reset);
    assert!((world.clock.instant() - begun).as_secs_f64() < 1.0, "cut within a second");
    a.wait_for(&world, &enrolled.device_id, Presence::Offline).await;
    for agent in [a.agent().await?, b.agent().await?] {
        let (_, answer) = agent.hello(&enrolled.token).await?;
        assert_eq!(crate::support::agent::close_reason(&answer), CloseReason::Reset);
    }
    Ok(())
}

async fn a_policy_set_on_one_is_told_on_the_other(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    // Only the signal tells.
    let config = || Config { usb_policy_poll_millis: 3_600_000, ..World::patient() };
    let (a, b) = (
        Replica::start_with(&world, config()).await?,
        Replica::start_with(&world, config()).await?,
    );
    let agent = b.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    a.wait_for(&world, &enrolled.device_id, Presence::Online).await;
    for (revision, wish) in [(1, UsbPolicy::Block), (2, UsbPolicy::Allow)] {
        let begun = world.clock.instant();
        policy::set(&world, &a, &enrolled.device_id, wish).await?;
        assert_eq!(policy::hear(&mut stream).await, (revision, wish));
        assert!((world.clock.instant() - begun).as_secs_f64() < 1.0, "told within a second");
    }
    Ok(())
}

/// One replica resets and dies before it tells anybody, while the agent's messages are on their way to
/// the other.
async fn a_reset_that_no_signal_told_of_is_found(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = || Config { reset_poll_millis: 5_000, ..World::patient() };
    let a = Replica::start_with(&world, config()).await?;
    let b = Replica::start_with(&world, config()).await?;
    let agent = b.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    a.wait_for(&world, &enrolled.device_id, Presence::Online).await;
    let begun = world.clock.instant();
    let now = world.clock.now().to_rfc3339();
    execute(
        &a.db,
        &format!("UPDATE device SET token_generation = token_generation + 1, fenced_at = '{now}'"),
    )
    .await?;
    let up = stream.up.clone();
    let closed = async {
        loop {
            if let server_message::Message::Close(close) = stream.hear().await {
                return close.reason();
            }
        }
    };
    // Beats go on until the poll finds it: they are heard, and make no record online.
    let beats = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            let beat = agent_message::Message::Beat(pb::Beat { sequence: 1 });
            drop(up.send(pb::AgentMessage { message: Some(beat) }).await);
        }
    };
    let reason = tokio::select! {
        reason = closed => reason,
        () = beats => unreachable!("they never end"),
    };
    assert_eq!(reason, CloseReason::Reset);
    let took = (world.clock.instant() - begun).as_secs_f64();
    assert!(took < 6.0, "{took}");
    a.wait_for(&world, &enrolled.device_id, Presence::Offline).await;
    for agent in [a.agent().await?, b.agent().await?] {
        let (_, answer) = agent.hello(&enrolled.token).await?;
        assert_eq!(crate::support::agent::close_reason(&answer), CloseReason::Reset);
    }
    assert_eq!(a.timeline(&world, &enrolled.device_id).await?, ["offline", "online", "enrolled"]);
    Ok(())
}

async fn the_devices_of_a_dead_replica_are_noticed_once(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let a = Replica::start(&world).await?;
    let b = Replica::start(&world).await?;
    let c = Replica::start(&world).await?;
    let agent = b.agent().await?;
    let mut devices = Vec::new();
    for n in 1..=4 {
        let enrolled = agent.enroll(n).await?;
        let (stream, _) = agent.welcomed(&enrolled.token).await?;
        devices.push((enrolled.device_id, Heartbeat::of(stream)));
    }
    for (id, _) in &devices {
        a.wait_for(&world, id, Presence::Online).await;
    }
    b.kill();
    // Both survivors sweep the dead one's devices; each transition is written by one of them.
    for (id, _) in &devices {
        a.wait_for(&world, id, Presence::Offline).await;
        c.wait_for(&world, id, Presence::Offline).await;
        assert_eq!(a.timeline(&world, id).await?, ["offline", "online", "enrolled"]);
    }
    Ok(())
}

async fn a_redis_that_forgets_everything_changes_nothing(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let redis = PrivateRedis::start().await?;
    let world = World::with_redis(database, Some(&redis.url()))?;
    // No upkeep, which would repair what the exchange must not break.
    let config = || Config { upkeep_millis: 3_600_000, ..World::config() };
    let a = Replica::start_with(&world, config()).await?;
    let b = Replica::start_with(&world, config()).await?;
    let (at_a, at_b) = (a.agent().await?, b.agent().await?);
    let (first, second) = (at_a.enroll(1).await?, at_b.enroll(2).await?);
    let _first = Heartbeat::of(at_a.welcomed(&first.token).await?.0);
    let second_beats = Heartbeat::of(at_b.welcomed(&second.token).await?.0);
    for id in [&first.device_id, &second.device_id] {
        a.wait_for(&world, id, Presence::Online).await;
        b.wait_for(&world, id, Presence::Online).await;
    }
    let client = redis::Client::open(redis.url())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    for _ in 0..3 {
        let forgot_at = world.clock.now().timestamp_micros();
        let () = redis::cmd("FLUSHALL").query_async(&mut connection).await?;
        // Both write what they know again: a third replica, which knows nothing, sees all online.
        let c = Replica::start_with(&world, config()).await?;
        eventually(LIMIT, "both are known again", async || {
            for id in [&first.device_id, &second.device_id] {
                let device = c.device(&world, id).await.ok()?;
                let seen = device
                    .last_seen_time
                    .map(|t| t.seconds * 1_000_000 + i64::from(t.nanos / 1_000));
                if device.presence() != Presence::Online || seen <= Some(forgot_at) {
                    return None;
                }
            }
            Some(())
        })
        .await;
    }
    for id in [&first.device_id, &second.device_id] {
        assert_eq!(a.timeline(&world, id).await?, ["online", "enrolled"], "nothing happened");
    }
    // And silence still counts, seen from the other replica.
    drop(second_beats);
    a.wait_for(&world, &second.device_id, Presence::Offline).await;
    assert_eq!(a.device(&world, &first.device_id).await?.presence(), Presence::Online);
    Ok(())
}

async fn streams_go_on_without_redis(database: &TestDatabase) -> anyhow::Result<()> {
    let mut redis = PrivateRedis::start().await?;
    let world = World::with_redis(database, Some(&redis.url()))?;
    let (a, b) = (Replica::start(&world).await?, Replica::start(&world).await?);
    let (at_a, at_b) = (a.agent().await?, b.agent().await?);
    let (first, second) = (at_a.enroll(1).await?, at_b.enroll(2).await?);
    let _first = Heartbeat::of(at_a.welcomed(&first.token).await?.0);
    let _second = Heartbeat::of(at_b.welcomed(&second.token).await?.0);
    for id in [&first.device_id, &second.device_id] {
        a.wait_for(&world, id, Presence::Online).await;
    }
    redis.kill()?;
    // A stream begins and a device says good-bye without Redis.
    let third = at_a.enroll(3).await?;
    let (stream, _) = at_a.welcomed(&third.token).await?;
    a.wait_for(&world, &third.device_id, Presence::Online).await;
    stream.say(pb::agent_message::Message::Bye(pb::Bye { reason: "stop".into() })).await?;
    a.wait_for(&world, &third.device_id, Presence::Offline).await;
    // A's own device is online because A hears it; nobody calls B's offline.
    let offline = "SELECT count(*) FROM timeline_entry WHERE kind = 'offline'";
    assert_eq!(number(&a.db, offline).await?, 1);
    redis.restart().await?;
    eventually(LIMIT, "A hears of B's beats again", async || {
        let device = a.device(&world, &second.device_id).await.ok()?;
        let fresh = device.last_seen_time.as_ref()?.seconds >= world.clock.now().timestamp() - 2;
        (device.presence() == Presence::Online && fresh).then_some(())
    })
    .await;
    assert_eq!(number(&a.db, offline).await?, 1);
    Ok(())
}
