//! Where a service keeps its rows: a schema of PostgreSQL, or a file of SQLite.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionOptions, TransactionTrait as _,
    sqlx::{
        self, ConnectOptions as _, Connection as _, SqliteConnection,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Notify;

use crate::error::StoreError;

/// Which database, and how much of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://…`, in which each service has its schema, or `sqlite://DIRECTORY`, in which each
    /// service has its file. A secret, because it may hold a password.
    pub url: SecretString,
    /// Most connections a service opens to PostgreSQL, or for reading from SQLite.
    #[serde(default = "default_max_connections")]
    pub max_connections: u32,
    /// How long a call waits for a free connection, in seconds.
    #[serde(default = "default_acquire_timeout_seconds")]
    pub acquire_timeout_seconds: u32,
    /// How long PostgreSQL works on one statement, in seconds.
    #[serde(default = "default_statement_timeout_seconds")]
    pub statement_timeout_seconds: u32,
}

const fn default_max_connections() -> u32 {
    10
}

const fn default_acquire_timeout_seconds() -> u32 {
    5
}

const fn default_statement_timeout_seconds() -> u32 {
    10
}

impl DatabaseConfig {
    /// The database at `url`, with the documented defaults.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            max_connections: default_max_connections(),
            acquire_timeout_seconds: default_acquire_timeout_seconds(),
            statement_timeout_seconds: default_statement_timeout_seconds(),
        }
    }

    fn acquire_timeout(&self) -> Duration {
        Duration::from_secs(self.acquire_timeout_seconds.into())
    }
}

/// One service's rows. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    schema: &'static str,
    reader: DatabaseConnection,
    /// The same as `reader` on PostgreSQL. On SQLite its single connection makes writers queue
    /// here, in order, rather than poll for the file's lock.
    writer: DatabaseConnection,
    appended: Arc<Notify>,
}

impl Db {
    /// Opens the rows of the service `schema`, an identifier in lower case. Makes the schema or the
    /// file when there is none, and no table.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached,
    /// [`StoreError::Internal`] when the URL is of no known kind.
    pub async fn connect(
        config: &DatabaseConfig,
        schema: &'static str,
    ) -> Result<Self, StoreError> {
        let url = config.url.expose_secret();
        let (reader, writer) = if let Some(directory) = url.strip_prefix("sqlite://") {
            open_sqlite(config, Path::new(directory), schema).await?
        } else if DbBackend::Postgres.is_prefix_of(url) {
            let pool = open_postgres(config, schema).await?;
            (pool.clone(), pool)
        } else {
            let message = "the database URL must start with postgres:// or sqlite://";
            return Err(StoreError::Internal(DbErr::Custom(message.to_owned())));
        };
        let appended = Arc::new(Notify::new());
        Ok(Self { inner: Arc::new(Inner { schema, reader, writer, appended }) })
    }

    /// Connections for reading outside of a transaction. On SQLite they refuse to write.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// Begins a transaction that may write. On SQLite it holds the file's write lock from here on,
    /// so that a read in it followed by a write never fails for a concurrent writer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection or lock is had in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: match self.backend() {
                DbBackend::Sqlite => Some(SqliteTransactionMode::Immediate),
                _ => None,
            },
            ..TransactionOptions::default()
        };
        let inner = self.inner.writer.begin_with_options(options).await?;
        let appended = AtomicBool::new(false);
        Ok(Tx { inner, appended, relay: Arc::clone(&self.inner.appended) })
    }

    /// Which kind of database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.inner.reader.get_database_backend()
    }

    /// Name of the schema or file, which is the service's.
    #[must_use]
    pub fn schema(&self) -> &'static str {
        self.inner.schema
    }

    /// The connections there are now. On SQLite, those for reading.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let reader = &self.inner.reader;
        let (open, idle, max) = match self.backend() {
            DbBackend::Sqlite => {
                let pool = reader.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
            _ => {
                let pool = reader.get_postgres_connection_pool();
                (pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
        };
        Connections { open: open.into(), idle: idle as u64, max: max.into() }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read().execute_unprepared("SELECT 1").await.map_err(StoreError::Unavailable)?;
        Ok(())
    }

    /// Completes after a commit that put something into the outbox.
    pub(crate) async fn appended(&self) {
        self.inner.appended.notified().await;
    }
}

/// Connections of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Those that are open.
    pub open: u64,
    /// Of these, the ones that nobody uses.
    pub idle: u64,
    /// How many there may be.
    pub max: u64,
}

/// A transaction. Dropping it rolls it back.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    appended: AtomicBool,
    relay: Arc<Notify>,
}

impl Tx {
    /// Makes the changes last, and wakes the relay when they include events.
    ///
    /// # Errors
    /// [`StoreError`] when the database did not take them. After
    /// [`StoreError::Unavailable`] it is not known whether it did.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await?;
        if self.appended.into_inner() {
            self.relay.notify_one();
        }
        Ok(())
    }

    /// Notes that the transaction puts something into the outbox.
    pub(crate) fn mark_appended(&self) {
        self.appended.store(true, Ordering::Relaxed);
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

#[tonic::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(stmt).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(stmt).await
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(stmt).await
    }
}

/// Readers and the writer of one file.
async fn open_sqlite(
    config: &DatabaseConfig,
    directory: &Path,
    schema: &str,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    /// For locks of other processes, such as an administrator's command.
    const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
    /// Readers look at the file through the operating system's cache, as far as SQLite allows. Their own
    /// is small and emptied by every commit of the writer, so a query would read the same pages anew.
    const MAPPED: &str = "2147418112";
    /// What lies beyond that is read into a cache of so many KiB a connection, in which the upper levels
    /// of the indexes of a large file have room.
    const CACHED: &str = "-16384";

    tokio::fs::create_dir_all(directory).await.map_err(|error| {
        let message = format!("cannot make the directory {}: {error}", directory.display());
        StoreError::Unavailable(DbErr::Custom(message))
    })?;
    let file: PathBuf = directory.join(format!("{schema}.db"));
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(config.acquire_timeout())
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    // The writer first: it makes the file and turns on its write-ahead log.
    let writer = pool()
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_clean(connection)))
        .connect_with(options.clone())
        .await
        .map_err(away)?;
    let reader = pool()
        .max_connections(config.max_connections)
        .connect_with(
            options
                .pragma("query_only", "ON")
                .pragma("mmap_size", MAPPED)
                .pragma("cache_size", CACHED),
        )
        .await
        .map_err(away)?;
    Ok((
        SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
    ))
}

/// Whether a writer is in no transaction. SQLite ends one by itself when it fails to commit, on a full disk for example.
/// sqlx does not notice, and would begin all later ones inside of that: each would be told as committed, and none kept.
async fn is_clean(writer: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What was dropped is rolled back before anything else is done.
    writer.ping().await?;
    Ok(!writer.is_in_transaction())
}

/// A pool whose connections see one schema.
async fn open_postgres(
    config: &DatabaseConfig,
    schema: &str,
) -> Result<DatabaseConnection, StoreError> {
    let statement_timeout = format!("{}s", config.statement_timeout_seconds);
    let options = PgConnectOptions::from_str(config.url.expose_secret())
        .map_err(away)?
        .application_name(&format!("chamados-{schema}"))
        // No statement here runs for as long as compiling it would take.
        .options([
            ("search_path", schema),
            ("statement_timeout", &statement_timeout),
            ("jit", "off"),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(config.acquire_timeout())
        .connect_with(options)
        .await
        .map_err(away)?;
    let pool = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    ensure_schema(&pool, schema).await?;
    Ok(pool)
}

/// Makes the schema when there is none. Asks first, because `CREATE … IF NOT EXISTS` needs the
/// right to create even when there is nothing to do; and locks, because it fails when two replicas
/// do it at the same time.
async fn ensure_schema(pool: &DatabaseConnection, schema: &str) -> Result<(), StoreError> {
    let statement = |sql: &str| {
        Statement::from_sql_and_values(DbBackend::Postgres, sql, [schema.to_owned().into()])
    };
    let known = statement("SELECT 1 FROM pg_namespace WHERE nspname = $1");
    if pool.query_one_raw(known).await?.is_some() {
        return Ok(());
    }
    let tx = pool.begin().await?;
    tx.execute_raw(statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")).await?;
    tx.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await?;
    tx.commit().await?;
    Ok(())
}

fn away(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(DbErr::Conn(sea_orm::RuntimeErr::SqlxError(Arc::new(error))))
}
