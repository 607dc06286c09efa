//! Opens a service's rows and waits until its tables fit the code.

use std::time::Duration;

use chamados_chassis::{health::Health, shutdown::Shutdown};
use chamados_store_kit::{
    Db, Migrations, StoreError,
    migrate::{self, SchemaState},
};
use sea_orm::DbBackend;

use crate::config::Config;

/// Between two looks at a database that is away or has old tables.
const RETRY: Duration = Duration::from_secs(1);
/// Between two looks at a database that was well.
const WATCH: Duration = Duration::from_secs(5);

/// Opens the rows of the service `name` once the database answers and its tables are current, and
/// keeps the process's readiness true to it. SQLite's tables are brought up to date here;
/// PostgreSQL's by `chamados migrate`.
///
/// # Errors
/// When newer code has changed the tables, or stopping was asked for.
pub(crate) async fn open(
    config: &Config,
    name: &'static str,
    migrations: Migrations,
    health: &Health,
    shutdown: &Shutdown,
) -> anyhow::Result<Db> {
    let ready = health.register(name);
    let db = loop {
        match try_open(config, name, &migrations).await? {
            Ok(db) => break db,
            Err(reason) => tracing::warn!(service = name, reason, "waiting for the database"),
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = shutdown.requested() => anyhow::bail!("stopped while waiting for the database"),
        }
    };
    ready.set(true);
    let (watched, stop) = (db.clone(), shutdown.clone());
    shutdown.spawn("database_watch", async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(WATCH) => {}
                () = stop.requested() => break,
            }
            let well = watched.ping().await.is_ok();
            if ready.set(well) != well {
                tracing::warn!(service = name, well, "the database's state changed");
            }
        }
    });
    Ok(db)
}

/// Opens the rows of the service `name` for a command, which does not wait.
///
/// # Errors
/// When the database is away, or its tables are not those of this version.
pub(crate) async fn open_now(
    config: &Config,
    name: &'static str,
    migrations: Migrations,
) -> anyhow::Result<Db> {
    try_open(config, name, &migrations).await?.map_err(anyhow::Error::msg)
}

/// The rows, or why to wait.
async fn try_open(
    config: &Config,
    name: &'static str,
    migrations: &Migrations,
) -> anyhow::Result<Result<Db, String>> {
    let db = match Db::connect(&config.database()?, name).await {
        Ok(db) => db,
        Err(StoreError::Unavailable(error) | StoreError::Full(error)) => {
            return Ok(Err(error.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    if db.backend() == DbBackend::Sqlite {
        migrate::up(&db, migrations).await?;
        return Ok(Ok(db));
    }
    let state = migrate::verify(&db, migrations).await?;
    let is_newer = matches!(state, SchemaState::Newer { .. });
    match state.require_current(name) {
        Ok(()) => Ok(Ok(db)),
        // Waiting does not make old code new.
        Err(error) if is_newer => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// Brings the tables of every service up to date.
///
/// # Errors
/// The first that cannot be.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let services: [(&'static str, Migrations); 4] = [
        ("identity", chamados_identity::migrations()),
        ("ticket", chamados_ticket::migrations()),
        ("device", chamados_device::migrations()),
        ("scheduler", chamados_scheduler::migrations()),
    ];
    for (name, migrations) in services {
        let db = Db::connect(&config.database()?, name).await?;
        migrate::up(&db, &migrations).await?;
    }
    Ok(())
}
