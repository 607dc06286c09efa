//! A merge and whoever writes at that moment: no reference to the merged account is left behind.

use chamados_chassis::{
    id::{TenantId, UserId},
    task,
};
use chamados_store_kit::{Db, StoreError, merged};
use chamados_testkit::{TestDatabase, databases, eventually, store_suite};
use futures::future::try_join_all;
use uuid::Uuid;

use crate::support::{LIMIT, execute, number, open};

store_suite!(
    a_merged_account_lives_on_in_its_survivor,
    merges_in_a_row_may_come_in_any_order,
    merges_in_a_circle_are_refused,
    a_storm_of_writes_leaves_nothing_behind,
    what_was_moved_is_counted_once,
);

/// A database with a table of references.
async fn with_references(database: &TestDatabase) -> anyhow::Result<Db> {
    let db = open(database).await?;
    let tx = db.begin().await?;
    execute(&tx, "CREATE TABLE reference (user_id VARCHAR(36) NOT NULL)", []).await?;
    tx.commit().await?;
    Ok(db)
}

async fn record(db: &Db, tenant: TenantId, from: UserId, into: UserId) -> Result<(), StoreError> {
    let tx = db.begin().await?;
    merged::record(&tx, tenant, from, into).await?;
    tx.commit().await
}

async fn survivor(db: &Db, tenant: TenantId, user: UserId) -> Result<UserId, StoreError> {
    merged::survivor(&db.begin().await?, tenant, user).await
}

/// Notes a merge, then moves what refers to the account.
async fn merge(db: Db, tenant: TenantId, from: UserId, into: UserId) -> Result<(), StoreError> {
    record(&db, tenant, from, into).await?;
    let tx = db.begin().await?;
    let into = merged::survivor(&tx, tenant, from).await?;
    let (from, into) = (from.to_string(), into.to_string());
    let sql = "UPDATE reference SET user_id = $1 WHERE user_id = $2";
    execute(&tx, sql, [into.into(), from.into()]).await?;
    tx.commit().await
}

async fn references(db: &Db, user: UserId) -> anyhow::Result<i64> {
    let sql = format!("SELECT COUNT(*) FROM reference WHERE user_id = '{user}'");
    Ok(number(db.read(), &sql).await?)
}

async fn a_merged_account_lives_on_in_its_survivor(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let (tenant, from, into) = (TenantId::new(), UserId::new(), UserId::new());
    assert_eq!(survivor(&db, tenant, from).await?, from);
    for _ in 0..3 {
        record(&db, tenant, from, into).await?;
    }
    assert_eq!(survivor(&db, tenant, from).await?, into);
    assert_eq!(survivor(&db, tenant, into).await?, into);
    assert_eq!(survivor(&db, TenantId::new(), from).await?, from, "another tenant's merge");
    assert_eq!(number(db.read(), "SELECT COUNT(*) FROM merged_account").await?, 1);
    Ok(())
}

async fn merges_in_a_row_may_come_in_any_order(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let tenant = TenantId::new();
        let users: Vec<UserId> = (0..4).map(|_| UserId::new()).collect();
        for n in order {
            record(&db, tenant, users[n], users[n + 1]).await?;
            record(&db, tenant, users[n], users[n + 1]).await?;
        }
        for user in &users {
            assert_eq!(survivor(&db, tenant, *user).await?, users[3], "{order:?}");
        }
    }
    Ok(())
}

async fn merges_in_a_circle_are_refused(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let (tenant, a, b) = (TenantId::new(), UserId::new(), UserId::new());
    assert!(matches!(record(&db, tenant, a, a).await, Err(StoreError::Corrupt(_))));
    record(&db, tenant, a, b).await?;
    assert!(matches!(record(&db, tenant, b, a).await, Err(StoreError::Corrupt(_))));
    assert_eq!(survivor(&db, tenant, a).await?, b);
    Ok(())
}

/// The second account is merged on while the first is being moved into it.
async fn a_storm_of_writes_leaves_nothing_behind(database: &TestDatabase) -> anyhow::Result<()> {
    const WRITES: i64 = 60;
    let db = with_references(database).await?;
    let tenant = TenantId::new();
    let users: Vec<UserId> = (0..3).map(|_| UserId::new()).collect();
    let write = |db: Db, user: UserId| async move {
        let tx = db.begin().await?;
        let user = merged::survivor(&tx, tenant, user).await?;
        tokio::task::yield_now().await;
        let values = [user.to_string().into()];
        execute(&tx, "INSERT INTO reference (user_id) VALUES ($1)", values).await?;
        tx.commit().await
    };
    let mut tasks: Vec<_> = (0..WRITES)
        .map(|n| task::spawn("write", write(db.clone(), users[usize::from(n % 2 == 0)])))
        .collect();
    tasks.insert(20, task::spawn("merge", merge(db.clone(), tenant, users[0], users[1])));
    tasks.insert(25, task::spawn("merge", merge(db.clone(), tenant, users[1], users[2])));
    for outcome in try_join_all(tasks).await? {
        outcome?;
    }
    assert_eq!(references(&db, users[0]).await?, 0);
    assert_eq!(references(&db, users[1]).await?, 0);
    assert_eq!(references(&db, users[2]).await?, WRITES);
    Ok(())
}

/// A writer that asked before the merge commits only after the mover wanted to begin.
#[tokio::test(flavor = "multi_thread")]
async fn the_mover_waits_for_who_asked_before() {
    databases::with(TestDatabase::postgres().await, async |database: &TestDatabase| {
        let db = with_references(database).await?;
        let (tenant, from, into) = (TenantId::new(), UserId::new(), UserId::new());
        let writer = db.begin().await?;
        assert_eq!(merged::survivor(&writer, tenant, from).await?, from);
        let mover = task::spawn("merge", merge(db.clone(), tenant, from, into));
        eventually(LIMIT, "the mover waits, or does not", async || {
            let waiting =
                "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let waits = number(db.read(), waiting).await.ok()? == 1;
            (waits || mover.is_finished()).then_some(())
        })
        .await;
        let values = [from.to_string().into()];
        execute(&writer, "INSERT INTO reference (user_id) VALUES ($1)", values).await?;
        writer.commit().await?;
        mover.await??;
        assert_eq!(references(&db, from).await?, 0);
        assert_eq!(references(&db, into).await?, 1);
        anyhow::Ok(())
    })
    .await;
}

async fn what_was_moved_is_counted_once(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let (tenant, merge) = (TenantId::new(), Uuid::now_v7());
    let unbegun = merged::lock_move::<i64>(&db.begin().await?, tenant, merge).await;
    assert!(matches!(unbegun, Err(StoreError::Corrupt(_))));
    let step = |db: Db| async move {
        let tx = db.begin().await?;
        merged::begin_move::<i64>(&tx, tenant, merge).await?;
        tx.commit().await?;
        let tx = db.begin().await?;
        let moved: i64 = merged::lock_move(&tx, tenant, merge).await?;
        tokio::task::yield_now().await;
        merged::save_move(&tx, tenant, merge, &(moved + 1)).await?;
        tx.commit().await
    };
    let steps = (0..30).map(|_| task::spawn("move", step(db.clone())));
    for outcome in try_join_all(steps).await? {
        outcome?;
    }
    assert_eq!(merged::lock_move::<i64>(&db.begin().await?, tenant, merge).await?, 30);
    Ok(())
}
