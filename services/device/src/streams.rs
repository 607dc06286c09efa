//! The open streams of this process, to be closed from outside.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::oneshot;

use crate::domain::device::Ordinal;

/// Why the server ends a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The token is void.
    Reset,
    /// The device has a newer stream.
    Superseded,
    /// The process stops.
    Drain,
}

/// The streams, by device. At most one each: the newest.
#[derive(Debug, Default)]
pub struct Streams {
    open: Mutex<HashMap<Ordinal, Handle>>,
    draining: AtomicBool,
}

#[derive(Debug)]
struct Handle {
    epoch: u32,
    generation: u32,
    close: oneshot::Sender<Closing>,
}

/// A stream's place among the open ones; leaves it when dropped.
#[derive(Debug)]
pub struct Registration {
    streams: Arc<Streams>,
    ordinal: Ordinal,
    epoch: u32,
    closed: oneshot::Receiver<Closing>,
}

impl Registration {
    /// Completes when the stream has to end.
    pub async fn closed(&mut self) -> Closing {
        // A sender is never dropped without a word; if it were, the stream would be over too.
        (&mut self.closed).await.unwrap_or(Closing::Superseded)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if open.get(&self.ordinal).is_some_and(|handle| handle.epoch == self.epoch) {
            open.remove(&self.ordinal);
        }
    }
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, HashMap<Ordinal, Handle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers the device's newest stream; an older one is told that it is superseded.
    pub fn register(
        self: &Arc<Self>,
        ordinal: Ordinal,
        epoch: u32,
        generation: u32,
    ) -> Registration {
        let (close, closed) = oneshot::channel();
        let handle = Handle { epoch, generation, close };
        let mut open = self.lock();
        // Of two that begin together the later epoch wins, whoever comes here first.
        let older = match open.get(&ordinal) {
            Some(newer) if newer.epoch > epoch => Some(handle),
            _ => open.insert(ordinal, handle),
        };
        drop(open);
        if let Some(older) = older {
            tell(older, Closing::Superseded);
        }
        Registration { streams: Arc::clone(self), ordinal, epoch, closed }
    }

    /// Number of open streams.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lock().len() as u64
    }

    /// Ends the device's stream when its token is older than `generation`. Gives its epoch.
    pub fn reset(&self, ordinal: Ordinal, generation: u32) -> Option<u32> {
        let mut open = self.lock();
        let is_void = open.get(&ordinal)?.generation < generation;
        let handle = if is_void { open.remove(&ordinal) } else { None }?;
        let epoch = handle.epoch;
        tell(handle, Closing::Reset);
        Some(epoch)
    }

    /// Ends the device's stream when it is older than `epoch`.
    pub fn supersede(&self, ordinal: Ordinal, epoch: u32) {
        let mut open = self.lock();
        if open.get(&ordinal).is_some_and(|handle| handle.epoch < epoch)
            && let Some(handle) = open.remove(&ordinal)
        {
            tell(handle, Closing::Superseded);
        }
    }

    /// Whether the process stops and takes no new streams.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Ends all streams, spread over `time`, so that their devices do not knock elsewhere at once.
    pub async fn drain(&self, time: Duration) {
        const STEPS: usize = 20;

        self.draining.store(true, Ordering::Release);
        let ordinals: Vec<Ordinal> = self.lock().keys().copied().collect();
        let step = ordinals.len().div_ceil(STEPS).max(1);
        for (number, ordinals) in ordinals.chunks(step).enumerate() {
            if number > 0 {
                tokio::time::sleep(time / STEPS as u32).await;
            }
            for ordinal in ordinals {
                if let Some(handle) = self.lock().remove(ordinal) {
                    tell(handle, Closing::Drain);
                }
            }
        }
        // Those that began while it was being decided.
        for (_, handle) in self.lock().drain() {
            tell(handle, Closing::Drain);
        }
    }
}

/// A stream that is gone needs to hear nothing.
fn tell(handle: Handle, closing: Closing) {
    let _ = handle.close.send(closing);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_stream_stays() {
        let streams = Arc::new(Streams::default());
        let mut old = streams.register(1, 5, 1);
        let mut new = streams.register(1, 6, 1);
        assert_eq!(old.closed().await, Closing::Superseded);
        drop(old);
        assert_eq!(streams.count(), 1, "the old one does not take the new one along");
        streams.supersede(1, 6);
        assert_eq!(streams.count(), 1);
        assert_eq!(streams.reset(1, 1), None);
        assert_eq!(streams.reset(1, 2), Some(6));
        assert_eq!(new.closed().await, Closing::Reset);
    }

    #[tokio::test(start_paused = true)]
    async fn draining_ends_all() {
        let streams = Arc::new(Streams::default());
        let mut all: Vec<_> = (0..100).map(|n| streams.register(n, 1, 1)).collect();
        streams.drain(Duration::from_secs(5)).await;
        for stream in &mut all {
            assert_eq!(stream.closed().await, Closing::Drain);
        }
        assert!(streams.is_draining());
    }
}
