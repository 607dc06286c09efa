//! Facts and signals between processes.

use std::sync::{Arc, atomic::Ordering};

use chamados_chassis::{
    bus::{EventBus as _, Heard, SignalBus},
    clock,
    shutdown::Shutdown,
};
use chamados_proto::event::v1::Signal;
use chamados_store_kit::{
    Db, Relay,
    bus_redis::RedisBus,
    redis::{Redis, RedisConfig},
    signal_redis::RedisSignals,
};
use chamados_testkit::{TestDatabase, eventually, redis::PrivateRedis};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

use crate::support::{LIMIT, Recorder, append_each, open_as};

fn shared() -> anyhow::Result<Redis> {
    let config = RedisConfig::new(chamados_testkit::redis::url()?);
    let key_prefix = chamados_testkit::redis::key_prefix();
    Ok(Redis::connect(&RedisConfig { key_prefix, ..config })?)
}

fn texts(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

/// A process that reads for `recorder` and one that sends what is in `source`.
async fn start(
    redis: &Redis,
    source: &Db,
    recorder: &Arc<Recorder>,
) -> anyhow::Result<(Shutdown, Shutdown)> {
    let (sender, reader) = (Shutdown::new(), Shutdown::new());
    let bus = Arc::new(RedisBus::new(redis.clone(), clock::system(), sender.clone()));
    Relay::new(source.clone(), bus, clock::system()).start(&sender);
    read(redis, recorder, &reader).await?;
    Ok((sender, reader))
}

async fn read(redis: &Redis, recorder: &Arc<Recorder>, shutdown: &Shutdown) -> anyhow::Result<()> {
    let bus = RedisBus::new(redis.clone(), clock::system(), shutdown.clone());
    Ok(bus.attach(recorder.consumer()).await?)
}

async fn expect_effects(recorder: &Recorder, expected: &[String]) {
    eventually(LIMIT, "every effect", async || {
        (recorder.effects().await.len() >= expected.len()).then_some(())
    })
    .await;
    assert_eq!(recorder.effects().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_effect_happens_once_whatever_fails() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let (source, target) =
        (open_as(&database, "source").await?, open_as(&database, "target").await?);
    let redis = shared()?;
    let recorder = Recorder::new(&target, "target");
    recorder.fail_before.store(1, Ordering::SeqCst);
    recorder.fail_after.store(1, Ordering::SeqCst);
    recorder.panic.store(1, Ordering::SeqCst);
    // Sent before anybody reads.
    append_each(&source, Uuid::now_v7(), texts(0..5)).await?;
    let (sender, reader) = start(&redis, &source, &recorder).await?;
    append_each(&source, Uuid::now_v7(), ["poison".to_owned()]).await?;
    append_each(&source, Uuid::now_v7(), texts(5..150)).await?;
    expect_effects(&recorder, &texts(0..150)).await;
    assert_eq!(sender.drain(LIMIT).await, Ok(()));
    assert_eq!(reader.drain(LIMIT).await, Ok(()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_replica_takes_over_in_order() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let db = open_as(&database, "source").await?;
    let redis = shared()?;
    let recorder = Recorder::new(&db, "self");
    let (sender, first) = start(&redis, &db, &recorder).await?;
    let second = Shutdown::new();
    append_each(&db, Uuid::now_v7(), texts(0..20)).await?;
    expect_effects(&recorder, &texts(0..20)).await;
    read(&redis, &recorder, &second).await?;
    // Stopped in the middle of an event that does not go through.
    recorder.fail_before.store(u32::MAX, Ordering::SeqCst);
    append_each(&db, Uuid::now_v7(), texts(20..40)).await?;
    eventually(LIMIT, "a stuck event", async || (recorder.seen().last()? == "20").then_some(()))
        .await;
    assert_eq!(first.drain(LIMIT).await, Ok(()));
    recorder.fail_before.store(0, Ordering::SeqCst);
    expect_effects(&recorder, &texts(0..40)).await;
    assert_eq!(second.drain(LIMIT).await, Ok(()));
    assert_eq!(sender.drain(LIMIT).await, Ok(()));
    Ok(())
}

/// Redis is killed and comes back empty while nobody handles, and is emptied: what it forgot is
/// sent again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_with_redis() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let db = open_as(&database, "source").await?;
    let mut server = PrivateRedis::start().await?;
    let redis = Redis::connect(&RedisConfig::new(server.url()))?;
    let recorder = Recorder::new(&db, "self");
    let (sender, reader) = start(&redis, &db, &recorder).await?;
    append_each(&db, Uuid::now_v7(), texts(0..5)).await?;
    expect_effects(&recorder, &texts(0..5)).await;

    recorder.fail_before.store(u32::MAX, Ordering::SeqCst);
    append_each(&db, Uuid::now_v7(), texts(5..10)).await?;
    eventually(LIMIT, "a stuck event", async || (recorder.seen().last()? == "5").then_some(()))
        .await;
    server.kill()?;
    recorder.fail_before.store(0, Ordering::SeqCst);
    append_each(&db, Uuid::now_v7(), texts(10..15)).await?;
    server.restart().await?;
    expect_effects(&recorder, &texts(0..15)).await;

    // Emptied while the reader waits: its group is gone.
    eventually(LIMIT, "an emptied Redis", async || {
        redis::cmd("FLUSHALL").exec_async(&mut redis.connection()).await.ok()
    })
    .await;
    append_each(&db, Uuid::now_v7(), texts(15..20)).await?;
    expect_effects(&recorder, &texts(0..20)).await;
    assert_eq!(sender.drain(LIMIT).await, Ok(()));
    assert_eq!(reader.drain(LIMIT).await, Ok(()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_trimmed_while_it_waits_does_not_block() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let db = open_as(&database, "source").await?;
    let redis = shared()?;
    let recorder = Recorder::new(&db, "self");
    recorder.fail_before.store(u32::MAX, Ordering::SeqCst);
    let (sender, first) = start(&redis, &db, &recorder).await?;
    append_each(&db, Uuid::now_v7(), texts(0..1)).await?;
    eventually(LIMIT, "a stuck event", async || recorder.seen().pop()).await;
    assert_eq!(first.drain(LIMIT).await, Ok(()));
    let stream = redis.key("events:chamados.event.v1");
    let trimmed: u32 = redis::cmd("XTRIM")
        .arg(stream)
        .arg("MAXLEN")
        .arg(0)
        .query_async(&mut redis.connection())
        .await?;
    assert_eq!(trimmed, 1);

    recorder.fail_before.store(0, Ordering::SeqCst);
    let second = Shutdown::new();
    read(&redis, &recorder, &second).await?;
    append_each(&db, Uuid::now_v7(), texts(1..2)).await?;
    expect_effects(&recorder, &texts(1..2)).await;
    assert_eq!(sender.drain(LIMIT).await, Ok(()));
    assert_eq!(second.drain(LIMIT).await, Ok(()));
    Ok(())
}

#[tokio::test]
async fn redis_may_come_after_the_process() -> anyhow::Result<()> {
    let mut server = PrivateRedis::start().await?;
    server.kill()?;
    let redis = Redis::connect(&RedisConfig::new(server.url()))?;
    assert!(redis.ping().await.is_err());
    server.restart().await?;
    eventually(LIMIT, "a connection", async || redis.ping().await.ok()).await;
    Ok(())
}

fn signal(id: &str) -> Signal {
    Signal { topic: "ticket.changed".into(), ids: vec![id.into()], ..Signal::default() }
}

/// Waits for a gap, which says that the bus listens.
async fn gap(heard: &mut Receiver<Heard>) {
    let gap = async { while !matches!(heard.recv().await, Ok(Heard::Gap)) {} };
    tokio::time::timeout(LIMIT, gap).await.expect("a gap");
}

async fn expect_signal(bus: &dyn SignalBus, heard: &mut Receiver<Heard>, id: &str) {
    bus.publish(signal(id)).await;
    let next = tokio::time::timeout(LIMIT, heard.recv()).await.expect("a signal").unwrap();
    assert!(matches!(&next, Heard::Signal(heard) if heard.ids == [id]), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_reach_other_processes_and_gaps_are_told() -> anyhow::Result<()> {
    let mut server = PrivateRedis::start().await?;
    let shutdown = Shutdown::new();
    let config = RedisConfig::new(server.url());
    let here = RedisSignals::start(Redis::connect(&config)?, &shutdown);
    let there = RedisSignals::start(Redis::connect(&config)?, &shutdown);
    let mut heard = there.listen();
    gap(&mut heard).await;
    expect_signal(&here, &mut heard, "1").await;

    server.kill()?;
    here.publish(signal("lost")).await;
    server.restart().await?;
    gap(&mut heard).await;
    // The sender's own connection comes back by itself.
    eventually(LIMIT, "the sender's connection", async || {
        here.publish(signal("2")).await;
        heard.try_recv().ok()
    })
    .await;
    assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
    Ok(())
}
