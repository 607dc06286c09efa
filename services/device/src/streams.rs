//! The open streams of this process, to be closed or told something from outside.

mod line;

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use self::line::Line;
use crate::domain::{device::Ordinal, usb_policy::Wish};

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

/// What a stream is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It has to end.
    Close(Closing),
    /// Its agent is to enforce this.
    UsbPolicy(Wish),
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
    line: Arc<Line>,
}

/// A stream's place among the open ones; leaves it when dropped.
#[derive(Debug)]
pub struct Registration {
    streams: Arc<Streams>,
    ordinal: Ordinal,
    epoch: u32,
    line: Arc<Line>,
    /// The last wish this stream took note of.
    told: Option<Wish>,
}

impl Registration {
    /// The next word; a wish is told once, and only the newest. Cancel safe.
    pub async fn word(&mut self) -> Word {
        let word = poll_fn(|cx| {
            // First the waker, so that no word falls between looking and sleeping.
            self.line.listen(cx.waker());
            if let Some(closing) = self.line.closing() {
                return Poll::Ready(Word::Close(closing));
            }
            match self.line.wish() {
                Some(wish) if Some(wish) != self.told => Poll::Ready(Word::UsbPolicy(wish)),
                _ => Poll::Pending,
            }
        })
        .await;
        if let Word::UsbPolicy(wish) = word {
            self.told = Some(wish);
        }
        word
    }

    /// The agent enforces this already: it is not told.
    pub fn knows(&mut self, wish: Wish) {
        self.line.wish_for(wish);
        self.told = Some(wish);
    }

    /// The agent is to enforce this.
    pub fn wish_for(&self, wish: Wish) {
        self.line.wish_for(wish);
    }

    /// The newest wish.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        self.line.wish()
    }

    /// The agent is told once more.
    pub const fn repeat_wish(&mut self) {
        self.told = None;
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
        let line = Arc::new(Line::default());
        let handle = Handle { epoch, generation, line: Arc::clone(&line) };
        let mut open = self.lock();
        // Of two that begin together the later epoch wins, whoever comes here first.
        let older = match open.get(&ordinal) {
            Some(newer) if newer.epoch > epoch => Some(handle),
            _ => open.insert(ordinal, handle),
        };
        drop(open);
        if let Some(older) = older {
            older.line.close(Closing::Superseded);
        }
        Registration { streams: Arc::clone(self), ordinal, epoch, line, told: None }
    }

    /// Number of open streams.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lock().len() as u64
    }

    /// Tells the device's stream, if it is here, what its agent is to enforce.
    pub fn wish_for(&self, ordinal: Ordinal, wish: Wish) {
        if let Some(handle) = self.lock().get(&ordinal) {
            handle.line.wish_for(wish);
        }
    }

    /// Ends the device's stream when its token is older than `generation`. Gives its epoch.
    pub fn reset(&self, ordinal: Ordinal, generation: u32) -> Option<u32> {
        let mut open = self.lock();
        let is_void = open.get(&ordinal)?.generation < generation;
        let handle = if is_void { open.remove(&ordinal) } else { None }?;
        handle.line.close(Closing::Reset);
        Some(handle.epoch)
    }

    /// Ends the device's stream when it is older than `epoch`.
    pub fn supersede(&self, ordinal: Ordinal, epoch: u32) {
        let mut open = self.lock();
        if open.get(&ordinal).is_some_and(|handle| handle.epoch < epoch)
            && let Some(handle) = open.remove(&ordinal)
        {
            handle.line.close(Closing::Superseded);
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
                    handle.line.close(Closing::Drain);
                }
            }
        }
        // Those that began while it was being decided.
        for (_, handle) in self.lock().drain() {
            handle.line.close(Closing::Drain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::usb_policy::Policy;

    #[tokio::test]
    async fn the_newest_stream_stays() {
        let streams = Arc::new(Streams::default());
        let mut old = streams.register(1, 5, 1);
        let mut new = streams.register(1, 6, 1);
        assert_eq!(old.word().await, Word::Close(Closing::Superseded));
        drop(old);
        assert_eq!(streams.count(), 1, "the old one does not take the new one along");
        streams.supersede(1, 6);
        assert_eq!(streams.count(), 1);
        assert_eq!(streams.reset(1, 1), None);
        assert_eq!(streams.reset(1, 2), Some(6));
        assert_eq!(new.word().await, Word::Close(Closing::Reset));
    }

    #[tokio::test]
    async fn a_wish_is_told_once_and_only_the_newest() {
        let streams = Arc::new(Streams::default());
        let mut stream = streams.register(1, 1, 1);
        let wish = |revision, policy| Wish { revision, policy };
        streams.wish_for(2, wish(9, Policy::Allow));
        streams.wish_for(1, wish(2, Policy::Block));
        streams.wish_for(1, wish(3, Policy::ReadOnly));
        streams.wish_for(1, wish(2, Policy::Block));
        assert_eq!(stream.word().await, Word::UsbPolicy(wish(3, Policy::ReadOnly)));
        streams.wish_for(1, wish(3, Policy::ReadOnly));
        assert!(futures::poll!(std::pin::pin!(stream.word())).is_pending(), "told already");
        stream.repeat_wish();
        assert_eq!(stream.word().await, Word::UsbPolicy(wish(3, Policy::ReadOnly)));
        stream.knows(wish(4, Policy::Allow));
        assert!(futures::poll!(std::pin::pin!(stream.word())).is_pending(), "known already");
        // One who waits is woken, and an end comes first.
        let (word, ()) = futures::join!(stream.word(), async {
            streams.wish_for(1, wish(5, Policy::Block));
            streams.reset(1, 2);
        });
        assert_eq!(word, Word::Close(Closing::Reset));
    }

    #[tokio::test(start_paused = true)]
    async fn draining_ends_all() {
        let streams = Arc::new(Streams::default());
        let mut all: Vec<_> = (0..100).map(|n| streams.register(n, 1, 1)).collect();
        streams.drain(Duration::from_secs(5)).await;
        for stream in &mut all {
            assert_eq!(stream.word().await, Word::Close(Closing::Drain));
        }
        assert!(streams.is_draining());
    }
}
