//! Reading, writing, and what happens when many do.

use std::time::Duration;

use chamados_chassis::{
    error::{Describe as _, Kind, STORAGE_FULL},
    task,
};
use chamados_store_kit::{DatabaseConfig, Db, StoreError, is_unique_violation};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::try_join_all;

use crate::support::{execute, number, open, open_as};

store_suite!(
    concurrent_read_then_write_loses_nothing,
    a_dropped_transaction_leaves_nothing,
    abandoned_transactions_do_not_block_the_next,
    services_do_not_see_each_other,
    unique_violations_are_recognised,
    no_free_connection_is_unavailable,
);

async fn concurrent_read_then_write_loses_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    const TRANSACTIONS: i64 = 200;
    let db = open(database).await?;
    let increment = |db: Db| async move {
        let tx = db.begin().await?;
        // A lock where the back-end has one for rows; on SQLite the transaction already has it.
        let lock = if db.backend() == sea_orm::DbBackend::Postgres { " FOR UPDATE" } else { "" };
        let value = number(&tx, &format!("SELECT value FROM counter WHERE id = 1{lock}")).await?;
        tokio::task::yield_now().await;
        execute(&tx, "UPDATE counter SET value = $1 WHERE id = 1", [(value + 1).into()]).await?;
        tx.commit().await
    };
    let tasks = (0..TRANSACTIONS).map(|_| task::spawn("increment", increment(db.clone())));
    for result in try_join_all(tasks).await? {
        result?;
    }
    assert_eq!(number(db.read(), "SELECT value FROM counter").await?, TRANSACTIONS);
    Ok(())
}

async fn a_dropped_transaction_leaves_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let tx = db.begin().await?;
    execute(&tx, "UPDATE counter SET value = 7", []).await?;
    drop(tx);
    let tx = db.begin().await?;
    assert_eq!(number(&tx, "SELECT value FROM counter").await?, 0);
    Ok(())
}

/// Callers give up at any moment; their connection must be clean for the next.
async fn abandoned_transactions_do_not_block_the_next(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let db = open(database).await?;
    for step in 0..200_u64 {
        let work = async {
            let tx = db.begin().await?;
            execute(&tx, "UPDATE counter SET value = value + 1000", []).await?;
            number(&tx, "SELECT value FROM counter").await?;
            std::future::pending::<()>().await;
            tx.commit().await
        };
        let limit = Duration::from_micros(step * 25);
        assert!(tokio::time::timeout(limit, work).await.is_err(), "it never ends by itself");
    }
    let tx = db.begin().await?;
    execute(&tx, "UPDATE counter SET value = value + 1", []).await?;
    tx.commit().await?;
    assert_eq!(number(db.read(), "SELECT value FROM counter").await?, 1);
    Ok(())
}

async fn services_do_not_see_each_other(database: &TestDatabase) -> anyhow::Result<()> {
    let ticket = open_as(database, "ticket").await?;
    let device = open_as(database, "device").await?;
    execute(&ticket.begin().await?, "UPDATE counter SET value = 9", []).await?;
    let tx = ticket.begin().await?;
    execute(&tx, "UPDATE counter SET value = 5", []).await?;
    tx.commit().await?;
    assert_eq!(number(ticket.read(), "SELECT value FROM counter").await?, 5);
    assert_eq!(number(device.read(), "SELECT value FROM counter").await?, 0);
    Ok(())
}

async fn unique_violations_are_recognised(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let tx = db.begin().await?;
    let error =
        execute(&tx, "INSERT INTO counter (id, value) VALUES (1, 1)", []).await.unwrap_err();
    assert!(is_unique_violation(&error));
    let error = StoreError::from(error);
    assert!(error.is_unique_violation());
    assert_eq!(error.kind(), Kind::Internal);

    let error = execute(db.read(), "SELECT nothing FROM nowhere", []).await.unwrap_err();
    assert!(!is_unique_violation(&error));
    Ok(())
}

async fn no_free_connection_is_unavailable(database: &TestDatabase) -> anyhow::Result<()> {
    let config = DatabaseConfig {
        max_connections: 1,
        acquire_timeout_seconds: 1,
        ..DatabaseConfig::new(database.url())
    };
    let db = Db::connect(&config, "sample").await?;
    let busy = db.begin().await?;
    let error = db.begin().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(error.reason(), "store_unavailable");
    drop(busy);
    db.begin().await?;
    db.ping().await?;
    Ok(())
}

#[tokio::test]
async fn postgres_ends_a_statement_that_takes_too_long() -> anyhow::Result<()> {
    let database = TestDatabase::postgres().await?;
    let config =
        DatabaseConfig { statement_timeout_seconds: 1, ..DatabaseConfig::new(database.url()) };
    let db = Db::connect(&config, "sample").await?;
    let error = execute(db.read(), "SELECT pg_sleep(30)", []).await.unwrap_err();
    assert_eq!(StoreError::from(error).kind(), Kind::Unavailable);
    db.ping().await?;
    Ok(())
}

#[tokio::test]
async fn postgres_without_room_is_told_apart() -> anyhow::Result<()> {
    let database = TestDatabase::postgres().await?;
    let db = open(&database).await?;
    let full = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$";
    let error = StoreError::from(execute(&db.begin().await?, full, []).await.unwrap_err());
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert_eq!((error.kind(), &*error.reason()), (Kind::Unavailable, STORAGE_FULL));
    Ok(())
}

/// As it does on a full disk.
#[tokio::test]
async fn what_sqlite_ended_by_itself_takes_nothing_with_it() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let db = open(&database).await?;
    let tx = db.begin().await?;
    execute(&tx, "ROLLBACK", []).await?;
    assert!(tx.commit().await.is_err());
    drop(db.begin().await?);
    let tx = db.begin().await?;
    execute(&tx, "UPDATE counter SET value = 7", []).await?;
    tx.commit().await?;
    assert_eq!(number(db.read(), "SELECT value FROM counter").await?, 7, "it was confirmed");
    Ok(())
}

#[tokio::test]
async fn sqlite_readers_refuse_to_write() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let db = open(&database).await?;
    let error = execute(db.read(), "UPDATE counter SET value = 1", []).await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
    Ok(())
}

#[tokio::test]
async fn an_unknown_kind_of_database_is_named() {
    let error = Db::connect(&DatabaseConfig::new("mysql://db"), "sample").await.unwrap_err();
    assert!(error.to_string().contains("postgres://"), "{error}");
}
