//! The way to the server: which addresses are allowed, whom to trust, how to notice a dead line.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use chamados_proto::device::v1::agent_service_client::AgentServiceClient;
use rustls::RootCertStore;
use serde::{Deserialize, Serialize};
use tonic::{
    codegen::http::Uri,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::{Error, MESSAGE_LIMIT, Result, VERSION, error::chain};

/// To have a TCP connection and TLS on it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A quiet line is tried this often ...
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// ... and given up when nothing comes back for so long.
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// How the connection is protected. Given at enrolment and kept with the credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Transport {
    /// PEM file of the certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Lets the token travel in the clear to hosts other than this one.
    pub insecure_plaintext: bool,
}

/// A server's checked address and how to connect to it.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    server: String,
    endpoint: Endpoint,
}

impl Connector {
    /// Checks the address and loads the certificates to trust. Does not connect.
    pub(crate) fn new(server: &str, transport: &Transport) -> Result<Self> {
        let (server, secure) = check(server, transport.insecure_plaintext)?;
        let endpoint = Endpoint::from_shared(server.clone())
            .and_then(|e| e.user_agent(format!("chamados-agent/{VERSION}")))
            .map_err(|e| address(&server, chain(&e)))?
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .keep_alive_while_idle(true);
        let endpoint = if secure {
            endpoint
                .tls_config(tls(transport.ca_file.as_deref())?)
                .map_err(|e| Error::Certificates(chain(&e)))?
        } else {
            endpoint
        };
        Ok(Self { server, endpoint })
    }

    /// The server's address in its normal form.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Connects.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub(crate) async fn connect(&self) -> Result<AgentServiceClient<Channel>> {
        Ok(AgentServiceClient::new(self.channel().await?)
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT))
    }

    /// A connection for other calls.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub(crate) async fn channel(&self) -> Result<Channel> {
        self.endpoint.connect().await.map_err(|e| self.unreachable(chain(&e)))
    }

    /// The error of a server that does not answer.
    pub(crate) fn unreachable(&self, reason: impl Into<String>) -> Error {
        Error::Unreachable { server: self.server.clone(), reason: reason.into() }
    }
}

fn address(url: &str, reason: impl Into<String>) -> Error {
    Error::Address { url: url.to_owned(), reason: reason.into() }
}

/// The normal form of a server address, and whether it is encrypted.
fn check(url: &str, insecure_plaintext: bool) -> Result<(String, bool)> {
    let uri: Uri = url.trim().parse().map_err(|_| address(url, "not a URL"))?;
    let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(|| address(url, "no host"))?;
    let authority = uri.authority().ok_or_else(|| address(url, "no host"))?.as_str();
    if authority.contains('@') {
        return Err(address(url, "no user name belongs here"));
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(address(url, "only scheme, host and port belong here"));
    }
    let secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if insecure_plaintext || is_loopback(host) => false,
        Some("http") => return Err(Error::Plaintext(url.to_owned())),
        _ => return Err(address(url, "neither https:// nor http://")),
    };
    Ok((format!("{}://{authority}", if secure { "https" } else { "http" }), secure))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Trusts the authorities in `ca_file`, or those of the system.
fn tls(ca_file: Option<&Path>) -> Result<ClientTlsConfig> {
    if let Some(path) = ca_file {
        let pem = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(Error::Certificates(format!("{} has none", path.display())));
        }
        return Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)));
    }
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reason = found.errors.first().map_or("none found".to_owned(), |e| chain(e));
        return Err(Error::Certificates(reason));
    }
    Ok(ClientTlsConfig::new().trust_anchors(roots.roots))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_addresses_are_allowed() {
        let good = [
            ("https://chamados.example.com", false, "https://chamados.example.com", true),
            (
                "https://chamados.example.com:8443/",
                false,
                "https://chamados.example.com:8443",
                true,
            ),
            (" http://127.0.0.1:8081 ", false, "http://127.0.0.1:8081", false),
            ("http://localhost:8081", false, "http://localhost:8081", false),
            ("http://[::1]:8081", false, "http://[::1]:8081", false),
            ("http://10.0.0.5:8081", true, "http://10.0.0.5:8081", false),
        ];
        for (url, insecure, normal, secure) in good {
            assert_eq!(check(url, insecure).unwrap(), (normal.to_owned(), secure), "{url}");
        }
        for url in ["http://10.0.0.5", "http://localhost.example.com", "http://127.0.0.1.nip.io"] {
            assert!(matches!(check(url, false), Err(Error::Plaintext(_))), "{url}");
        }
        for url in ["", "chamados", "ftp://x", "https://", "https://a@b", "https://a/b", "a:80"] {
            assert!(matches!(check(url, true), Err(Error::Address { .. })), "{url}");
        }
    }

    #[test]
    fn a_missing_or_empty_authority_file_is_an_error() {
        let transport =
            |path: &Path| Transport { ca_file: Some(path.into()), ..Default::default() };
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.pem");
        let error = Connector::new("https://localhost", &transport(&path)).unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{error}");
        std::fs::write(&path, "").unwrap();
        let error = Connector::new("https://localhost", &transport(&path)).unwrap_err();
        assert!(matches!(error, Error::Certificates(_)), "{error}");
    }
}
