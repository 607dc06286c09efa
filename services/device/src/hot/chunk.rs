//! A piece of the arrays: what is kept of 1,024 devices.

use std::{
    array::from_fn,
    sync::atomic::{
        AtomicU16, AtomicU32, AtomicU64,
        Ordering::{AcqRel, Acquire, Relaxed},
    },
};

use crate::domain::{
    device::Ordinal,
    presence::{Presence, Pulse, Stamp},
};

/// Devices in a chunk.
pub(super) const CHUNK: usize = 1024;
/// Words of a chunk's bitmap.
const WORDS: usize = CHUNK / 64;

/// What changes together, in one word, so that an old stream cannot write into a new one's time,
/// nor an exchange or a sweep into a stream that has just begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Word {
    /// Whether the newest stream is or was of this process.
    pub(super) own: bool,
    /// What the durable record is believed to say.
    pub(super) belief: Option<Presence>,
    /// The newest stream, below 2^29. Epochs follow the seconds since 2025, so until 2042.
    pub(super) epoch: u32,
    /// Its last message.
    pub(super) seen: Stamp,
}

impl Word {
    const EPOCH: u64 = (1 << 29) - 1;

    pub(super) const fn bits(self) -> u64 {
        let (own, belief) = (self.own as u64, encode(self.belief));
        own << 63 | belief << 61 | (self.epoch as u64 & Self::EPOCH) << 32 | self.seen.0 as u64
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self {
            own: bits >> 63 != 0,
            belief: decode(bits >> 61 & 0b11),
            epoch: (bits >> 32 & Self::EPOCH) as u32,
            seen: Stamp(bits as u32),
        }
    }
}

const fn encode(belief: Option<Presence>) -> u64 {
    match belief {
        None => 0,
        Some(Presence::Online | Presence::Stale) => 1,
        Some(Presence::Offline) => 2,
        // Until it is looked up, which of the two does not matter: neither is what a sweep finds.
        Some(Presence::Unknown | Presence::Unstable) => 3,
    }
}

const fn decode(bits: u64) -> Option<Presence> {
    match bits {
        1 => Some(Presence::Online),
        2 => Some(Presence::Offline),
        3 => Some(Presence::Unknown),
        _ => None,
    }
}

#[derive(Debug)]
pub(super) struct Chunk {
    /// A [`Word`] each.
    pub(super) pulse: [AtomicU64; CHUNK],
    pub(super) told: [AtomicU16; CHUNK],
    pub(super) generation: [AtomicU32; CHUNK],
    /// Which start of the agent the newest stream is of; 0 when not known.
    pub(super) boot: [AtomicU16; CHUNK],
    pub(super) hold: [AtomicU32; CHUNK],
    /// Devices with a message that Redis does not know of.
    pub(super) moved: [AtomicU64; WORDS],
    /// Devices with a stream that Redis does not know of.
    pub(super) opened: [AtomicU64; WORDS],
}

impl Chunk {
    pub(super) fn new() -> Self {
        Self {
            pulse: from_fn(|_| AtomicU64::new(0)),
            told: from_fn(|_| AtomicU16::new(0)),
            generation: from_fn(|_| AtomicU32::new(0)),
            boot: from_fn(|_| AtomicU16::new(0)),
            hold: from_fn(|_| AtomicU32::new(0)),
            moved: from_fn(|_| AtomicU64::new(0)),
            opened: from_fn(|_| AtomicU64::new(0)),
        }
    }

    pub(super) fn read(&self, index: usize) -> Pulse {
        let Word { own, belief, epoch, seen } = Word::from_bits(self.pulse[index].load(Acquire));
        Pulse {
            epoch,
            seen,
            told: self.told[index].load(Relaxed),
            hold: Stamp(self.hold[index].load(Relaxed)),
            own,
            belief,
        }
    }
}

/// Empties a bitmap of chunk number `chunk` and adds the devices that were in it.
pub(super) fn take_bits(words: &[AtomicU64; WORDS], chunk: usize, into: &mut Vec<Ordinal>) {
    for (number, word) in words.iter().enumerate() {
        if word.load(Relaxed) == 0 {
            continue;
        }
        let mut bits = word.swap(0, AcqRel);
        while bits != 0 {
            into.push(ordinal(chunk, number * 64 + bits.trailing_zeros() as usize));
            bits &= bits - 1;
        }
    }
}

/// Ordinals come from 32 bits, so they fit in them again.
pub(super) const fn ordinal(chunk: usize, index: usize) -> Ordinal {
    (chunk * CHUNK + index) as Ordinal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_its_parts() {
        let beliefs =
            [None, Some(Presence::Online), Some(Presence::Offline), Some(Presence::Unknown)];
        for belief in beliefs {
            for (own, epoch, seen) in
                [(false, 0, 0), (true, 1, u32::MAX), (false, (1 << 29) - 1, 1)]
            {
                let word = Word { own, belief, epoch, seen: Stamp(seen) };
                assert_eq!(Word::from_bits(word.bits()), word);
            }
        }
    }
}
