//! What devices are to be simulated.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

/// Devices, and how they behave.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server's address for agents, as a URL.
    pub server: String,
    /// The authority, as a PEM file, that signed what the server shows where its address is `https`.
    pub ca_file: Option<PathBuf>,
    /// The company's provisioning code.
    pub code: String,
    /// Of the people whose computers they are, in turn. A device that changes hands goes to the next.
    pub emails: Vec<String>,
    /// How many devices.
    pub devices: usize,
    /// Over how many connections; each carries the streams of as many devices as of any other.
    pub connections: usize,
    /// Number of the first, which its hardware is made from: the same number is the same device.
    pub first: u64,
    /// Between two beats; without it as the server says.
    pub interval: Option<Duration>,
    /// Share of the interval by which a beat may come sooner or later.
    pub jitter: f64,
    /// They connect one after the other over this time.
    pub ramp: Duration,
    /// Whether they tell what they are. Without it they have no sections, as far as the server knows.
    pub inventory: bool,
    /// A key that may reset devices.
    pub api_key: Option<String>,
}

impl Plan {
    /// Devices of a company, a connection each, that behave as the server says.
    #[must_use]
    pub fn new(server: &str, code: &str, devices: usize) -> Self {
        Self {
            server: server.to_owned(),
            ca_file: None,
            code: code.to_owned(),
            emails: vec!["one@bench.example".to_owned(), "two@bench.example".to_owned()],
            devices,
            connections: devices,
            first: 1,
            interval: None,
            jitter: 0.05,
            ramp: Duration::ZERO,
            inventory: false,
            api_key: None,
        }
    }

    /// Where connections go. Small packets are sent at once, as an agent does.
    ///
    /// # Errors
    /// The address is none, or the authority cannot be read.
    pub(super) fn endpoint(&self) -> Result<Endpoint> {
        let endpoint = Endpoint::from_shared(self.server.clone())?.tcp_nodelay(true);
        let Some(file) = &self.ca_file else { return Ok(endpoint) };
        let pem = std::fs::read(file).with_context(|| file.display().to_string())?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        Ok(endpoint.tls_config(tls)?)
    }
}
