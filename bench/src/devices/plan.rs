//! What devices are to be simulated.

use std::time::Duration;

/// Devices, and how they behave.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server's address for agents, as a URL.
    pub server: String,
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
}
