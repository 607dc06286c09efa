//! By which one stream hears from outside: a few atomics and a waker, as much as a channel for a
//! single word would take. Each word replaces the one before it, so nothing can pile up.

use std::{
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
    task::Waker,
};

use futures::task::AtomicWaker;

use super::Closing;
use crate::domain::usb_policy::{Policy, Wish};

/// Bits of a packed wish that hold the policy; the revision is above them.
const POLICY_BITS: u32 = 2;

#[derive(Debug, Default)]
pub(super) struct Line {
    /// 0, or one more than the place of the reason.
    closing: AtomicU8,
    /// 0, or the newest wish.
    wish: AtomicU64,
    waker: AtomicWaker,
}

impl Line {
    /// Who is woken by the next word.
    pub(super) fn listen(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Ends the stream; of two reasons the first stays.
    pub(super) fn close(&self, closing: Closing) {
        let word = match closing {
            Closing::Reset => 1,
            Closing::Superseded => 2,
            Closing::Drain => 3,
        };
        let _ = self.closing.compare_exchange(0, word, Ordering::Release, Ordering::Relaxed);
        self.waker.wake();
    }

    pub(super) fn closing(&self) -> Option<Closing> {
        match self.closing.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Closing::Reset),
            2 => Some(Closing::Superseded),
            _ => Some(Closing::Drain),
        }
    }

    /// Notes a wish unless a newer one is known. Two who looked at the record at different times may
    /// come here in either order.
    pub(super) fn wish_for(&self, wish: Wish) {
        let packed = pack(wish);
        if self.wish.fetch_max(packed, Ordering::AcqRel) < packed {
            self.waker.wake();
        }
    }

    pub(super) fn wish(&self) -> Option<Wish> {
        unpack(self.wish.load(Ordering::Acquire))
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
    fn a_line_is_small() {
        assert!(size_of::<Line>() <= 48, "{} bytes", size_of::<Line>());
    }
}
