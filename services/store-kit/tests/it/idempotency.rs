//! Calls that are repeated, also at the same time.

use chamados_chassis::{
    auth::Actor,
    clock,
    id::{TenantId, UserId},
    task,
};
use chamados_proto::event::v1::Audience;
use chamados_store_kit::{
    Db, StoreError,
    idempotency::{self, Fingerprint, Key, Outcome, RETENTION},
};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::{DateTime, Utc};
use futures::future::try_join_all;

use crate::support::{execute, number, open};

store_suite!(
    of_a_hundred_at_once_one_has_the_effect,
    a_failed_call_can_be_repeated,
    an_id_stands_for_one_request,
    callers_and_methods_are_apart,
    answers_are_forgotten_after_a_day,
);

fn now() -> DateTime<Utc> {
    clock::system().now()
}

fn request(text: &str) -> Fingerprint {
    Fingerprint::of(&Audience { company_id: Some(text.to_owned()), user_ids: vec![] })
}

struct Caller {
    tenant: TenantId,
    actor: Actor,
}

impl Caller {
    fn new() -> Self {
        Self { tenant: TenantId::new(), actor: Actor::User(UserId::new()) }
    }

    fn key<'a>(&'a self, request_id: &'a str) -> Key<'a> {
        Key { tenant: self.tenant, actor: &self.actor, method: "sample.increment", request_id }
    }
}

/// Increments the counter, once for each request, and answers with its value.
async fn increment(
    db: &Db,
    key: &Key<'_>,
    fingerprint: Fingerprint,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, StoreError> {
    let tx = db.begin().await?;
    if let Outcome::Replay(answer) = idempotency::begin(&tx, key, fingerprint, now).await? {
        return Ok(answer);
    }
    execute(&tx, "UPDATE counter SET value = value + 1", []).await?;
    let value = number(&tx, "SELECT value FROM counter").await?;
    let answer = value.to_string().into_bytes();
    idempotency::finish(&tx, key, answer.clone()).await?;
    tx.commit().await?;
    Ok(answer)
}

async fn of_a_hundred_at_once_one_has_the_effect(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let caller = std::sync::Arc::new(Caller::new());
    let call = |db: Db, caller: std::sync::Arc<Caller>| async move {
        increment(&db, &caller.key("r-1"), request("one"), now()).await
    };
    let calls = (0..100).map(|_| task::spawn("call", call(db.clone(), caller.clone())));
    for answer in try_join_all(calls).await? {
        assert_eq!(answer?, b"1");
    }
    assert_eq!(number(db.read(), "SELECT value FROM counter").await?, 1);
    Ok(())
}

async fn a_failed_call_can_be_repeated(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let caller = Caller::new();
    let tx = db.begin().await?;
    let outcome = idempotency::begin(&tx, &caller.key("r-1"), request("one"), now()).await?;
    assert_eq!(outcome, Outcome::New);
    drop(tx);
    assert_eq!(increment(&db, &caller.key("r-1"), request("one"), now()).await?, b"1");
    Ok(())
}

async fn an_id_stands_for_one_request(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let caller = Caller::new();
    increment(&db, &caller.key("r-1"), request("one"), now()).await?;
    let reused = increment(&db, &caller.key("r-1"), request("two"), now()).await.unwrap_err();
    assert!(matches!(reused, StoreError::RequestIdReused));

    let longest = "é".repeat(128);
    increment(&db, &caller.key(&longest), request("one"), now()).await?;
    let too_long = "x".repeat(129);
    let refused = increment(&db, &caller.key(&too_long), request("one"), now()).await.unwrap_err();
    assert!(matches!(refused, StoreError::InvalidRequestId));

    for expected in [b"3", b"4"] {
        let answer = increment(&db, &caller.key(""), request("one"), now()).await?;
        assert_eq!(answer, expected, "without an id every call counts");
    }
    Ok(())
}

async fn callers_and_methods_are_apart(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let (one, other) = (Caller::new(), Caller::new());
    let same_tenant = Caller { tenant: one.tenant, ..Caller::new() };
    let other_method = Key { method: "sample.other", ..one.key("r-1") };
    let keys = [one.key("r-1"), other.key("r-1"), same_tenant.key("r-1"), other_method];
    for (key, expected) in keys.iter().zip([b"1", b"2", b"3", b"4"]) {
        assert_eq!(increment(&db, key, request("one"), now()).await?, expected);
    }
    Ok(())
}

async fn answers_are_forgotten_after_a_day(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let caller = Caller::new();
    let start = now();
    increment(&db, &caller.key("r-1"), request("one"), start).await?;
    increment(&db, &caller.key("r-2"), request("one"), start).await?;

    let within = start + RETENTION;
    assert_eq!(increment(&db, &caller.key("r-1"), request("one"), within).await?, b"1");
    let after = within + chrono::TimeDelta::seconds(1);
    assert_eq!(increment(&db, &caller.key("r-1"), request("two"), after).await?, b"3");

    assert_eq!(idempotency::purge(&db, after - RETENTION, 10).await?, 1, "the one not renewed");
    assert_eq!(number(db.read(), "SELECT COUNT(*) FROM processed_request").await?, 1);
    Ok(())
}
