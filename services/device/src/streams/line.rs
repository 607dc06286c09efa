//! By which one stream hears from outside: a few atomics and a bell, little more than a channel for a
//! single word would take. Each word replaces the one before it, so nothing can pile up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    task::Waker,
    time::Duration,
};

use futures::task::AtomicWaker;
use tokio::sync::mpsc;

use super::Closing;
use crate::domain::usb_policy::{Policy, Wish};

/// Bits of a packed wish that hold the policy; the revision is above them.
const POLICY_BITS: u32 = 2;
/// A packed reason from here on is a ban; what is above are the milliseconds to stay away.
const BANNED: u32 = 4;

/// What one stream is told from outside. Who tells it rings; the stream then looks.
#[derive(Debug)]
pub struct Line {
    /// 0, or the packed reason.
    closing: AtomicU32,
    /// What the agent said of the newest wish was not written.
    report_lost: AtomicBool,
    /// 0, or the newest wish.
    wish: AtomicU64,
    bell: Bell,
}

/// How a stream hears that there is something to look at.
#[derive(Debug)]
enum Bell {
    /// It listens alone.
    Own(AtomicWaker),
    /// It is one of a relay's, which has one ear for all.
    Relayed {
        /// The relay's number for it.
        stream: u32,
        /// Where the relay listens. It hears numbers only, each at most once for a word.
        relay: mpsc::UnboundedSender<u32>,
    },
}

impl Line {
    /// The line of a stream that listens alone.
    #[must_use]
    pub fn own() -> Arc<Self> {
        Self::new(Bell::Own(AtomicWaker::new()))
    }

    /// The line of one of a relay's streams. The relay hears its number, which may stand for another
    /// stream by then: that one finds nothing new.
    #[must_use]
    pub fn relayed(stream: u32, relay: mpsc::UnboundedSender<u32>) -> Arc<Self> {
        Self::new(Bell::Relayed { stream, relay })
    }

    fn new(bell: Bell) -> Arc<Self> {
        Arc::new(Self {
            closing: AtomicU32::new(0),
            report_lost: AtomicBool::new(false),
            wish: AtomicU64::new(0),
            bell,
        })
    }

    /// Who is woken by the next word, for a stream that listens alone.
    pub(super) fn listen(&self, waker: &Waker) {
        if let Bell::Own(ear) = &self.bell {
            ear.register(waker);
        }
    }

    /// Has the stream look. One that is gone needs to hear nothing.
    pub(super) fn ring(&self) {
        match &self.bell {
            Bell::Own(ear) => ear.wake(),
            Bell::Relayed { stream, relay } => {
                let _ = relay.send(*stream);
            }
        }
    }

    /// Ends the stream; of two reasons the first stays.
    pub(super) fn close(&self, closing: Closing) {
        let word = pack_closing(closing);
        if self.closing.compare_exchange(0, word, Ordering::Release, Ordering::Relaxed).is_ok() {
            self.ring();
        }
    }

    pub(super) fn closing(&self) -> Option<Closing> {
        unpack_closing(self.closing.load(Ordering::Acquire))
    }

    /// Notes a wish unless a newer one is known. Two who looked at the record at different times may
    /// come here in either order.
    pub(super) fn wish_for(&self, wish: Wish) {
        let packed = pack(wish);
        if self.wish.fetch_max(packed, Ordering::AcqRel) < packed {
            self.ring();
        }
    }

    /// The newest wish.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        unpack(self.wish.load(Ordering::Acquire))
    }

    /// Whether what the agent said last of a wish was not written.
    pub fn report_is_lost(&self, lost: bool) {
        self.report_lost.store(lost, Ordering::Release);
    }

    /// Whether a report was lost since this was asked last.
    pub(super) fn take_lost_report(&self) -> bool {
        // Asked of every stream now and then; hardly ever is there one to take.
        self.report_lost.load(Ordering::Acquire) && self.report_lost.swap(false, Ordering::AcqRel)
    }
}

fn pack_closing(closing: Closing) -> u32 {
    match closing {
        Closing::Reset => 1,
        Closing::Superseded => 2,
        Closing::Drain => 3,
        Closing::Banned(wait) => {
            BANNED.saturating_add(u32::try_from(wait.as_millis()).unwrap_or(u32::MAX))
        }
    }
}

fn unpack_closing(packed: u32) -> Option<Closing> {
    match packed {
        0 => None,
        1 => Some(Closing::Reset),
        2 => Some(Closing::Superseded),
        3 => Some(Closing::Drain),
        banned => Some(Closing::Banned(Duration::from_millis(u64::from(banned - BANNED)))),
    }
}

fn pack(wish: Wish) -> u64 {
    let policy = match wish.policy {
        Policy::Allow => 1,
        Policy::ReadOnly => 2,
        Policy::Block => 3,
    };
    u64::from(wish.revision) << POLICY_BITS | policy
}

fn unpack(packed: u64) -> Option<Wish> {
    let policy = match packed & ((1 << POLICY_BITS) - 1) {
        1 => Policy::Allow,
        2 => Policy::ReadOnly,
        3 => Policy::Block,
        _ => return None,
    };
    Some(Wish { revision: u32::try_from(packed >> POLICY_BITS).ok()?, policy })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_it_was_written() {
        assert_eq!(unpack(0), None);
        for policy in Policy::ALL {
            for revision in [1, 2, u32::MAX] {
                let wish = Wish { revision, policy };
                assert_eq!(unpack(pack(wish)), Some(wish));
            }
        }
        let older = pack(Wish { revision: 1, policy: Policy::Block });
        assert!(older < pack(Wish { revision: 2, policy: Policy::Allow }), "the revision decides");
    }

    #[test]
    fn a_reason_is_read_as_it_was_written() {
        let bans = [0, 1, 600_000].map(|millis| Closing::Banned(Duration::from_millis(millis)));
        for closing in [Closing::Reset, Closing::Superseded, Closing::Drain].into_iter().chain(bans)
        {
            assert_eq!(unpack_closing(pack_closing(closing)), Some(closing));
        }
        assert_eq!(unpack_closing(0), None);
        let endless = unpack_closing(pack_closing(Closing::Banned(Duration::MAX)));
        assert!(
            matches!(endless, Some(Closing::Banned(wait)) if wait > Duration::from_secs(86_400))
        );
    }

    #[test]
    fn a_line_is_small() {
        assert!(size_of::<Line>() <= 48, "{} bytes", size_of::<Line>());
    }
}
