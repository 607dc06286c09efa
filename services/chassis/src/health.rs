//! Readiness: which parts of the process can do their work now. Liveness never depends on it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

/// Parts of a process and whether each is ready. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Health {
    parts: Arc<Mutex<BTreeMap<&'static str, watch::Receiver<bool>>>>,
}

impl Health {
    /// Registers a part, not ready yet. Dropping the sender makes it not ready for good.
    #[must_use]
    pub fn register(&self, part: &'static str) -> watch::Sender<bool> {
        let (sender, receiver) = watch::channel(false);
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).insert(part, receiver);
        sender
    }

    /// Every part, by name, with whether it is ready.
    #[must_use]
    pub fn report(&self) -> BTreeMap<&'static str, bool> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts
            .iter()
            .map(|(name, ready)| (*name, *ready.borrow() && ready.has_changed().is_ok()))
            .collect()
    }

    /// Whether every part is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.report().values().all(|ready| *ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_when_every_part_is() {
        let health = Health::default();
        let (database, redis) = (health.register("database"), health.register("redis"));
        database.send_replace(true);
        assert!(!health.is_ready());
        redis.send_replace(true);
        assert!(health.is_ready());
        drop(redis);
        assert!(!health.report()["redis"]);
    }
}
