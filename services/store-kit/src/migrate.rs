//! How a service's tables come to be, and whether they fit the code.

use std::collections::BTreeSet;

use chamados_chassis::clock::{self, Clock as _};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait as _, QuerySelect as _, Set,
    Statement,
};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use crate::{
    db::{Db, Tx},
    entity::schema_migration,
    error::StoreError,
};

/// The migrations of a service, in order, those of [`crate::migrations::base`] first. What has
/// landed is never changed, only added to.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// Name of the service, for messages.
    pub service: &'static str,
    /// Makes the list.
    pub list: fn() -> Vec<Box<dyn MigrationTrait>>,
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
    /// Newer code has been here.
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
    /// Nothing when the tables fit.
    ///
    /// # Errors
    /// [`MigrateError::Behind`] or [`MigrateError::Newer`], naming both versions.
    pub fn require_current(self, service: &'static str) -> Result<(), MigrateError> {
        match self {
            Self::Current => Ok(()),
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
    let applied = applied(&*tx).await?;
    let list = (migrations.list)();
    if let newer @ SchemaState::Newer { .. } = compare(&applied, &list) {
        newer.require_current(service)?;
    }

    let manager = SchemaManager::new(&*tx);
    for migration in list.iter().filter(|migration| !applied.contains(migration.name())) {
        let name = migration.name().to_owned();
        let failed = |source| MigrateError::Failed { service, name: name.clone(), source };
        migration.up(&manager).await.map_err(failed)?;
        let row = schema_migration::ActiveModel {
            name: Set(name.clone()),
            applied_at: Set(clock::SystemClock.now()),
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
    let applied =
        if has_table(db.read()).await? { applied(db.read()).await? } else { BTreeSet::new() };
    Ok(compare(&applied, &(migrations.list)()))
}

fn compare(applied: &BTreeSet<String>, list: &[Box<dyn MigrationTrait>]) -> SchemaState {
    let code = list.last().map(|migration| migration.name().to_owned()).unwrap_or_default();
    let known = |name: &String| list.iter().any(|migration| migration.name() == name);
    if let Some(database) = applied.iter().rev().find(|name| !known(name)) {
        return SchemaState::Newer { database: database.clone(), code };
    }
    if list.iter().all(|migration| applied.contains(migration.name())) {
        return SchemaState::Current;
    }
    let last = list.iter().rev().find(|migration| applied.contains(migration.name()));
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

async fn create_table(tx: &Tx) -> Result<(), DbErr> {
    let mut table = sea_orm::Schema::new(tx.get_database_backend())
        .create_table_from_entity(schema_migration::Entity);
    tx.execute(table.if_not_exists()).await?;
    Ok(())
}

async fn has_table(db: &DatabaseConnection) -> Result<bool, DbErr> {
    SchemaManager::new(db).has_table("schema_migration").await
}

async fn applied(db: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    let names: Vec<String> = schema_migration::Entity::find()
        .select_only()
        .column(schema_migration::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    Ok(names.into_iter().collect())
}
