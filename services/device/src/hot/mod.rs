//! What is known of devices between two durable writes: when each was last heard, in arrays of
//! atomics by ordinal. A beat touches these and nothing else.
//!
//! There are two stores with the same arrays in front: [`memory`] is only the arrays, [`redis`]
//! exchanges them with other replicas every second. Beats never wait for either.

mod chunk;
pub mod memory;
pub mod redis;
pub mod slots;

pub use slots::{Fenced, Slot, Slots};

use crate::domain::{device::Ordinal, presence::Stamp};

/// The hot store is away. Beats go on; what other replicas know is not known here.
#[derive(Debug, thiserror::Error)]
#[error("the hot store is away: {0}")]
pub struct Away(#[from] pub ::redis::RedisError);

/// What an exchange with other replicas brought.
#[derive(Debug, Default)]
pub struct Exchange {
    /// Devices whose newest stream is now elsewhere.
    pub superseded: Vec<Ordinal>,
    /// Whether another replica was looking for silent devices when this one began.
    pub was_watched: bool,
}

/// A stream that is about to begin.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Its device.
    pub ordinal: Ordinal,
    /// Its epoch is at least this.
    pub floor: u32,
    /// The interval it is told, in ticks.
    pub told: u16,
    /// Which start of the agent it is of; 0 when not known.
    pub boot: u16,
    /// Now.
    pub now: Stamp,
}

/// Keeps and shares the arrays.
#[tonic::async_trait]
pub trait HotStore: Send + Sync + 'static {
    /// The arrays.
    fn slots(&self) -> &Slots;

    /// The epoch of a new stream: higher than any the device had, on every replica.
    async fn claim(&self, claim: Claim) -> u32;

    /// Gives away what changed here and takes over what changed elsewhere.
    ///
    /// # Errors
    /// [`Away`]; nothing is lost, the next exchange gives it.
    async fn exchange(&self, now: Stamp) -> Result<Exchange, Away>;
}
