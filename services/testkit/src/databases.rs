//! Databases for tests: a fresh one each, gone afterwards.
#![allow(clippy::disallowed_methods, reason = "tests find their servers in the environment")]

use std::{env, panic::AssertUnwindSafe};

use anyhow::Context as _;
use futures::FutureExt as _;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Where tests find a PostgreSQL in which they may create databases.
const VARIABLE: &str = "CHAMADOS_TEST_DATABASE_URL";

/// An empty database that belongs to one test.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    /// Removed when dropped.
    Directory(TempDir),
    /// Removed by [`TestDatabase::remove`].
    Postgres { name: String, server: DatabaseConnection },
}

impl TestDatabase {
    /// A SQLite directory.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn sqlite() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let url = format!("sqlite://{}", directory.path().display());
        Ok(Self { url, kept: Kept::Directory(directory) })
    }

    /// A PostgreSQL database. Call [`remove`](Self::remove) when done.
    ///
    /// # Errors
    /// When there is no server, saying how to get one.
    pub async fn postgres() -> anyhow::Result<Self> {
        let server_url = env::var(VARIABLE)
            .with_context(|| format!("{VARIABLE} is not set; run `cargo xtask test`"))?;
        let name = format!("t_{}", Uuid::now_v7().simple());
        let server = Database::connect(&server_url).await.context("the test PostgreSQL")?;
        server.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        let (base, _) = server_url.rsplit_once('/').context("no database in the URL")?;
        Ok(Self { url: format!("{base}/{name}"), kept: Kept::Postgres { name, server } })
    }

    /// Its URL, as `database.url` of the configuration takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is PostgreSQL rather than SQLite.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.kept, Kept::Postgres { .. })
    }

    /// Ends all connections to it and removes it.
    ///
    /// # Errors
    /// When the server or the file system refuses.
    pub async fn remove(self) -> anyhow::Result<()> {
        match self.kept {
            Kept::Directory(directory) => directory.close()?,
            Kept::Postgres { name, server } => {
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                server.execute_unprepared(&drop).await?;
                server.close().await?;
            }
        }
        Ok(())
    }
}

/// Runs a test's body with a database, and removes it also when the body panics.
///
/// # Panics
/// When there is no database, and as the body does.
pub async fn with<R: Finish>(
    database: anyhow::Result<TestDatabase>,
    body: impl AsyncFnOnce(&TestDatabase) -> R,
) {
    let database = database.unwrap_or_else(|error| panic!("no database: {error:#}"));
    let body = async { body(&database).await.finish() };
    let result = AssertUnwindSafe(body).catch_unwind().await;
    if let Err(error) = database.remove().await {
        eprintln!("a test database stays behind: {error:#}");
    }
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

/// What a test's body may give.
pub trait Finish {
    /// Panics when the body failed.
    fn finish(self);
}

impl Finish for () {
    fn finish(self) {}
}

impl<E: std::fmt::Debug> Finish for Result<(), E> {
    fn finish(self) {
        if let Err(error) = self {
            panic!("{error:?}");
        }
    }
}

/// Makes two tests, `sqlite::name` and `postgres::name`, of each function
/// `async fn name(database: &TestDatabase)`, which gives nothing or a `Result<(), _>`.
///
/// ```text
/// store_suite!(a_claim_is_given_once);
///
/// async fn a_claim_is_given_once(database: &TestDatabase) -> anyhow::Result<()> { … }
/// ```
#[macro_export]
macro_rules! store_suite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let database = $crate::databases::TestDatabase::sqlite();
                    $crate::databases::with(database, super::$name).await
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let database = $crate::databases::TestDatabase::postgres().await;
                    $crate::databases::with(database, super::$name).await
                }
            )+
        }
    };
}
