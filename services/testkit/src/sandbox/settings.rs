//! How the product is set up in a sandbox: real, and in a hurry.

use chamados::{Config, Target};

/// Which parts run together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topology {
    /// Everything in one process.
    AllInOne,
    /// A process for each service.
    Split,
    /// Two processes for each service.
    Replicated,
    /// A process for each service, with TLS on every listener and, mutual, between them.
    Encrypted,
}

impl Topology {
    /// What runs in each process, in the order of starting.
    pub(super) fn processes(self) -> Vec<Vec<Target>> {
        /// Nobody is called before they are there.
        const ORDER: [Target; 5] =
            [Target::Identity, Target::Device, Target::Ticket, Target::Scheduler, Target::Gateway];
        match self {
            Self::AllInOne => vec![ORDER.into()],
            Self::Split | Self::Encrypted => ORDER.map(|target| vec![target]).into(),
            Self::Replicated => {
                ORDER.iter().flat_map(|target| [vec![*target], vec![*target]]).collect()
            }
        }
    }
}

/// What it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backends {
    /// SQLite files; bus, signals and hot store in memory.
    SqliteMemory,
    /// PostgreSQL and Redis.
    PostgresRedis,
}

/// Seconds between two heartbeats; the shortest that agents accept.
pub const INTERVAL_SECONDS: u64 = 1;
/// Milliseconds of grace before a silent device is offline.
pub const OFFLINE_GRACE_MILLIS: u64 = 500;

/// What every sandbox sets.
const FAST: &[(&str, &str)] = &[
    ("listen.http", "127.0.0.1:0"),
    ("listen.grpc", "127.0.0.1:0"),
    ("listen.internal", "127.0.0.1:0"),
    ("listen.operations", "127.0.0.1:0"),
    ("database.max_connections", "5"),
    ("services.call.connect_timeout_seconds", "1"),
    ("services.call.call_timeout_seconds", "5"),
    ("limits.deadline_seconds", "5"),
    ("gateway.deadline_seconds", "5"),
    ("device.sweep_millis", "100"),
    ("device.foreign_grace_millis", "1000"),
    ("device.unknown_grace_millis", "2000"),
    ("device.reset_poll_millis", "500"),
    ("device.upkeep_millis", "500"),
    ("device.hello_timeout_millis", "1000"),
    ("device.acknowledge_every", "2"),
    ("device.reconnect_spread_seconds", "0"),
    ("device.drain_millis", "200"),
    // Tests make devices come and go on purpose.
    ("device.flap_transitions", "1000"),
    ("scheduler.poll_ms", "100"),
    ("scheduler.reap_ms", "200"),
    ("scheduler.lease_ms", "3000"),
    ("scheduler.renew_ms", "500"),
    ("scheduler.drain_ms", "1000"),
];

/// The configuration of a process in which `targets` run. `more` wins over what every sandbox sets.
pub(super) fn config(
    targets: &[Target],
    more: &[(&'static str, String)],
) -> anyhow::Result<Config> {
    let names: Vec<&str> = targets.iter().map(|target| target.as_str()).collect();
    let mut settings = vec![
        ("target", names.join(",")),
        ("device.interval_millis", (INTERVAL_SECONDS * 1_000).to_string()),
        ("device.offline_grace_millis", OFFLINE_GRACE_MILLIS.to_string()),
    ];
    settings.extend(FAST.iter().map(|(key, value)| (*key, (*value).to_owned())));
    settings.extend_from_slice(more);
    Ok(Config::load(None, &settings)?)
}
