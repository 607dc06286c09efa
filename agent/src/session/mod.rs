//! Keeping one stream to the server open: connect, serve, wait, again.
//!
//! One task does everything but the inventory and the policy, so that nothing here needs a lock, and whoever
//! drops the future of [`run`] has stopped the agent as `kill -9` does.

mod calls;
mod collector;
mod enforcer;
mod journal;
mod link;
mod programs;
mod pulse;
mod serve;
mod wake;
mod way;

use std::{path::PathBuf, time::Duration};

use bytes::Bytes;
use chamados_chassis::{
    clock::{self, SharedClock},
    shutdown::Shutdown,
};
use chamados_proto::device::v1::{Close, CloseReason};
use rand::{SeedableRng as _, rngs::StdRng};

pub use self::way::Carrier;
use self::{
    collector::Collector, enforcer::Enforcer, journal::Journal, link::End, wake::WakeWatch,
    way::Way,
};
use crate::{
    Backoff, Result,
    connect::Connector,
    state::{Credentials, StateDir},
};

/// What a run needs.
#[derive(Clone)]
pub struct RunOptions {
    /// Where the credentials are.
    pub state_dir: PathBuf,
    /// Where `/sys` and `/etc` are read; `/` except in tests.
    pub root: PathBuf,
    /// Where the system's settings for USB storage are; `/` except in tests.
    pub usb_root: PathBuf,
    /// How often to look at the computer again.
    pub inventory_interval: Duration,
    /// How often to look at what is installed, where the server wants to know it.
    pub software_interval: Duration,
    /// What carries the heartbeats.
    pub carrier: Carrier,
    /// What time it is.
    pub clock: SharedClock,
}

impl RunOptions {
    /// Options for this computer.
    pub fn new(state_dir: impl Into<PathBuf>) -> Self {
        Self {
            state_dir: state_dir.into(),
            root: PathBuf::from("/"),
            usb_root: PathBuf::from("/"),
            inventory_interval: Duration::from_secs(5 * 60),
            software_interval: Duration::from_secs(60 * 60),
            carrier: Carrier::Auto,
            clock: clock::system(),
        }
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It was asked to.
    Stopped,
    /// The server no longer takes the credentials. Trying again cannot help; enrolling does.
    Reset,
}

/// What a run works with.
struct Agent {
    clock: SharedClock,
    connector: Connector,
    state: StateDir,
    credentials: Credentials,
    way: Way,
    boot_id: Bytes,
    journal: Journal,
    collector: Collector,
    enforcer: Enforcer,
    backoff: Backoff,
    wake: WakeWatch,
    /// Where programs are looked for, and how often.
    programs: (PathBuf, Duration),
    rng: StdRng,
    shutdown: Shutdown,
}

/// Runs the agent until `shutdown` is requested or the server refuses it for good. A server that
/// is away is not an error: it is tried again for ever.
///
/// # Errors
/// When it cannot even begin: not enrolled, credentials open to others or damaged, another agent
/// on the same directory, an address or certificates that cannot be used.
pub async fn run(options: RunOptions, shutdown: Shutdown) -> Result<Exit> {
    let state = StateDir::open(&options.state_dir)?;
    let _lock = state.lock().await?;
    let credentials = state.credentials()?;
    let connector = Connector::new(&credentials.server, &credentials.transport)?;
    if credentials.transport.insecure_plaintext {
        tracing::warn!(server = connector.server(), "the connection may not be encrypted");
    }
    tracing::info!(device = %credentials.device_id, server = connector.server(), "agent started");
    let enforcer = Enforcer::start(options.usb_root, state.clone(), credentials.device_id);
    let agent = Agent {
        connector,
        credentials,
        enforcer,
        boot_id: Bytes::copy_from_slice(&rand::random::<[u8; 16]>()),
        journal: Journal::new(state.clone(), options.clock.clone()),
        state,
        way: Way::new(options.carrier),
        programs: (options.root.clone(), options.software_interval),
        collector: Collector::start(options.root, options.inventory_interval),
        backoff: Backoff::new(),
        wake: WakeWatch::new(options.clock.clone()),
        rng: StdRng::from_rng(&mut rand::rng()),
        clock: options.clock,
        shutdown,
    };
    Ok(agent.run().await)
}

impl Agent {
    async fn run(mut self) -> Exit {
        loop {
            self.journal.connecting();
            let (by_calls, end) = self.session().await;
            let reason = end.to_string();
            let retry_after = match end {
                End::Stopped => return self.stopped(),
                End::Closed(close) if is_final(&close) => return self.reset(reason),
                End::Closed(close) => Duration::from_secs(close.retry_after_seconds.into()),
                End::Slept => {
                    tracing::info!("the computer slept: connecting again at once");
                    continue;
                }
                End::TryStream => {
                    tracing::info!("trying a stream again");
                    continue;
                }
                _ if self.way.turned_to_calls(by_calls, self.clock.instant()) => {
                    tracing::warn!(reason, "streams break here: heartbeats go by single calls");
                    continue;
                }
                _ => Duration::ZERO,
            };
            let delay = self.backoff.next(retry_after, &mut self.rng);
            tracing::warn!(reason, delay_seconds = delay.as_secs_f32(), "connection lost");
            self.journal.waiting(delay, reason);
            tokio::select! {
                () = self.shutdown.requested() => return self.stopped(),
                () = tokio::time::sleep_until(self.clock.instant() + delay) => {}
                // Timers stand still while a computer sleeps.
                () = self.wake.woke() => {}
            }
        }
    }

    fn stopped(mut self) -> Exit {
        self.journal.stopped();
        tracing::info!("agent stopped");
        Exit::Stopped
    }

    fn reset(mut self, reason: String) -> Exit {
        tracing::error!(
            reason,
            "the server no longer takes this device's credentials: run `chamados-agent enroll` again"
        );
        self.journal.reset(reason);
        Exit::Reset
    }
}

/// Whether trying again with the same token cannot help.
fn is_final(close: &Close) -> bool {
    matches!(close.reason(), CloseReason::Reset | CloseReason::BadIdentity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identity_is_final() {
        for reason in 0..=7 {
            let close = Close { reason, ..Close::default() };
            assert_eq!(is_final(&close), matches!(reason, 1 | 2), "{reason}");
        }
    }
}
