//! Facts from outbox to inbox, within a process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use chamados_chassis::{
    bus::{BusError, Consumer, EventBus},
    clock,
    shutdown::Shutdown,
};
use chamados_proto::event::v1::Event;
use chamados_store_kit::{Relay, bus_local::LocalBus, inbox, outbox};
use chamados_testkit::{TestDatabase, databases, eventually, store_suite};
use uuid::Uuid;

use crate::support::{LIMIT, Recorder, append, append_each, number, open, open_as};

store_suite!(
    each_effect_happens_once_whatever_fails,
    what_is_rolled_back_is_not_told,
    nothing_is_lost_while_the_bus_is_away,
    a_stuck_subject_keeps_its_order_and_others_go_on,
    rows_are_sent_again_when_the_bus_lost_them,
    old_rows_are_purged,
);

fn texts(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

/// Waits until `recorder` had exactly these effects.
async fn expect_effects(recorder: &Recorder, expected: &[String]) {
    eventually(LIMIT, "every effect", async || {
        (recorder.effects().await.len() >= expected.len()).then_some(())
    })
    .await;
    assert_eq!(recorder.effects().await, expected);
}

async fn each_effect_happens_once_whatever_fails(database: &TestDatabase) -> anyhow::Result<()> {
    let (source, target) = (open_as(database, "source").await?, open_as(database, "target").await?);
    let recorder = Recorder::new(&target, "target");
    recorder.fail_before.store(2, Ordering::SeqCst);
    recorder.fail_after.store(2, Ordering::SeqCst);
    recorder.panic.store(1, Ordering::SeqCst);
    let bus = Arc::new(LocalBus::new());
    bus.attach(recorder.consumer()).await?;
    let shutdown = Shutdown::new();
    Relay::new(source.clone(), bus, clock::system()).start(&shutdown);

    let subject = Uuid::now_v7();
    append_each(&source, subject, texts(0..10)).await?;
    append_each(&source, subject, ["poison".to_owned()]).await?;
    append_each(&source, subject, texts(10..20)).await?;
    expect_effects(&recorder, &texts(0..20)).await;
    assert!(recorder.seen().len() > 21, "there were repeats");
    eventually(LIMIT, "all sent", async || {
        let unsent = "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL";
        (number(source.read(), unsent).await.ok()? == 0).then_some(())
    })
    .await;
    assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
    Ok(())
}

async fn what_is_rolled_back_is_not_told(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let recorder = Recorder::new(&db, "self");
    let bus = Arc::new(LocalBus::new());
    bus.attach(recorder.consumer()).await?;
    let shutdown = Shutdown::new();
    Relay::new(db.clone(), bus, clock::system()).start(&shutdown);

    let tx = db.begin().await?;
    append(&tx, Uuid::now_v7(), "never").await?;
    drop(tx);
    append_each(&db, Uuid::now_v7(), texts(0..1)).await?;
    expect_effects(&recorder, &texts(0..1)).await;
    assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
    Ok(())
}

/// A bus that can be away, forget, and deliver twice.
struct Flaky {
    bus: LocalBus,
    away: AtomicBool,
    incarnation: AtomicU32,
}

impl Flaky {
    async fn with(consumer: Consumer) -> anyhow::Result<Arc<Self>> {
        let bus = LocalBus::new();
        bus.attach(consumer).await?;
        Ok(Arc::new(Self { bus, away: AtomicBool::new(false), incarnation: AtomicU32::new(1) }))
    }
}

#[tonic::async_trait]
impl EventBus for Flaky {
    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(BusError("away".to_owned()));
        }
        self.bus.publish(events).await?;
        self.bus.publish(events).await
    }

    async fn incarnation(&self) -> Result<String, BusError> {
        Ok(self.incarnation.load(Ordering::SeqCst).to_string())
    }

    async fn attach(&self, consumer: Consumer) -> Result<(), BusError> {
        self.bus.attach(consumer).await
    }
}

async fn nothing_is_lost_while_the_bus_is_away(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let recorder = Recorder::new(&db, "self");
    let bus = Flaky::with(recorder.consumer()).await?;
    bus.away.store(true, Ordering::SeqCst);
    let shutdown = Shutdown::new();
    Relay::new(db.clone(), bus.clone(), clock::system()).start(&shutdown);

    append_each(&db, Uuid::now_v7(), texts(0..5)).await?;
    assert!(recorder.effects().await.is_empty());
    bus.away.store(false, Ordering::SeqCst);
    expect_effects(&recorder, &texts(0..5)).await;
    eventually(LIMIT, "each twice", async || (recorder.seen().len() >= 10).then_some(())).await;
    assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
    Ok(())
}

async fn a_stuck_subject_keeps_its_order_and_others_go_on(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let db = open(database).await?;
    let (stuck, free) = (Uuid::now_v7(), Uuid::now_v7());
    let tx = db.begin().await?;
    for (subject, text) in [(stuck, "1"), (free, "a"), (stuck, "2"), (free, "b")] {
        append(&tx, subject, text).await?;
    }
    tx.commit().await?;

    let recorder = Recorder::new(&db, "self");
    recorder.fail_before.store(1, Ordering::SeqCst);
    let bus = Arc::new(LocalBus::new());
    bus.attach(recorder.consumer()).await?;
    let shutdown = Shutdown::new();
    Relay::new(db.clone(), bus, clock::system()).start(&shutdown);
    let expected = ["a", "b", "1", "2"].map(str::to_owned);
    expect_effects(&recorder, &expected).await;
    assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
    Ok(())
}

async fn rows_are_sent_again_when_the_bus_lost_them(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let recorder = Recorder::new(&db, "self");
    let bus = Flaky::with(recorder.consumer()).await?;
    append_each(&db, Uuid::now_v7(), texts(0..3)).await?;
    for life in 1..=2 {
        let shutdown = Shutdown::new();
        let relay = Relay::new(db.clone(), bus.clone(), clock::system());
        relay.start(&shutdown);
        eventually(LIMIT, "each event twice", async || {
            (recorder.seen().len() >= life * 6).then_some(())
        })
        .await;
        assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
        // The loss is noticed also when the relay did not run at that time.
        bus.incarnation.fetch_add(1, Ordering::SeqCst);
    }
    assert_eq!(recorder.effects().await, texts(0..3));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_keep_the_order() {
    databases::with(TestDatabase::postgres().await, async |database: &TestDatabase| {
        let db = open(database).await?;
        let recorder = Recorder::new(&db, "self");
        let shutdown = Shutdown::new();
        for _ in 0..3 {
            let replica = open(database).await?;
            let bus = Arc::new(LocalBus::new());
            bus.attach(recorder.consumer()).await?;
            Relay::new(replica, bus, clock::system()).start(&shutdown);
        }
        append_each(&db, Uuid::now_v7(), texts(0..250)).await?;
        expect_effects(&recorder, &texts(0..250)).await;
        assert_eq!(recorder.seen(), texts(0..250), "one relay worked at a time");
        assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
        anyhow::Ok(())
    })
    .await;
}

async fn old_rows_are_purged(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let recorder = Recorder::new(&db, "self");
    let bus = Arc::new(LocalBus::new());
    bus.attach(recorder.consumer()).await?;
    let shutdown = Shutdown::new();
    Relay::new(db.clone(), bus, clock::system()).start(&shutdown);
    append_each(&db, Uuid::now_v7(), texts(0..5)).await?;
    expect_effects(&recorder, &texts(0..5)).await;
    assert_eq!(shutdown.drain(LIMIT).await, Ok(()));
    append_each(&db, Uuid::now_v7(), ["unsent".to_owned()]).await?;

    let now = clock::system().now();
    let (past, future) = (now - Duration::from_secs(3600), now + Duration::from_secs(3600));
    assert_eq!(outbox::purge(&db, past, 100).await?, 0);
    assert_eq!(inbox::purge(&db, past, 100).await?, 0);
    assert_eq!(inbox::purge(&db, future, 3).await?, 3);
    assert_eq!(inbox::purge(&db, future, 3).await?, 2);
    let sent = number(db.read(), "SELECT COUNT(*) FROM outbox WHERE sent_at IS NOT NULL").await?;
    assert_eq!(outbox::purge(&db, future, 100).await?, u64::try_from(sent)?);
    assert!(number(db.read(), "SELECT COUNT(*) FROM outbox").await? >= 1, "unsent rows stay");
    Ok(())
}
