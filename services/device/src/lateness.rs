//! Who is late: online by their record, but silent for longer than they should be. That is a look at the
//! hot store and never written, so nothing but the sweep can tell open browsers of it; it does so by the
//! signal of presence, and keeps in memory whom it told of.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{device::Ordinal, presence::Stamp};

/// Devices told of in one sweep; more wait for the next. When very many are late it is most likely us.
const MOST: usize = 500;

/// Who was late at the last sweep.
#[derive(Debug, Default)]
pub(crate) struct Lateness {
    /// Those that browsers were told of.
    told: BTreeSet<Ordinal>,
    /// Those heard again, and since when. Other replicas know it an exchange later, and whoever is told
    /// sooner may ask one of them and see no difference.
    back: BTreeMap<Ordinal, Stamp>,
}

impl Lateness {
    /// Takes who is late now, in order, and gives whom to tell of: newly late, or heard again for at least
    /// `patience`. `is_online` says whether a device still is so by its record: of one that is not, the
    /// transition told.
    pub(crate) fn turn(
        &mut self,
        late: &[Ordinal],
        now: Stamp,
        patience: u32,
        is_online: impl Fn(Ordinal) -> bool,
    ) -> Vec<Ordinal> {
        let is_late = |ordinal: &Ordinal| late.binary_search(ordinal).is_ok();
        self.back.retain(|ordinal, _| !is_late(ordinal) && is_online(*ordinal));
        let heard: Vec<Ordinal> =
            self.told.iter().copied().filter(|ordinal| !is_late(ordinal)).collect();
        for ordinal in heard {
            self.told.remove(&ordinal);
            if is_online(ordinal) {
                self.back.insert(ordinal, now);
            }
        }
        let since = |since: &Stamp| now.since(*since) >= patience;
        let back = self.back.iter().filter(|(_, time)| since(time)).map(|(ordinal, _)| *ordinal);
        let new = late.iter().copied().filter(|ordinal| !self.told.contains(ordinal));
        let due: Vec<Ordinal> = back.chain(new).take(MOST).collect();
        for ordinal in &due {
            if self.back.remove(ordinal).is_none() {
                self.told.insert(*ordinal);
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: u32 = 20;

    const NOBODY: [Ordinal; 0] = [];

    fn turn(lateness: &mut Lateness, late: &[Ordinal], now: u32) -> Vec<Ordinal> {
        lateness.turn(late, Stamp(1_000 + now), PATIENCE, |_| true)
    }

    #[test]
    fn each_change_is_told_once() {
        let mut lateness = Lateness::default();
        assert_eq!(turn(&mut lateness, &[], 0), NOBODY);
        assert_eq!(turn(&mut lateness, &[3, 7], 10), [3, 7]);
        assert_eq!(turn(&mut lateness, &[3, 7, 9], 20), [9]);
        assert_eq!(turn(&mut lateness, &[3], 30), NOBODY, "others have yet to hear of it");
        assert_eq!(turn(&mut lateness, &[3], 40), NOBODY);
        assert_eq!(turn(&mut lateness, &[3], 50), [7, 9]);
        assert_eq!(turn(&mut lateness, &[3], 60), NOBODY);
    }

    #[test]
    fn who_is_late_again_was_never_away() {
        let mut lateness = Lateness::default();
        assert_eq!(turn(&mut lateness, &[3], 0), [3]);
        assert_eq!(turn(&mut lateness, &[], 10), NOBODY);
        assert_eq!(turn(&mut lateness, &[3], 20), [3], "it may have been seen as heard");
        assert_eq!(turn(&mut lateness, &[3], 60), NOBODY);
    }

    #[test]
    fn of_transitions_others_tell() {
        let mut lateness = Lateness::default();
        assert_eq!(turn(&mut lateness, &[3], 0), [3]);
        let offline = |lateness: &mut Lateness, now: u32| {
            lateness.turn(&[], Stamp(1_000 + now), PATIENCE, |_| false)
        };
        assert_eq!(offline(&mut lateness, 10), NOBODY);
        assert_eq!(offline(&mut lateness, 60), NOBODY);
    }

    #[test]
    fn many_wait_for_their_turn() {
        let all: Vec<Ordinal> = (0..700).collect();
        let mut lateness = Lateness::default();
        assert_eq!(turn(&mut lateness, &all, 0), all[..500]);
        assert_eq!(turn(&mut lateness, &all, 10), all[500..]);
        assert_eq!(turn(&mut lateness, &all, 20), NOBODY);
    }
}
