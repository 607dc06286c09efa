//! TLS of what a process serves and of what it calls, with certificates that are renewed while it runs.
//!
//! [`Files`] says where certificates are, [`watch`] reads them and looks for new ones, [`listener`] takes in
//! [connections](connection) with or without TLS, [`client`] makes connections to other services. TLS 1.3 and 1.2 with
//! the cipher suites of rustls on ring, which are AEAD alone.

pub mod client;
pub mod connection;
pub mod listener;
pub mod watch;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
    sign::CertifiedKey,
};

pub use self::{client::Client, connection::Connection, listener::Listener, watch::Watched};

/// Time for a peer to agree on keys; then the connection is closed.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Why certificates cannot be used. Names the file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path}: {reason}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl TlsError {
    fn content(path: &Path, reason: impl ToString) -> Self {
        Self::Content { path: path.into(), reason: reason.to_string() }
    }
}

/// Where a certificate, its key and the authorities of the other side are, each a PEM file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The certificate, followed by those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key, as PKCS#8, SEC1 or PKCS#1.
    pub key: PathBuf,
    /// The authorities one of which has to have signed the other side's certificate. Without them a
    /// server asks callers for none.
    pub authorities: Option<PathBuf>,
}

/// The contents of [`Files`].
#[derive(Clone, PartialEq, Eq)]
pub struct Material {
    files: Files,
    certificate: Vec<u8>,
    key: Vec<u8>,
    authorities: Option<Vec<u8>>,
}

impl Material {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError::Read`].
    pub fn read(files: &Files) -> Result<Self, TlsError> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|source| TlsError::Read { path: path.clone(), source })
        };
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
            authorities: files.authorities.as_ref().map(read).transpose()?,
            files: files.clone(),
        })
    }

    /// What a server needs; `alpn` are the protocols it speaks, the best first.
    ///
    /// # Errors
    /// [`TlsError::Content`].
    pub fn server(&self, alpn: &[&str]) -> Result<ServerConfig, TlsError> {
        let builder = ServerConfig::builder();
        let builder = match self.roots()? {
            None => builder.with_no_client_auth(),
            Some((path, roots)) => {
                let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
                builder.with_client_cert_verifier(verifier.map_err(|e| TlsError::content(path, e))?)
            }
        };
        let (chain, key) = self.identity()?;
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| TlsError::content(&self.files.key, error))?;
        config.alpn_protocols = protocols(alpn);
        Ok(config)
    }

    /// What a caller needs that shows its certificate.
    ///
    /// # Errors
    /// [`TlsError::Content`], also when no authorities are given.
    pub fn client(&self, alpn: &[&str]) -> Result<ClientConfig, TlsError> {
        let Some((_, roots)) = self.roots()? else {
            return Err(TlsError::content(&self.files.certificate, "no authorities beside it"));
        };
        let (chain, key) = self.identity()?;
        let mut config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .map_err(|error| TlsError::content(&self.files.key, error))?;
        config.alpn_protocols = protocols(alpn);
        Ok(config)
    }

    /// The first moment at which a certificate of the chain is not valid any more, in seconds of Unix time.
    ///
    /// # Errors
    /// [`TlsError::Content`].
    pub fn not_after(&self) -> Result<i64, TlsError> {
        let path = &self.files.certificate;
        let mut ends = Vec::new();
        for certificate in self.chain()? {
            let (_, certificate) = x509_parser::parse_x509_certificate(&certificate)
                .map_err(|error| TlsError::content(path, error))?;
            ends.push(certificate.validity().not_after.timestamp());
        }
        ends.into_iter().min().ok_or_else(|| TlsError::content(path, NO_CERTIFICATE))
    }

    fn identity(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let chain = self.chain()?;
        if chain.is_empty() {
            return Err(TlsError::content(&self.files.certificate, NO_CERTIFICATE));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|error| TlsError::content(&self.files.key, error))?;
        self.check_pair(&chain, &key)?;
        Ok((chain, key))
    }

    /// A key of another certificate is found here, and not by the first caller.
    fn check_pair(
        &self,
        chain: &[CertificateDer<'static>],
        key: &PrivateKeyDer<'static>,
    ) -> Result<(), TlsError> {
        let signer = rustls::crypto::ring::sign::any_supported_type(key)
            .map_err(|error| TlsError::content(&self.files.key, error))?;
        let pair = CertifiedKey::new(chain.to_vec(), signer);
        pair.keys_match().map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::content(&self.files.key, error),
            error => TlsError::content(&self.files.certificate, error),
        })
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        certificates(&self.files.certificate, &self.certificate)
    }

    fn roots(&self) -> Result<Option<(&Path, RootCertStore)>, TlsError> {
        let (Some(path), Some(pem)) = (&self.files.authorities, &self.authorities) else {
            return Ok(None);
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(path, pem)? {
            roots.add(certificate).map_err(|error| TlsError::content(path, error))?;
        }
        match roots.is_empty() {
            true => Err(TlsError::content(path, NO_CERTIFICATE)),
            false => Ok(Some((path, roots))),
        }
    }
}

const NO_CERTIFICATE: &str = "holds no certificate";

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::content(path, error))
}

fn protocols(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}
