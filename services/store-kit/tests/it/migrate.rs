//! Tables that come to be, once, whoever asks; and tables of newer code.

use chamados_chassis::task;
use chamados_store_kit::{
    DatabaseConfig, Db, Migrations,
    migrate::{self, MigrateError, SchemaState},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::try_join_all;
use sea_orm_migration::MigrationTrait;

use crate::support::{SAMPLE, Sql, number, sample};

store_suite!(replicas_migrate_at_once, a_failed_migration_leaves_nothing, states_are_told_apart,);

const NEWER: Migrations = Migrations { service: "sample", list: newer };

fn newer() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = sample();
    list.push(Box::new(Sql("sample_0002_more", "CREATE TABLE more (id INTEGER PRIMARY KEY);")));
    list
}

async fn connect(database: &TestDatabase) -> anyhow::Result<Db> {
    Ok(Db::connect(&DatabaseConfig::new(database.url()), "sample").await?)
}

async fn replicas_migrate_at_once(database: &TestDatabase) -> anyhow::Result<()> {
    let replica = |url: String| async move {
        let db = Db::connect(&DatabaseConfig::new(url), "sample").await?;
        anyhow::Ok(migrate::up(&db, &NEWER).await?)
    };
    let url = database.url();
    let replicas = (0..4).map(|_| task::spawn("replica", replica(url.to_owned())));
    for result in try_join_all(replicas).await? {
        result?;
    }
    let db = connect(database).await?;
    assert_eq!(migrate::verify(&db, &NEWER).await?, SchemaState::Current);
    let applied = number(db.read(), "SELECT COUNT(*) FROM schema_migration").await?;
    assert_eq!(applied, i64::try_from(newer().len())?);
    Ok(())
}

async fn a_failed_migration_leaves_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    fn broken() -> Vec<Box<dyn MigrationTrait>> {
        let mut list = newer();
        list.push(Box::new(Sql("sample_0003_broken", "CREATE TABLE counter (id INTEGER);")));
        list
    }
    let db = connect(database).await?;
    let migrations = Migrations { service: "sample", list: broken };
    let error = migrate::up(&db, &migrations).await.unwrap_err();
    assert!(matches!(&error, MigrateError::Failed { name, .. } if name == "sample_0003_broken"));
    let behind = SchemaState::Behind { database: None, code: "sample_0003_broken".to_owned() };
    assert_eq!(migrate::verify(&db, &migrations).await?, behind);
    migrate::up(&db, &SAMPLE).await?;
    Ok(())
}

async fn states_are_told_apart(database: &TestDatabase) -> anyhow::Result<()> {
    let db = connect(database).await?;
    let error = migrate::verify(&db, &SAMPLE).await?.require_current("sample").unwrap_err();
    assert!(error.to_string().contains("chamados migrate"), "{error}");

    migrate::up(&db, &SAMPLE).await?;
    migrate::verify(&db, &SAMPLE).await?.require_current("sample")?;
    let behind = migrate::verify(&db, &NEWER).await?;
    let (database, code) = (Some("sample_0001_tables".into()), "sample_0002_more".into());
    assert_eq!(behind, SchemaState::Behind { database, code });

    migrate::up(&db, &NEWER).await?;
    for error in [
        migrate::verify(&db, &SAMPLE).await?.require_current("sample").unwrap_err(),
        migrate::up(&db, &SAMPLE).await.unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.contains("sample_0001_tables") && text.contains("sample_0002_more"), "{text}");
    }
    Ok(())
}
