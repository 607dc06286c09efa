//! Certificates of the listeners and between services: what is configured, checked, opened and watched.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chamados_chassis::{
    config::ConfigError,
    shutdown::Shutdown,
    telemetry::Metrics,
    tls::{Client, Files, TlsError, Watched},
};
use rustls::ServerConfig;
use serde::Deserialize;

use crate::config::Services;

/// What is spoken after the handshake, the best first.
const HTTP: &[&str] = &["h2", "http/1.1"];
const GRPC: &[&str] = &["h2"];

/// Certificates of the listeners and between services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    reload_seconds: u64,
    #[serde(default)]
    http: OneSided,
    #[serde(default)]
    grpc: OneSided,
    #[serde(default)]
    internal: Mutual,
}

/// A listener that shows a certificate and asks for none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OneSided {
    cert_file: PathBuf,
    key_file: PathBuf,
}

/// Both sides show a certificate.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Mutual {
    cert_file: PathBuf,
    key_file: PathBuf,
    ca_file: PathBuf,
}

impl Tls {
    /// Whether files and addresses go together.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] naming the setting at fault.
    pub(crate) fn check(&self, services: &Services) -> Result<(), ConfigError> {
        let invalid = |text: String| Err(ConfigError::Invalid(text));
        if self.reload_seconds == 0 {
            return invalid("tls.reload_seconds: at least 1".to_owned());
        }
        for (section, [cert, key]) in [("http", self.http.files()), ("grpc", self.grpc.files())] {
            if given(cert) != given(key) {
                return invalid(format!("tls.{section}: cert_file and key_file go together"));
            }
        }
        let Mutual { cert_file, key_file, ca_file } = &self.internal;
        let all = [cert_file, key_file, ca_file].map(|path| given(path));
        if all.contains(&true) && all.contains(&false) {
            return invalid("tls.internal: cert_file, key_file and ca_file go together".to_owned());
        }
        let scheme = if given(cert_file) { "https://" } else { "http://" };
        for (name, uri) in services.by_name() {
            if !uri.starts_with(scheme) {
                let text = format!("services.{name}: {uri:?} has to begin with {scheme}");
                return invalid(format!("{text}, as tls.internal says"));
            }
        }
        Ok(())
    }

    /// Whether the panel is reached by TLS.
    pub(crate) fn has_http(&self) -> bool {
        given(&self.http.cert_file)
    }

    /// Whether any listener speaks TLS.
    #[must_use]
    pub fn is_any(&self) -> bool {
        [&self.http.cert_file, &self.grpc.cert_file, &self.internal.cert_file]
            .into_iter()
            .any(|path| given(path))
    }
}

impl OneSided {
    const fn files(&self) -> [&PathBuf; 2] {
        [&self.cert_file, &self.key_file]
    }

    fn wanted(&self) -> Option<Files> {
        given(&self.cert_file).then(|| Files {
            certificate: self.cert_file.clone(),
            key: self.key_file.clone(),
            authorities: None,
        })
    }
}

impl Mutual {
    fn wanted(&self) -> Option<Files> {
        given(&self.cert_file).then(|| Files {
            certificate: self.cert_file.clone(),
            key: self.key_file.clone(),
            authorities: Some(self.ca_file.clone()),
        })
    }
}

/// An empty path means "not given", so that a variable can take a setting back.
fn given(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}

/// Certificates in force, where there are some.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    /// Of the panel and the HTTP API.
    pub(crate) http: Option<Watched<ServerConfig>>,
    /// Of the listener for agents and automation.
    pub(crate) grpc: Option<Watched<ServerConfig>>,
    /// Of the listener for the other services.
    pub(crate) internal: Option<Watched<ServerConfig>>,
    /// For calls to the other services.
    pub(crate) client: Option<Client>,
}

impl Certificates {
    /// Reads what is configured and watches it until shutdown.
    ///
    /// # Errors
    /// [`TlsError`], naming the file.
    pub(crate) fn open(
        tls: &Tls,
        metrics: &Metrics,
        shutdown: &Shutdown,
    ) -> Result<Self, TlsError> {
        let period = Duration::from_secs(tls.reload_seconds);
        let meter = metrics.meter();
        let server = |name, files: Option<Files>, build| {
            let Some(files) = files else { return Ok(None) };
            let watched = Watched::open(files, build)?;
            watched.start(name, period, &meter, shutdown);
            Ok::<_, TlsError>(Some(watched))
        };
        let client = match tls.internal.wanted() {
            None => None,
            Some(files) => {
                let watched = Client::open(files, |material| material.client(GRPC))?;
                watched.start("client", period, &meter, shutdown);
                Some(watched)
            }
        };
        Ok(Self {
            http: server("http", tls.http.wanted(), |material| material.server(HTTP))?,
            grpc: server("grpc", tls.grpc.wanted(), |material| material.server(GRPC))?,
            internal: server("internal", tls.internal.wanted(), |m| m.server(GRPC))?,
            client,
        })
    }
}
