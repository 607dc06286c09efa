//! Two computers with one token, as after cloning an image: their agents take each other's place for
//! ever. A restart brings a boot id that was never seen; one that comes back after another is alive
//! beside it.

use super::presence::Stamp;

/// Boot ids remembered of one device.
const REMEMBERED: usize = 8;

/// When two computers are taken to be there.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// This many returns of a boot id …
    pub flips: usize,
    /// … within so many ticks.
    pub window: u32,
}

/// The boot ids that began streams of one device lately.
#[derive(Debug, Default)]
pub struct Boots {
    seen: Vec<(u16, Stamp)>,
    flips: Vec<Stamp>,
}

impl Boots {
    /// A stream began by `boot`, after one by `before`. Whether there must be two computers by now.
    pub fn note(&mut self, before: u16, boot: u16, now: Stamp, rule: Rule) -> bool {
        self.forget(now, rule);
        if boot != before {
            if self.seen.iter().any(|(known, _)| *known == boot) {
                self.flips.push(now);
            }
            self.remember(before, now);
            self.remember(boot, now);
        }
        self.flips.len() >= rule.flips
    }

    /// Whether nothing is remembered that could still matter.
    #[must_use]
    pub fn is_stale(&self, now: Stamp, rule: Rule) -> bool {
        self.seen.iter().all(|(_, at)| now.since(*at) > rule.window)
    }

    fn forget(&mut self, now: Stamp, rule: Rule) {
        self.seen.retain(|(_, at)| now.since(*at) <= rule.window);
        self.flips.retain(|at| now.since(*at) <= rule.window);
    }

    fn remember(&mut self, boot: u16, now: Stamp) {
        self.seen.retain(|(known, _)| *known != boot);
        if self.seen.len() == REMEMBERED {
            self.seen.remove(0);
        }
        self.seen.push((boot, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { flips: 4, window: 6_000 };

    /// Streams that begin by these boot ids, `gap` ticks apart; at which of them two are known.
    fn conflict_at(boots: &[u16], gap: u32) -> Option<usize> {
        let mut known = Boots::default();
        let mut pairs = boots.windows(2).enumerate();
        pairs
            .find(|(n, pair)| {
                let now = Stamp(10_000 + *n as u32 * gap);
                known.note(pair[0], pair[1], now, RULE)
            })
            .map(|(n, _)| n + 1)
    }

    #[test]
    fn two_computers_take_each_others_place() {
        assert_eq!(conflict_at(&[1, 2, 1, 2, 1, 2], 100), Some(5));
        assert_eq!(conflict_at(&[1, 2, 3, 1, 2, 3, 1], 100), Some(6), "or three");
        assert_eq!(conflict_at(&[1, 2, 1, 2, 1], 100), None);
    }

    #[test]
    fn restarts_and_reconnects_are_no_conflict() {
        assert_eq!(conflict_at(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 10), None);
        assert_eq!(conflict_at(&[1, 1, 1, 1, 1, 1, 1], 10), None);
        assert_eq!(conflict_at(&[1, 2, 1, 2, 1, 2, 1, 2], 3_000), None, "not often enough");
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let mut boots = Boots::default();
        boots.note(1, 2, Stamp(100), RULE);
        assert!(!boots.is_stale(Stamp(6_100), RULE));
        assert!(boots.is_stale(Stamp(6_101), RULE));
    }
}
