//! Certificates of a product that speaks TLS, all of one authority.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chamados_chassis::tls::{Client, Files, TlsError};

use crate::certificates::{Authority, Pair, Validity};

/// Where everything in a sandbox is.
const HERE: &[&str] = &["127.0.0.1"];

/// The certificates in a sandbox's directory.
pub struct Certificates {
    folder: PathBuf,
    authority: Authority,
    /// Of the panel.
    pub http: Pair,
    /// Of the listener for agents.
    pub grpc: Pair,
    /// Of the services among each other.
    pub internal: Pair,
}

impl Certificates {
    pub(super) fn issue(folder: &Path) -> anyhow::Result<Self> {
        let authority = Authority::new("Sandbox")?;
        let issue = |file| authority.issue(folder, file, HERE, Validity::Now);
        let (http, grpc, internal) = (issue("http")?, issue("grpc")?, issue("internal")?);
        let certificates = Self { folder: folder.to_owned(), authority, http, grpc, internal };
        fs::write(certificates.authority_file(), certificates.authority.pem())?;
        Ok(certificates)
    }

    /// Who signed all of them.
    #[must_use]
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Where its certificate is.
    #[must_use]
    pub fn authority_file(&self) -> PathBuf {
        self.folder.join("authority.crt")
    }

    /// Puts a certificate of `authority` in place of the panel's.
    ///
    /// # Errors
    /// When it cannot be signed or written.
    pub fn renew_http(&self, authority: &Authority) -> anyhow::Result<()> {
        authority.issue(&self.folder, "http", HERE, Validity::Now).map(drop)
    }

    /// What a service shows and trusts when it calls another.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn client(&self) -> Result<Client, TlsError> {
        let Pair { certificate, key } = self.internal.clone();
        let authorities = Some(self.authority_file());
        Client::open(Files { certificate, key, authorities }, |material| material.client(&["h2"]))
    }

    /// The settings that put them in force.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.display().to_string();
        vec![
            ("tls.reload_seconds", "1".to_owned()),
            ("tls.http.cert_file", path(&self.http.certificate)),
            ("tls.http.key_file", path(&self.http.key)),
            ("tls.grpc.cert_file", path(&self.grpc.certificate)),
            ("tls.grpc.key_file", path(&self.grpc.key)),
            ("tls.internal.cert_file", path(&self.internal.certificate)),
            ("tls.internal.key_file", path(&self.internal.key)),
            ("tls.internal.ca_file", path(&self.authority_file())),
        ]
    }
}
