//! The whole configuration, read once and checked as a whole. Documented in `config.default.toml`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use chamados_chassis::{
    config::{self, ConfigError, SecretSource},
    grpc::{RemoteConfig, layer::Limits},
    telemetry::TelemetryConfig,
};
use chamados_store_kit::{DatabaseConfig, redis::RedisConfig};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::{target::Targets, tls::Tls};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What runs in this process.
    pub target: Targets,
    /// Where SQLite's files and the key ring are when nothing else is said.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: Listen,
    /// Certificates of the listeners and between services.
    pub tls: Tls,
    /// Which database.
    pub database: Database,
    /// Which Redis.
    pub redis: Redis,
    /// Keys between services.
    pub auth: Auth,
    /// Which mail server.
    pub mail: Mail,
    /// Where the other services are.
    pub services: Services,
    /// Limits of calls.
    pub limits: Limits,
    /// How to stop.
    pub shutdown: ShutdownConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// The gateway's own settings.
    pub gateway: chamados_gateway::Config,
    /// The ticket service's own settings.
    pub ticket: chamados_ticket::Config,
    /// The device service's own settings.
    pub device: chamados_device::Config,
    /// The scheduler's own settings.
    pub scheduler: chamados_scheduler::Config,
}

/// Where to listen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// The panel and the HTTP API.
    pub http: SocketAddr,
    /// Agents, and automation over gRPC.
    pub grpc: SocketAddr,
    /// Calls from the other services.
    pub internal: SocketAddr,
    /// Health and metrics of this process; not opened when absent.
    #[serde(default)]
    pub operations: Option<SocketAddr>,
}

/// Which database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    #[serde(default)]
    url: SecretSource,
    max_connections: u32,
    acquire_timeout_seconds: u32,
    statement_timeout_seconds: u32,
}

/// Which Redis.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    #[serde(default)]
    url: SecretSource,
    key_prefix: String,
}

/// Which mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    from: String,
    smtp: Smtp,
}

/// How to reach the mail server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    url: SecretSource,
}

/// Keys between services.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// The ring; one is made in the data directory when absent.
    pub keyring_file: Option<PathBuf>,
}

/// Where the other services are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// URI of identity.
    pub identity: String,
    /// URI of the ticket service.
    pub ticket: String,
    /// URI of the device service.
    pub device: String,
    /// URI of the scheduler.
    pub scheduler: String,
    /// How to call them.
    pub call: RemoteConfig,
}

impl Services {
    /// Each URI with the name of its setting.
    pub(crate) fn by_name(&self) -> [(&'static str, &str); 4] {
        [
            ("identity", &self.identity),
            ("ticket", &self.ticket),
            ("device", &self.device),
            ("scheduler", &self.scheduler),
        ]
    }
}

/// How to stop.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShutdownConfig {
    /// Seconds to finish what is under way.
    pub drain_seconds: u64,
}

impl Config {
    /// Reads the configuration and checks that its parts go together.
    ///
    /// # Errors
    /// [`ConfigError`] naming the key at fault.
    pub fn load(file: Option<&Path>, overrides: &[(&str, String)]) -> Result<Self, ConfigError> {
        let mut config: Self = config::load(DEFAULTS, file, overrides)?;
        if config.gateway.public_url.is_empty() {
            let scheme = if config.tls.has_http() { "https" } else { "http" };
            config.gateway.public_url = format!("{scheme}://{}", config.listen.http);
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let split = !self.target.is_all();
        if split && self.redis()?.is_none() {
            return Err(ConfigError::Invalid(
                "redis.url: needed when the services run in several processes".to_owned(),
            ));
        }
        if split && self.auth.keyring_file.is_none() {
            return Err(ConfigError::Invalid(
                "auth.keyring_file: needed when the services run in several processes".to_owned(),
            ));
        }
        self.tls.check(&self.services)?;
        self.ticket.validate()?;
        if let Some(mail) = self.mail()? {
            mail.check().map_err(|error| ConfigError::Invalid(error.to_string()))?;
        }
        self.device.validate()
    }

    /// The mail server, when there is one.
    ///
    /// # Errors
    /// When the secret's file cannot be read.
    pub fn mail(&self) -> Result<Option<chamados_identity::MailConfig>, ConfigError> {
        let from = self.mail.from.clone();
        Ok(given(&self.mail.smtp.url)?.map(|url| chamados_identity::MailConfig { url, from }))
    }

    /// The database of every service, each in its schema or file.
    ///
    /// # Errors
    /// When the secret's file cannot be read.
    pub fn database(&self) -> Result<DatabaseConfig, ConfigError> {
        let sqlite = || SecretString::from(format!("sqlite://{}", self.data_dir.display()));
        Ok(DatabaseConfig {
            url: given(&self.database.url)?.unwrap_or_else(sqlite),
            max_connections: self.database.max_connections,
            acquire_timeout_seconds: self.database.acquire_timeout_seconds,
            statement_timeout_seconds: self.database.statement_timeout_seconds,
        })
    }

    /// The Redis, when there is one.
    ///
    /// # Errors
    /// When the secret's file cannot be read.
    pub fn redis(&self) -> Result<Option<RedisConfig>, ConfigError> {
        let key_prefix = self.redis.key_prefix.clone();
        Ok(given(&self.redis.url)?.map(|url| RedisConfig { url, key_prefix }))
    }

    /// How long stopping may take.
    #[must_use]
    pub const fn drain_limit(&self) -> Duration {
        Duration::from_secs(self.shutdown.drain_seconds)
    }
}

/// An empty text means "not given", so that a variable can take a setting back.
fn given(source: &SecretSource) -> Result<Option<SecretString>, ConfigError> {
    Ok(source.resolve()?.filter(|secret| !secret.expose_secret().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_a_whole_configuration() {
        let config = Config::load(None, &[]).unwrap();
        assert!(config.target.is_all());
        assert_eq!(config.database().unwrap().url.expose_secret(), "sqlite://data");
        assert!(config.redis().unwrap().is_none());
        assert!(config.mail().unwrap().is_none());
        assert_eq!(config.gateway.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn people_open_what_is_listened_on_unless_something_else_is_said() {
        let set = |key: &'static str, value: &str| (key, value.to_owned());
        let mut settings = vec![
            set("listen.http", "127.0.0.1:9090"),
            set("tls.http.cert_file", "a.crt"),
            set("tls.http.key_file", "a.key"),
        ];
        let url =
            |settings: &[(&str, String)]| Config::load(None, settings).unwrap().gateway.public_url;
        assert_eq!(url(&settings[..1]), "http://127.0.0.1:9090");
        assert_eq!(url(&settings), "https://127.0.0.1:9090");
        settings.push(set("gateway.public_url", "https://desk.example"));
        assert_eq!(url(&settings), "https://desk.example");
    }

    #[test]
    fn a_mail_server_needs_a_url_and_a_sender() {
        let url = |url: &str| ("mail.smtp.url.value", url.to_owned());
        let from = ("mail.from", "Chamados <desk@example.com>".to_owned());
        let error = Config::load(None, &[url("smtp://127.0.0.1:25")]).unwrap_err();
        assert!(error.to_string().contains("mail.from"), "{error}");
        let error = Config::load(None, &[url("http://u:hunter2@mail"), from.clone()]).unwrap_err();
        assert!(error.to_string().contains("mail.smtp.url"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let config = Config::load(None, &[url("smtps://u:p@mail.example.com"), from]).unwrap();
        assert!(config.mail().unwrap().is_some());
    }

    #[test]
    fn a_service_alone_needs_what_the_others_share() {
        let target = ("target", "ticket".to_owned());
        let redis = ("redis.url.value", "redis://127.0.0.1".to_owned());
        let error = Config::load(None, std::slice::from_ref(&target)).unwrap_err();
        assert!(error.to_string().contains("redis.url"), "{error}");
        let error = Config::load(None, &[target.clone(), redis.clone()]).unwrap_err();
        assert!(error.to_string().contains("auth.keyring_file"), "{error}");
        let ring = ("auth.keyring_file", "/run/keyring".to_owned());
        assert!(Config::load(None, &[target, redis, ring]).is_ok());
    }

    #[test]
    fn certificates_need_their_keys_and_addresses_that_fit() {
        let set = |key: &'static str, value: &str| (key, value.to_owned());
        let refused = |settings: &[(&str, String)], key: &str| {
            let error = Config::load(None, settings).unwrap_err().to_string();
            assert!(error.contains(key), "{error}");
        };
        refused(&[set("tls.http.cert_file", "a.crt")], "tls.http");
        refused(&[set("tls.grpc.key_file", "a.key")], "tls.grpc");
        refused(&[set("tls.reload_seconds", "0")], "tls.reload_seconds");
        refused(&[set("services.ticket", "https://ticket:8082")], "services.ticket");
        let mut mutual =
            vec![set("tls.internal.cert_file", "a.crt"), set("tls.internal.key_file", "a.key")];
        refused(&mutual, "tls.internal");
        mutual.push(set("tls.internal.ca_file", "ca.crt"));
        refused(&mutual, "services.identity");
        for service in ["identity", "ticket", "device", "scheduler"] {
            let key = format!("services.{service}");
            mutual.push((Box::leak(key.into_boxed_str()), format!("https://{service}:8082")));
        }
        assert!(Config::load(None, &mutual).is_ok());
        // A variable takes a file of the configuration back.
        let taken_back = [set("tls.http.cert_file", ""), set("tls.http.key_file", "")];
        assert!(Config::load(None, &taken_back).is_ok());
    }
}
