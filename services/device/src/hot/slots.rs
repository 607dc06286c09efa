//! Arrays of atomics by ordinal: about 24 bytes a device, grown in chunks, read without locks by
//! the streams, each of which holds its [`Slot`].

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
};

use super::chunk::{CHUNK, Chunk, Word, ordinal, take_bits};
use crate::domain::{
    device::Ordinal,
    presence::{Presence, Pulse, Stamp},
};

/// Why a message of a stream changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fenced {
    /// Its token's generation is over.
    Reset,
    /// The device has a newer stream.
    Superseded,
}

/// The arrays.
#[derive(Debug, Default)]
pub struct Slots {
    chunks: RwLock<Vec<Arc<Chunk>>>,
}

/// A stream as it begins.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// From [`HotStore::claim`](super::HotStore::claim).
    pub epoch: u32,
    /// Of its token.
    pub generation: u32,
    /// The interval it is told, in ticks.
    pub told: u16,
    /// Which start of the agent it is of; 0 when not known.
    pub boot: u16,
    /// Now.
    pub now: Stamp,
}

/// What another replica says of a device.
#[derive(Debug, Clone, Copy)]
pub struct Foreign {
    /// Its newest stream.
    pub epoch: u32,
    /// Its last message.
    pub seen: Stamp,
    /// The interval it was told, in ticks.
    pub told: u16,
    /// Which start of the agent that stream is of; 0 when not known.
    pub boot: u16,
}

impl Slots {
    /// The slot of a device; makes room for it.
    #[must_use]
    pub fn get(&self, ordinal: Ordinal) -> Slot {
        let (number, index) = (ordinal as usize / CHUNK, ordinal as usize % CHUNK);
        let known = self.chunks.read().unwrap_or_else(PoisonError::into_inner).get(number).cloned();
        let chunk = known.unwrap_or_else(|| {
            let mut chunks = self.chunks.write().unwrap_or_else(PoisonError::into_inner);
            while chunks.len() <= number {
                chunks.push(Arc::new(Chunk::new()));
            }
            Arc::clone(&chunks[number])
        });
        Slot { chunk, index }
    }

    /// Looks at every device that anything is known of.
    pub fn scan(&self, mut visit: impl FnMut(Ordinal, &Pulse)) {
        let chunks = self.chunks.read().unwrap_or_else(PoisonError::into_inner).clone();
        for (number, chunk) in chunks.iter().enumerate() {
            for index in 0..CHUNK {
                let pulse = chunk.read(index);
                if pulse.epoch != 0 || pulse.belief.is_some() {
                    visit(ordinal(number, index), &pulse);
                }
            }
        }
    }

    /// Takes the devices whose time Redis does not know, and then those whose stream it does not.
    pub(super) fn take_changed(&self) -> (Vec<Ordinal>, Vec<Ordinal>) {
        let chunks = self.chunks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut moved, mut opened) = (Vec::new(), Vec::new());
        for (number, chunk) in chunks.iter().enumerate() {
            take_bits(&chunk.opened, number, &mut opened);
            take_bits(&chunk.moved, number, &mut moved);
        }
        (moved, opened)
    }

    /// Gives back what could not be told.
    pub(super) fn put_back(&self, moved: &[Ordinal], opened: &[Ordinal]) {
        for ordinal in moved {
            self.get(*ordinal).mark_moved();
        }
        for ordinal in opened {
            self.get(*ordinal).mark_opened();
        }
    }

    /// Marks all of this process's devices as not told, after Redis lost its data.
    pub(super) fn mark_all_own(&self) {
        self.scan(|ordinal, pulse| {
            if pulse.own {
                let slot = self.get(ordinal);
                slot.mark_opened();
                slot.mark_moved();
            }
        });
    }
}

/// One device's place in the arrays. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Slot {
    chunk: Arc<Chunk>,
    index: usize,
}

impl Slot {
    /// A message of a stream came.
    ///
    /// # Errors
    /// [`Fenced`] when the stream may not say anything; nothing was changed.
    pub fn beat(&self, epoch: u32, generation: u32, now: Stamp) -> Result<(), Fenced> {
        self.write(epoch, generation, |seen| seen.max(now))
    }

    /// A stream said good-bye.
    ///
    /// # Errors
    /// [`Fenced`] when the stream may not say anything; nothing was changed.
    pub fn bye(&self, epoch: u32, generation: u32) -> Result<(), Fenced> {
        self.write(epoch, generation, |_| Stamp::BYE)
    }

    /// The server ended a stream for good. Nothing happens when there is a newer one.
    pub fn end(&self, epoch: u32) {
        // A newer stream is exactly when there is nothing to end.
        let _ = self.write(epoch, u32::MAX, |_| Stamp::BYE);
    }

    fn write(
        &self,
        epoch: u32,
        generation: u32,
        seen: impl Fn(Stamp) -> Stamp,
    ) -> Result<(), Fenced> {
        if self.generation() > generation {
            return Err(Fenced::Reset);
        }
        let next =
            |word: Word| (word.epoch == epoch).then(|| Word { seen: seen(word.seen), ..word });
        let before = self.update(next).ok_or(Fenced::Superseded)?;
        if next(before) != Some(before) {
            self.mark_moved();
        }
        Ok(())
    }

    /// A stream begins, unless there is a newer one; whether it did.
    pub fn open(&self, opening: Opening) -> bool {
        self.raise_generation(opening.generation);
        // Without a belief the sweep reads the record anew: it may say anything by now.
        let next = Word { own: true, belief: None, epoch: opening.epoch, seen: opening.now };
        if self.update(|word| (word.epoch < opening.epoch).then_some(next)).is_none() {
            return false;
        }
        self.chunk.boot[self.index].store(opening.boot, Relaxed);
        self.tell(opening.told);
        true
    }

    /// Takes over what another replica says; whether it ended a stream of this process.
    pub(super) fn merge(&self, foreign: &Foreign) -> bool {
        // Whoever has the stream writes the record; until it is silent it is taken to say so.
        let belief = foreign.seen.is_moment().then_some(Presence::Online);
        let next = Word { own: false, belief, epoch: foreign.epoch, seen: foreign.seen };
        let merged = self.update(|known| {
            let newer = next.epoch > known.epoch;
            let later = next.epoch == known.epoch && !known.own && next.seen != known.seen;
            (newer || later).then_some(next)
        });
        let Some(before) = merged else { return false };
        self.chunk.told[self.index].store(foreign.told, Relaxed);
        self.chunk.boot[self.index].store(foreign.boot, Relaxed);
        before.own
    }

    /// What is known.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        self.chunk.read(self.index)
    }

    /// The newest stream; 0 when none is known.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        Word::from_bits(self.chunk.pulse[self.index].load(Acquire)).epoch
    }

    /// Which start of the agent the newest stream is of; 0 when not known.
    #[must_use]
    pub fn boot(&self) -> u16 {
        self.chunk.boot[self.index].load(Relaxed)
    }

    /// Tokens of an older generation are void.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.chunk.generation[self.index].load(Acquire)
    }

    /// Voids tokens older than `generation`.
    pub fn raise_generation(&self, generation: u32) {
        self.chunk.generation[self.index].fetch_max(generation, AcqRel);
    }

    /// Notes the interval the device was told, in ticks.
    pub fn tell(&self, told: u16) {
        self.chunk.told[self.index].store(told, Relaxed);
        self.mark_opened();
        self.mark_moved();
    }

    /// Notes what the durable record says.
    pub(crate) fn believe(&self, presence: Presence) {
        self.update(|word| Some(Word { belief: Some(presence), ..word }));
    }

    /// Notes what the durable record says, unless a newer stream than `epoch` began since it was
    /// looked at.
    pub(crate) fn believe_of(&self, epoch: u32, presence: Presence) {
        self.update(|word| {
            (word.epoch == epoch).then_some(Word { belief: Some(presence), ..word })
        });
    }

    /// Notes that the device must not be called offline before `until`.
    pub(crate) fn hold(&self, until: Stamp) {
        self.chunk.hold[self.index].store(until.0, Relaxed);
    }

    /// Notes a stream that ended before this process began, unless something newer is known.
    pub(crate) fn remember_epoch(&self, epoch: u32) {
        self.update(|word| (word.epoch == 0).then_some(Word { epoch, ..word }));
    }

    /// Changes the word as one, unless `next` gives none; gives what it was when it did.
    fn update(&self, next: impl Fn(Word) -> Option<Word>) -> Option<Word> {
        let before = self.chunk.pulse[self.index]
            .fetch_update(AcqRel, Acquire, |bits| next(Word::from_bits(bits)).map(Word::bits));
        before.ok().map(Word::from_bits)
    }

    fn mark_moved(&self) {
        self.chunk.moved[self.index / 64].fetch_or(1 << (self.index % 64), Release);
    }

    fn mark_opened(&self) {
        self.chunk.opened[self.index / 64].fetch_or(1 << (self.index % 64), Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(epoch: u32, generation: u32) -> Opening {
        Opening { epoch, generation, told: 300, boot: 9, now: Stamp(100) }
    }

    #[test]
    fn only_the_newest_stream_of_a_valid_token_is_heard() {
        let slots = Slots::default();
        let slot = slots.get(5_000);
        assert!(slot.open(opening(7, 1)));
        assert_eq!(slot.beat(7, 1, Stamp(200)), Ok(()));
        assert!(slot.open(opening(8, 1)));
        assert_eq!(slot.beat(7, 1, Stamp(300)), Err(Fenced::Superseded));
        assert_eq!(slot.bye(7, 1), Err(Fenced::Superseded));
        assert!(!slot.open(opening(8, 1)), "an epoch is used once");
        assert_eq!(slot.pulse().seen, Stamp(100));

        slot.raise_generation(2);
        assert_eq!(slot.beat(8, 1, Stamp(300)), Err(Fenced::Reset));
        assert_eq!(slot.bye(8, 1), Err(Fenced::Reset));
        assert_eq!(slot.pulse().seen, Stamp(100), "nothing moved");
        slot.end(8);
        assert_eq!(slot.pulse().seen, Stamp::BYE);
    }

    #[test]
    fn changes_are_told_once_or_put_back() {
        let slots = Slots::default();
        slots.get(3).open(opening(1, 1));
        assert!(slots.get(1_500).open(opening(1, 1)));
        let (moved, opened) = slots.take_changed();
        assert_eq!((&moved, &opened), (&vec![3, 1_500], &vec![3, 1_500]));
        assert_eq!(slots.take_changed(), (vec![], vec![]));
        slots.get(3).beat(1, 1, Stamp(100)).unwrap();
        assert_eq!(slots.take_changed(), (vec![], vec![]), "the same tenth of a second");
        slots.get(3).beat(1, 1, Stamp(101)).unwrap();
        assert_eq!(slots.take_changed(), (vec![3], vec![]));
        slots.put_back(&moved, &opened);
        assert_eq!(slots.take_changed(), (moved, opened));
    }

    #[test]
    fn a_newer_stream_elsewhere_takes_over() {
        let slots = Slots::default();
        let slot = slots.get(0);
        slot.open(opening(5, 1));
        let foreign = |epoch, seen| Foreign { epoch, seen: Stamp(seen), told: 300, boot: 8 };
        assert!(!slot.merge(&foreign(4, 900)), "an older one does not");
        assert!(!slot.merge(&foreign(5, 900)), "its own echo does not");
        assert_eq!(slot.pulse().seen, Stamp(100));
        assert_eq!(slot.boot(), 9);
        assert!(slot.merge(&foreign(6, 900)));
        assert_eq!(slot.boot(), 8);
        assert!(!slot.pulse().own);
        assert_eq!(slot.pulse().belief, Some(Presence::Online));
        assert!(!slot.merge(&foreign(6, 950)));
        assert_eq!(slot.pulse().seen, Stamp(950));
        assert!(!slot.merge(&foreign(0, 0)), "a Redis that lost its data");
        assert_eq!(slot.pulse().seen, Stamp(950));
    }

    #[test]
    fn what_is_known_is_scanned() {
        let slots = Slots::default();
        slots.get(2_000).believe(Presence::Unknown);
        slots.get(1).open(opening(1, 1));
        let mut seen = Vec::new();
        slots.scan(|ordinal, pulse| seen.push((ordinal, pulse.belief)));
        assert_eq!(seen, [(1, None), (2_000, Some(Presence::Unknown))]);
    }
}
