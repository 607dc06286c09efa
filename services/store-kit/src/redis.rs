//! The connection to Redis. What is kept there may be lost; nothing that must last goes there.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection, PubSub},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tracing::Span;

/// How long to try to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long to wait for an answer.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Which Redis.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://…`, or `rediss://…` for TLS. A secret, because it may hold a password.
    pub url: SecretString,
    /// Start of every key, for installations that share a Redis.
    #[serde(default = "default_key_prefix")]
    pub key_prefix: String,
}

fn default_key_prefix() -> String {
    "chamados".to_owned()
}

impl RedisConfig {
    /// The Redis at `url`, with the documented defaults.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: SecretString::from(url.into()), key_prefix: default_key_prefix() }
    }
}

/// A Redis. Cheap to clone; clones share one connection, which comes back by itself.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    manager: ConnectionManager,
    prefix: String,
}

impl Redis {
    /// Prepares the connection, which is made at the first use: a Redis that is away does not keep
    /// a process from starting. Needs a Tokio runtime.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn connect(config: &RedisConfig) -> Result<Self, RedisError> {
        let client = Client::open(config.url.expose_secret())?;
        let manager_config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            // A caller is told at once; whoever must succeed tries again by itself.
            .set_number_of_retries(0);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), manager_config)?;
        Ok(Self { client, manager, prefix: config.key_prefix.clone() })
    }

    /// The shared connection, for commands that do not block. Each waits at most two seconds, and
    /// the first after a loss of the connection fails.
    #[must_use]
    pub fn connection(&self) -> ConnectionManager {
        self.manager.clone()
    }

    /// A key of this installation. The braces keep all keys in one slot of a cluster, so that
    /// scripts and transactions may touch several.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.prefix)
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// When it does not, within two seconds.
    pub async fn ping(&self) -> Result<(), RedisError> {
        redis::cmd("PING").exec_async(&mut self.connection()).await
    }

    /// A connection of its own for commands that block at most `block`.
    pub(crate) async fn blocking_connection(
        &self,
        block: Duration,
    ) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(block + RESPONSE_TIMEOUT));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    /// A connection of its own for listening.
    pub(crate) async fn listening_connection(&self) -> Result<PubSub, RedisError> {
        let connect = self.client.get_async_pubsub();
        tokio::time::timeout(CONNECT_TIMEOUT, connect)
            .await
            .unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
    }
}

/// A span for a command, by the conventions of OpenTelemetry
/// (<https://opentelemetry.io/docs/specs/semconv/database/redis/>).
#[must_use]
pub fn span(command: &'static str) -> Span {
    tracing::info_span!(
        "redis",
        otel.kind = "client",
        otel.name = command,
        db.system = "redis",
        db.operation = command
    )
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
