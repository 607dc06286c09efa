//! A certificate for the listener of agents, made for one measurement.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use rcgen::CertifiedKey;

/// Its files. It signs itself, so it is its own authority.
#[derive(Debug)]
pub(super) struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificates {
    /// Makes one for this machine.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let files = Self { certificate: folder.join("agents.crt"), key: folder.join("agents.key") };
        fs::write(&files.certificate, cert.pem())?;
        fs::write(&files.key, signing_key.serialize_pem())?;
        Ok(files)
    }

    /// What devices trust.
    pub(super) fn authority(&self) -> &Path {
        &self.certificate
    }

    /// The settings that put it in force.
    pub(super) fn settings(&self) -> [(&'static str, String); 2] {
        [
            ("CHAMADOS__TLS__GRPC__CERT_FILE", self.certificate.display().to_string()),
            ("CHAMADOS__TLS__GRPC__KEY_FILE", self.key.display().to_string()),
        ]
    }
}
