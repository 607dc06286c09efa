//! What the tests share.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chamados_chassis::{
    auth::Actor,
    bus::{Consumer, Handler, HandlerError},
    clock,
    id::{EventId, TenantId},
};
use chamados_proto::event::v1::{Audience, Event};
use chamados_store_kit::{
    DatabaseConfig, Db, Migrations, StoreError, Tx,
    inbox::{self, Fact},
    migrate, migrations,
    outbox::{self, OutboxEvent},
};
use chamados_testkit::TestDatabase;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};
use uuid::Uuid;

pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A service with one table, `counter`, and the effects of events, `effect`.
pub(crate) const SAMPLE: Migrations =
    Migrations { service: "sample", list: sample, compatible_down_to: "sample_0001_tables" };

pub(crate) fn sample() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = migrations::base();
    list.push(Box::new(Sql(
        "sample_0001_tables",
        "CREATE TABLE counter (id INTEGER PRIMARY KEY, value BIGINT NOT NULL);
         INSERT INTO counter (id, value) VALUES (1, 0);
         CREATE TABLE effect (seq BIGINT PRIMARY KEY, subject VARCHAR(36) NOT NULL, text VARCHAR(64) NOT NULL);",
    )));
    list
}

/// A migration that is one text.
pub(crate) struct Sql(pub(crate) &'static str, pub(crate) &'static str);

impl MigrationName for Sql {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Sql {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.1).await?;
        Ok(())
    }
}

/// The sample service's database, migrated.
pub(crate) async fn open(database: &TestDatabase) -> anyhow::Result<Db> {
    open_as(database, "sample").await
}

pub(crate) async fn open_as(database: &TestDatabase, schema: &'static str) -> anyhow::Result<Db> {
    let db = Db::connect(&DatabaseConfig::new(database.url()), schema).await?;
    migrate::up(&db, &SAMPLE).await?;
    Ok(db)
}

pub(crate) async fn execute(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// The one number a query gives.
pub(crate) async fn number(db: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await?.expect("a row");
    row.try_get_by_index(0)
}

/// Puts an event into the outbox whose text is `text`.
pub(crate) async fn append(tx: &Tx, subject: Uuid, text: &str) -> Result<EventId, StoreError> {
    outbox::append(
        tx,
        OutboxEvent {
            tenant: TenantId::new(),
            subject,
            payload: Audience { company_id: Some(text.to_owned()), user_ids: vec![] },
            actor: Actor::Service("sample".into()),
            request_id: "r-1",
            now: clock::system().now(),
        },
    )
    .await
}

/// Appends each text in a transaction of its own.
pub(crate) async fn append_each(
    db: &Db,
    subject: Uuid,
    texts: impl IntoIterator<Item = String>,
) -> anyhow::Result<()> {
    for text in texts {
        let tx = db.begin().await?;
        append(&tx, subject, &text).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Type of the events of [`append`]. Any message does.
pub(crate) const TYPE: &str = "chamados.event.v1.Audience";

/// Writes each event's text to the table `effect`, failing or forgetting as told.
pub(crate) struct Recorder {
    pub(crate) db: Db,
    pub(crate) group: &'static str,
    /// How often yet to fail before the effect, after it, and by panic.
    pub(crate) fail_before: AtomicU32,
    pub(crate) fail_after: AtomicU32,
    pub(crate) panic: AtomicU32,
    /// Every delivery, also of repeats.
    pub(crate) seen: Mutex<Vec<String>>,
}

impl Recorder {
    pub(crate) fn new(db: &Db, group: &'static str) -> Arc<Self> {
        Arc::new(Self {
            db: db.clone(),
            group,
            fail_before: AtomicU32::new(0),
            fail_after: AtomicU32::new(0),
            panic: AtomicU32::new(0),
            seen: Mutex::default(),
        })
    }

    pub(crate) fn consumer(self: &Arc<Self>) -> Consumer {
        Consumer { group: self.group, types: &[TYPE], handler: Arc::clone(self) as _ }
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The texts in the order of their effects.
    pub(crate) async fn effects(&self) -> Vec<String> {
        let statement =
            Statement::from_string(self.db.backend(), "SELECT text FROM effect ORDER BY seq");
        let rows = self.db.read().query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}

fn countdown(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

#[tonic::async_trait]
impl Handler for Recorder {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let fact = Fact::<Audience>::open(event)?;
        let text = fact.payload.company_id.clone().unwrap_or_default();
        self.seen.lock().unwrap().push(text.clone());
        if text == "poison" {
            return Err(HandlerError::Rejected("poison".into()));
        }
        assert!(!countdown(&self.panic), "told to panic");
        if countdown(&self.fail_before) {
            return Err(HandlerError::Retry("told to fail before the effect".into()));
        }
        let now = clock::system().now();
        let effect = async {
            let tx = self.db.begin().await?;
            if inbox::accept(&tx, self.group, fact.id, now).await? {
                execute(
                    &tx,
                    "INSERT INTO effect (seq, subject, text)
                     SELECT COALESCE(MAX(seq), 0) + 1, $1, $2 FROM effect",
                    [fact.subject.to_string().into(), text.into()],
                )
                .await?;
            }
            tx.commit().await
        };
        effect.await.map_err(HandlerError::retry)?;
        if countdown(&self.fail_after) {
            return Err(HandlerError::Retry("told to fail after the effect".into()));
        }
        Ok(())
    }
}
