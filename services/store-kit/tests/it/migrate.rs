//! Tables that come to be, once, whoever asks; and tables of newer code.

use chamados_chassis::task;
use chamados_store_kit::{
    DatabaseConfig, Db, Migrations,
    migrate::{self, MigrateError, SchemaState},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::try_join_all;
use sea_orm_migration::MigrationTrait;

use crate::support::{SAMPLE, Sql, execute, number, sample};

store_suite!(
    replicas_migrate_at_once,
    a_failed_migration_leaves_nothing,
    states_are_told_apart,
    older_code_goes_on_with_what_was_only_added_to,
    tables_from_before_there_were_marks,
);

const NEWER: Migrations =
    Migrations { service: "sample", list: newer, compatible_down_to: "sample_0002_more" };
/// The same tables by code that older code can work beside.
const EXPANDED: Migrations = Migrations { compatible_down_to: "sample_0001_tables", ..NEWER };
/// One more, which takes away what only the oldest needed.
const CONTRACTED: Migrations =
    Migrations { service: "sample", list: contracted, compatible_down_to: "sample_0002_more" };

fn newer() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = sample();
    list.push(Box::new(Sql("sample_0002_more", "CREATE TABLE more (id INTEGER PRIMARY KEY);")));
    list
}

fn contracted() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = newer();
    list.push(Box::new(Sql("sample_0003_less", "DROP TABLE effect;")));
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
    let migrations = Migrations { list: broken, ..NEWER };
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

async fn older_code_goes_on_with_what_was_only_added_to(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let db = connect(database).await?;
    migrate::up(&db, &SAMPLE).await?;
    migrate::up(&db, &EXPANDED).await?;
    let expanded = migrate::verify(&db, &SAMPLE).await?;
    let (newer, older) = ("sample_0002_more".to_owned(), "sample_0001_tables".to_owned());
    assert_eq!(expanded, SchemaState::Expanded { database: newer.clone(), code: older });
    expanded.require_current("sample")?;
    migrate::up(&db, &SAMPLE).await?;
    assert_eq!(migrate::verify(&db, &EXPANDED).await?, SchemaState::Current, "nothing was undone");

    // Each newer migration has a say: the second forbids what the first allowed.
    migrate::up(&db, &CONTRACTED).await?;
    let database = "sample_0003_less".to_owned();
    let beside = SchemaState::Expanded { database: database.clone(), code: newer };
    assert_eq!(migrate::verify(&db, &EXPANDED).await?, beside);
    let refused = migrate::verify(&db, &SAMPLE).await?;
    assert_eq!(refused, SchemaState::Newer { database, code: "sample_0001_tables".to_owned() });
    assert!(migrate::up(&db, &SAMPLE).await.is_err());

    // What this code needs and newer code never made is not made beside it.
    let tx = db.begin().await?;
    execute(&*tx, "DELETE FROM schema_migration WHERE name = 'sample_0002_more'", []).await?;
    tx.commit().await?;
    let refused = migrate::verify(&db, &EXPANDED).await?;
    assert!(matches!(refused, SchemaState::Newer { .. }), "{refused:?}");
    Ok(())
}

async fn tables_from_before_there_were_marks(database: &TestDatabase) -> anyhow::Result<()> {
    let db = connect(database).await?;
    migrate::up(&db, &EXPANDED).await?;
    let tx = db.begin().await?;
    execute(&*tx, "ALTER TABLE schema_migration DROP COLUMN compatible_down_to", []).await?;
    tx.commit().await?;
    assert_eq!(migrate::verify(&db, &EXPANDED).await?, SchemaState::Current);
    let refused = migrate::verify(&db, &SAMPLE).await?;
    assert!(matches!(refused, SchemaState::Newer { .. }), "{refused:?}");
    migrate::up(&db, &CONTRACTED).await?;
    assert_eq!(migrate::verify(&db, &CONTRACTED).await?, SchemaState::Current);
    let beside = migrate::verify(&db, &EXPANDED).await?;
    assert!(matches!(beside, SchemaState::Expanded { .. }), "{beside:?}");
    let refused = migrate::verify(&db, &SAMPLE).await?;
    assert!(matches!(refused, SchemaState::Newer { .. }), "nobody said so: {refused:?}");
    Ok(())
}
