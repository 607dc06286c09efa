//! Certificates made for a test, and authorities that sign them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};

/// Signs certificates. Each has names of its own, so that two are never taken for one.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// Paths of a certificate and its key.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// How long a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For as long as anybody runs this.
    Now,
    /// It ended in 2001.
    Over,
}

impl Authority {
    /// An authority that nobody trusts yet.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = called(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// Its own certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Writes a certificate for `names` (DNS names or addresses) to `folder`, in place of one of the same `file` name.
    ///
    /// # Errors
    /// When it cannot be signed or written.
    pub fn issue(
        &self,
        folder: &Path,
        file: &str,
        names: &[&str],
        validity: Validity,
    ) -> anyhow::Result<Pair> {
        let key = KeyPair::generate()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = called(file);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = match validity {
            Validity::Now => date_time_ymd(2100, 1, 1),
            Validity::Over => date_time_ymd(2001, 1, 1),
        };
        let certificate = params.signed_by(&key, &self.issuer)?;
        let pair = Pair {
            certificate: folder.join(format!("{file}.crt")),
            key: folder.join(format!("{file}.key")),
        };
        fs::write(&pair.certificate, certificate.pem())?;
        fs::write(&pair.key, key.serialize_pem())?;
        Ok(pair)
    }
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}
