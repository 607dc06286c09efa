//! One replica, nothing to share.

use super::{Away, Claim, Exchange, HotStore, Slots};
use crate::domain::presence::Stamp;

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

    async fn claim(&self, claim: Claim) -> u32 {
        claim.floor.max(self.slots.get(claim.ordinal).epoch().saturating_add(1))
    }

    async fn exchange(&self, _now: Stamp) -> Result<Exchange, Away> {
        Ok(Exchange::default())
    }
}
