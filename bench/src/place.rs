//! Where the measured product keeps its rows: files below a folder, or a database of a PostgreSQL.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, FromQueryResult, Statement};
use tempfile::TempDir;
use uuid::Uuid;

use crate::cpu::{self, Who};

/// A place of its own, gone when it is removed.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    postgres: Option<Postgres>,
    redis: Option<String>,
}

#[derive(Debug)]
struct Postgres {
    server: DatabaseConnection,
    name: String,
    url: String,
    /// The server's first process.
    process: u32,
}

impl Place {
    /// Files below `parent`.
    ///
    /// # Errors
    /// No folder can be made there.
    pub fn sqlite(parent: &Path) -> Result<Self> {
        std::fs::create_dir_all(parent)?;
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(parent);
        let folder =
            folder.with_context(|| format!("cannot make a folder in {}", parent.display()))?;
        Ok(Self { folder, postgres: None, redis: None })
    }

    /// A new database of the PostgreSQL at `server`, a superuser's URL, on this machine.
    ///
    /// # Errors
    /// It cannot be reached, or refuses.
    pub async fn postgres(parent: &Path, server: &str) -> Result<Self> {
        #[derive(FromQueryResult)]
        struct Process {
            id: i32,
        }

        let name = format!("bench_{}", Uuid::now_v7().simple());
        let (base, _) = server.rsplit_once('/').context("no database in PostgreSQL's URL")?;
        let url = format!("{base}/{name}");
        let server = Database::connect(server).await.context("cannot reach PostgreSQL")?;
        server.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        let id = "SELECT pg_backend_pid() AS id";
        let id =
            Process::find_by_statement(Statement::from_string(server.get_database_backend(), id));
        let id = id.one(&server).await?.context("PostgreSQL has no process")?.id;
        let process = cpu::parent(u32::try_from(id)?)?;
        let postgres = Some(Postgres { server, name, url, process });
        Ok(Self { postgres, ..Self::sqlite(parent)? })
    }

    /// The same place, with a Redis that nobody else uses.
    #[must_use]
    pub fn with_redis(self, url: Option<&str>) -> Self {
        Self { redis: url.map(str::to_owned), ..self }
    }

    /// URL of Redis; none where there is none.
    #[must_use]
    pub fn redis_url(&self) -> Option<&str> {
        self.redis.as_deref()
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's folder of data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// URL of the database, as the server's setting takes it; none where it needs none.
    #[must_use]
    pub fn postgres_url(&self) -> Option<&str> {
        self.postgres.as_ref().map(|postgres| postgres.url.as_str())
    }

    /// URL of the database, as a service's connection takes it.
    #[must_use]
    pub fn url(&self) -> String {
        let file = || format!("sqlite://{}", self.data().display());
        self.postgres_url().map_or_else(file, str::to_owned)
    }

    /// Whose CPU time is the database's; none where it works in the server's process.
    #[must_use]
    pub fn database_process(&self) -> Option<Who> {
        self.postgres.as_ref().map(|postgres| Who::Family(postgres.process))
    }

    /// Removes everything.
    ///
    /// # Errors
    /// Something refuses.
    pub async fn remove(self) -> Result<()> {
        if let Some(Postgres { server, name, .. }) = self.postgres {
            server.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
            server.close().await?;
        }
        self.folder.close().context("cannot remove the folder of the measurement")
    }
}
