//! How a service's tables come to be, and whether they fit the code.

use std::collections::BTreeMap;

use chamados_chassis::clock::{self, Clock as _};
use sea_orm::{
    ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _, QuerySelect as _, Set, Statement,
};
use sea_orm_migration::{MigrationTrait, SchemaManager, prelude::Table, schema::string_null};

use crate::{
    db::{Db, Tx},
    entity::schema_migration,
    error::StoreError,
};

const TABLE: &str = "schema_migration";
const COMPATIBLE: &str = "compatible_down_to";

/// What ran, each with the oldest code that whoever ran it said can work with the tables.
type Applied = BTreeMap<String, Option<String>>;

/// The migrations of a service, in order, those of [`crate::migrations::base`] first. What has
/// landed is never changed, only added to.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// Name of the service, for messages.
    pub service: &'static str,
    /// Makes the list.
    pub list: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// The last migration of the oldest code that can work beside this code and with its tables. It
    /// stays while migrations only add what older code need not know, and is raised to the present
    /// one by a migration that takes something away or gives it another meaning.
    pub compatible_down_to: &'static str,
}

/// How the tables stand to the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// They fit.
    Current,
    /// Some migrations have yet to run.
    Behind {
        /// The last migration that ran; none in an empty database.
        database: Option<String>,
        /// The last migration the code knows.
        code: String,
    },
    /// Newer code has been here, and said that this code can work with what it made.
    Expanded {
        /// A migration that ran and that the code does not know.
        database: String,
        /// The last migration the code knows.
        code: String,
    },
    /// Newer code has been here, and did not say so.
    Newer {
        /// A migration that ran and that the code does not know.
        database: String,
        /// The last migration the code knows.
        code: String,
    },
}

/// Why the tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A migration failed; nothing of this run remains.
    #[error("{service}: migration {name} failed: {source}")]
    Failed {
        /// Name of the service.
        service: &'static str,
        /// Name of the migration.
        name: String,
        /// Why.
        source: DbErr,
    },
    /// Newer code has been here; older code could damage what it wrote.
    #[error(
        "{service}: the database is at version {database}, which is newer than this program's \
         {code}; run a newer program"
    )]
    Newer {
        /// Name of the service.
        service: &'static str,
        /// Version of the database.
        database: String,
        /// Version of the code.
        code: String,
    },
    /// Migrations have yet to run.
    #[error(
        "{service}: the database is at version {}, this program needs {code}; run `chamados migrate`",
        .database.as_deref().unwrap_or("0")
    )]
    Behind {
        /// Name of the service.
        service: &'static str,
        /// Version of the database; none when it is empty.
        database: Option<String>,
        /// Version of the code.
        code: String,
    },
}

impl From<DbErr> for MigrateError {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl SchemaState {
    /// Nothing when the code can work with the tables; a warning when they are newer than it.
    ///
    /// # Errors
    /// [`MigrateError::Behind`] or [`MigrateError::Newer`], naming both versions.
    pub fn require_current(self, service: &'static str) -> Result<(), MigrateError> {
        match self {
            Self::Current => Ok(()),
            Self::Expanded { database, code } => {
                tracing::warn!(service, database, code, "newer tables, which this version may use");
                Ok(())
            }
            Self::Behind { database, code } => {
                Err(MigrateError::Behind { service, database, code })
            }
            Self::Newer { database, code } => Err(MigrateError::Newer { service, database, code }),
        }
    }
}

/// Runs the migrations that have not run yet, all or none. Replicas may do it at the same time: one
/// of them does the work and the others wait for it.
///
/// # Errors
/// [`MigrateError::Newer`] when newer code has been here, [`MigrateError::Failed`] when a migration
/// fails, [`MigrateError::Store`] when the database is away.
pub async fn up(db: &Db, migrations: &Migrations) -> Result<(), MigrateError> {
    let service = migrations.service;
    let tx = db.begin().await?;
    lock(&tx, db.schema()).await?;
    create_table(&tx).await?;
    let manager = SchemaManager::new(&*tx);
    let applied = applied(&manager).await?;
    let list = (migrations.list)();
    match compare(&applied, &list) {
        SchemaState::Behind { .. } => {}
        others => return others.require_current(service),
    }

    for migration in list.iter().filter(|migration| !applied.contains_key(migration.name())) {
        let name = migration.name().to_owned();
        let failed = |source| MigrateError::Failed { service, name: name.clone(), source };
        migration.up(&manager).await.map_err(failed)?;
        let row = schema_migration::ActiveModel {
            name: Set(name.clone()),
            applied_at: Set(clock::SystemClock.now()),
            compatible_down_to: Set(Some(migrations.compatible_down_to.to_owned())),
        };
        schema_migration::Entity::insert(row).exec_without_returning(&tx).await?;
        tracing::info!(service, migration = name, "migrated");
    }
    tx.commit().await?;
    Ok(())
}

/// How the tables stand to the code. Needs no right to change them.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn verify(db: &Db, migrations: &Migrations) -> Result<SchemaState, StoreError> {
    let manager = SchemaManager::new(db.read());
    let applied =
        if manager.has_table(TABLE).await? { applied(&manager).await? } else { Applied::new() };
    Ok(compare(&applied, &(migrations.list)()))
}

fn compare(applied: &Applied, list: &[Box<dyn MigrationTrait>]) -> SchemaState {
    let code = list.last().map(|migration| migration.name().to_owned()).unwrap_or_default();
    let known = |name: &String| list.iter().any(|migration| migration.name() == name);
    let is_complete = list.iter().all(|migration| applied.contains_key(migration.name()));
    let mut newer = applied.iter().rev().filter(|(name, _)| !known(name)).peekable();
    if let Some((database, _)) = newer.peek() {
        let database = (*database).clone();
        // Names are in the order of their numbers.
        let fits = |oldest: &Option<String>| oldest.as_ref().is_some_and(|oldest| *oldest <= code);
        return if is_complete && newer.all(|(_, oldest)| fits(oldest)) {
            SchemaState::Expanded { database, code }
        } else {
            SchemaState::Newer { database, code }
        };
    }
    if is_complete {
        return SchemaState::Current;
    }
    let last = list.iter().rev().find(|migration| applied.contains_key(migration.name()));
    SchemaState::Behind { database: last.map(|migration| migration.name().to_owned()), code }
}

/// Keeps other replicas out until the transaction ends. On SQLite it already does.
async fn lock(tx: &Tx, schema: &str) -> Result<(), DbErr> {
    /// A migration, or the wait for another replica's, may take longer than a call's statement.
    const TIMEOUT: &str = "SET LOCAL statement_timeout = '15min'";

    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(TIMEOUT).await?;
        tx.execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 1))",
            [schema.to_owned().into()],
        ))
        .await?;
    }
    Ok(())
}

/// The table of what ran. Versions until 2026-11 made it without the column.
async fn create_table(tx: &Tx) -> Result<(), DbErr> {
    let mut table = sea_orm::Schema::new(tx.get_database_backend())
        .create_table_from_entity(schema_migration::Entity);
    tx.execute(table.if_not_exists()).await?;
    let manager = SchemaManager::new(&**tx);
    if !manager.has_column(TABLE, COMPATIBLE).await? {
        let column = string_null(COMPATIBLE).take();
        manager.alter_table(Table::alter().table(TABLE).add_column(column).take()).await?;
    }
    Ok(())
}

async fn applied(manager: &SchemaManager<'_>) -> Result<Applied, DbErr> {
    let names =
        schema_migration::Entity::find().select_only().column(schema_migration::Column::Name);
    let db = manager.get_connection();
    let rows: Vec<(String, Option<String>)> = if manager.has_column(TABLE, COMPATIBLE).await? {
        names.column(schema_migration::Column::CompatibleDownTo).into_tuple().all(db).await?
    } else {
        let names: Vec<String> = names.into_tuple().all(db).await?;
        names.into_iter().map(|name| (name, None)).collect()
    };
    Ok(rows.into_iter().collect())
}
