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

pub use self::line::Line;
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
    /// Another computer has the same token; the device may come back after this.
    Banned(Duration),
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
    /// The next word, for a stream that listens alone. Cancel safe.
    pub async fn word(&mut self) -> Word {
        poll_fn(|cx| {
            // First the waker, so that no word falls between looking and sleeping.
            self.line.listen(cx.waker());
            self.next_word().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// The next word, if there is one; a wish is told once, and only the newest.
    pub fn next_word(&mut self) -> Option<Word> {
        if let Some(closing) = self.line.closing() {
            return Some(Word::Close(closing));
        }
        let wish = self.line.wish().filter(|wish| Some(*wish) != self.told)?;
        self.told = Some(wish);
        Some(Word::UsbPolicy(wish))
    }

    /// The agent enforces this already: it is not told.
    pub fn knows(&mut self, wish: Wish) {
        // First this, so that whoever the bell wakes finds nothing new.
        self.told = Some(wish);
        self.line.wish_for(wish);
    }

    /// The agent is to enforce this.
    pub fn wish_for(&self, wish: Wish) {
        self.line.wish_for(wish);
    }

    /// Has the agent told again what to enforce, if what it said of it was lost.
    pub fn ask_again(&mut self) {
        if self.line.take_lost_report() {
            self.told = None;
            self.line.ring();
        }
    }

    /// By which it hears.
    #[must_use]
    pub const fn line(&self) -> &Arc<Line> {
        &self.line
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
        line: Arc<Line>,
    ) -> Registration {
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

    /// Ends the device's stream in favour of another computer with the same token.
    pub fn ban(&self, ordinal: Ordinal, retry_after: Duration) {
        let banned = self.lock().remove(&ordinal);
        if let Some(handle) = banned {
            handle.line.close(Closing::Banned(retry_after));
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
    use tokio::sync::mpsc;

    use super::*;
    use crate::domain::usb_policy::Policy;

    fn register(streams: &Arc<Streams>, ordinal: Ordinal, epoch: u32) -> Registration {
        streams.register(ordinal, epoch, 1, Line::own())
    }

    const fn wish(revision: u32, policy: Policy) -> Wish {
        Wish { revision, policy }
    }

    #[tokio::test]
    async fn the_newest_stream_stays() {
        let streams = Arc::new(Streams::default());
        let mut old = register(&streams, 1, 5);
        let mut new = register(&streams, 1, 6);
        assert_eq!(old.word().await, Word::Close(Closing::Superseded));
        drop(old);
        assert_eq!(streams.count(), 1, "the old one does not take the new one along");
        streams.supersede(1, 6);
        assert_eq!(streams.count(), 1);
        assert_eq!(streams.reset(1, 1), None);
        assert_eq!(new.next_word(), None);
        assert_eq!(streams.reset(1, 2), Some(6));
        assert_eq!(new.word().await, Word::Close(Closing::Reset));
    }

    #[tokio::test]
    async fn a_wish_is_told_once_and_only_the_newest() {
        let streams = Arc::new(Streams::default());
        let mut stream = register(&streams, 1, 1);
        streams.wish_for(2, wish(9, Policy::Allow));
        streams.wish_for(1, wish(2, Policy::Block));
        streams.wish_for(1, wish(3, Policy::ReadOnly));
        streams.wish_for(1, wish(2, Policy::Block));
        assert_eq!(stream.word().await, Word::UsbPolicy(wish(3, Policy::ReadOnly)));
        streams.wish_for(1, wish(3, Policy::ReadOnly));
        assert!(futures::poll!(std::pin::pin!(stream.word())).is_pending(), "told already");
        stream.ask_again();
        assert_eq!(stream.next_word(), None, "no report was lost");
        stream.line().report_is_lost(true);
        stream.ask_again();
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

    #[tokio::test]
    async fn a_relay_hears_which_of_its_streams_is_told() {
        let streams = Arc::new(Streams::default());
        let (relay, mut ear) = mpsc::unbounded_channel();
        let line = |stream| Line::relayed(stream, relay.clone());
        let mut one = streams.register(1, 5, 1, line(10));
        let mut two = streams.register(2, 7, 1, line(11));
        let _own = register(&streams, 2, 8);
        assert_eq!(ear.recv().await, Some(11));
        assert_eq!(two.next_word(), Some(Word::Close(Closing::Superseded)));
        assert_eq!(one.next_word(), None);
        assert!(ear.try_recv().is_err(), "the other one stays");

        for _ in 0..3 {
            streams.wish_for(1, wish(2, Policy::Block));
        }
        assert_eq!(ear.recv().await, Some(10));
        assert!(ear.try_recv().is_err(), "the same wish rings once");
        assert_eq!(one.next_word(), Some(Word::UsbPolicy(wish(2, Policy::Block))));
        assert_eq!(one.next_word(), None);
        one.line().report_is_lost(true);
        one.ask_again();
        assert_eq!(ear.recv().await, Some(10));
        assert_eq!(one.next_word(), Some(Word::UsbPolicy(wish(2, Policy::Block))));
        streams.ban(1, Duration::from_secs(600));
        assert_eq!(ear.recv().await, Some(10));
        let banned = Closing::Banned(Duration::from_secs(600));
        assert_eq!(one.next_word(), Some(Word::Close(banned)));
    }

    #[tokio::test(start_paused = true)]
    async fn draining_ends_all() {
        let streams = Arc::new(Streams::default());
        let mut all: Vec<_> = (0..100).map(|n| register(&streams, n, 1)).collect();
        streams.drain(Duration::from_secs(5)).await;
        for stream in &mut all {
            assert_eq!(stream.word().await, Word::Close(Closing::Drain));
        }
        assert!(streams.is_draining());
    }
}
