//! One replica, nothing to share.

use super::{Away, Exchange, HotStore, Slots};
use crate::domain::{device::Ordinal, presence::Stamp};

/// The arrays of a process that is alone.
#[derive(Debug, Default)]
pub struct MemoryStore {
    slots: Slots,
}

impl MemoryStore {
    /// Knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[tonic::async_trait]
impl HotStore for MemoryStore {
    fn slots(&self) -> &Slots {
        &self.slots
    }

    async fn claim(&self, ordinal: Ordinal, floor: u32, _told: u16, _now: Stamp) -> u32 {
        floor.max(self.slots.get(ordinal).epoch().saturating_add(1))
    }

    async fn exchange(&self, _now: Stamp) -> Result<Exchange, Away> {
        Ok(Exchange::default())
    }
}
