//! What the server and its stores do meanwhile: CPU time, memory, durable writes.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use redis::AsyncCommands as _;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
};

use crate::cpu::{self, Who};

/// Who is watched.
#[derive(Debug, Default)]
pub struct Watched {
    /// The server's process.
    pub server: Option<u32>,
    /// The database's processes; none where it works in the server's.
    pub database: Option<Who>,
    /// Where the device service's durable writes are counted.
    pub ledger: Option<Ledger>,
    /// The Redis that holds heartbeats.
    pub redis: Option<Redis>,
}

/// How things stood at one moment.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// CPU time of the server.
    pub server: Option<Duration>,
    /// CPU time of the database.
    pub database: Option<Duration>,
    /// CPU time of Redis.
    pub redis: Option<Duration>,
    /// Bytes of memory of the server.
    pub memory: Option<u64>,
    /// Rows written by the device service, or on SQLite: commits seen.
    pub writes: Option<i64>,
}

impl Watched {
    /// Looks at everybody.
    ///
    /// # Errors
    /// Somebody is no more.
    pub async fn look(&self) -> Result<Moment> {
        let writes = match &self.ledger {
            Some(ledger) => Some(ledger.writes().await?),
            None => None,
        };
        Ok(Moment {
            server: self.server.map(|id| Who::Process(id).used()).transpose()?,
            database: self.database.map(Who::used).transpose()?,
            redis: self.redis.as_ref().map(|redis| redis.who.used()).transpose()?,
            memory: self.server.map(cpu::resident).transpose()?,
            writes,
            at: Instant::now(),
        })
    }
}

/// A connection of its own to the device service's rows, which asks the database what was written.
#[derive(Debug)]
pub struct Ledger(DatabaseConnection);

impl Ledger {
    /// Opens it by the product's `database.url`, or by `sqlite://FOLDER`.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn open(url: &str) -> Result<Self> {
        let url = url.strip_prefix("sqlite://").map_or_else(
            || url.to_owned(),
            |folder| format!("sqlite://{folder}/device.db?mode=ro"),
        );
        let mut options = ConnectOptions::new(url);
        // SQLite counts the commits of others for each connection.
        options.max_connections(1).min_connections(1);
        Ok(Self(Database::connect(options).await.context("cannot reach the database")?))
    }

    /// Grows by one or more when anything is written. PostgreSQL's count lags by up to ten seconds.
    ///
    /// # Errors
    /// The database is away.
    pub async fn writes(&self) -> Result<i64> {
        let backend = self.0.get_database_backend();
        let sql = if backend == DbBackend::Sqlite {
            "SELECT data_version FROM pragma_data_version"
        } else {
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint \
             FROM pg_stat_user_tables WHERE schemaname = 'device'"
        };
        let row = self.0.query_one_raw(Statement::from_string(backend, sql)).await?;
        Ok(row.context("no count of writes")?.try_get_by_index(0)?)
    }

    /// Whether the count comes late.
    #[must_use]
    pub fn lags(&self) -> bool {
        self.0.get_database_backend() != DbBackend::Sqlite
    }
}

/// A Redis on this machine.
#[derive(Debug, Clone)]
pub struct Redis {
    client: redis::Client,
    /// Its process.
    pub who: Who,
}

impl Redis {
    /// Connects.
    ///
    /// # Errors
    /// It is away.
    pub async fn open(url: &str) -> Result<Self> {
        let client = redis::Client::open(url)?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let info: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
        let process = field(&info, "process_id").context("Redis has no process")?;
        Ok(Self { client, who: Who::Process(u32::try_from(process)?) })
    }

    /// Bytes of memory that heartbeats take, by Redis's own count.
    ///
    /// # Errors
    /// It is away.
    pub async fn heartbeats(&self) -> Result<u64> {
        let mut connection = self.client.get_multiplexed_async_connection().await?;
        let keys: Vec<String> = connection.keys("*hb:*").await?;
        let mut bytes = 0;
        for key in keys {
            let mut usage = redis::cmd("MEMORY");
            let usage = usage.arg("USAGE").arg(key);
            let usage = usage.query_async::<Option<u64>>(&mut connection);
            bytes += usage.await?.unwrap_or_default();
        }
        Ok(bytes)
    }
}

/// A number of `INFO`'s answer.
fn field(info: &str, name: &str) -> Option<u64> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_redis_are_found() {
        let info = "# Server\r\nredis_version:7.0.15\r\nprocess_id:42\r\nprocess_id2:43\r\n";
        assert_eq!(field(info, "process_id"), Some(42));
        assert_eq!(field(info, "uptime"), None);
    }
}
