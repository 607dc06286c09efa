//! The flap guard: a device that comes and goes is one trouble, not many pieces of news.

use super::presence::{Presence, Stamp};

/// When a device is unstable, and when it is no longer.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// This many transitions …
    pub transitions: u64,
    /// … within so many ticks freeze the record; so many ticks without one free it.
    pub window: u32,
}

impl Guard {
    /// Whether one more transition after `recent` in the window is one too many.
    #[must_use]
    pub const fn freezes(&self, recent: u64) -> bool {
        recent + 1 >= self.transitions
    }
}

/// What is seen of a device while its record is frozen.
#[derive(Debug, Clone, Copy)]
pub struct Frozen {
    verdict: Presence,
    since: Stamp,
}

impl Frozen {
    /// Looked at for the first time.
    #[must_use]
    pub const fn new(verdict: Presence, now: Stamp) -> Self {
        Self { verdict, since: now }
    }

    /// Looked at again. Whether it has been quiet for long enough.
    pub fn look(&mut self, verdict: Presence, now: Stamp, guard: Guard) -> bool {
        if verdict != self.verdict {
            *self = Self::new(verdict, now);
        }
        now.since(self.since) >= guard.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: Guard = Guard { transitions: 4, window: 9_000 };

    #[test]
    fn the_fourth_transition_freezes() {
        assert!(!GUARD.freezes(2));
        assert!(GUARD.freezes(3));
    }

    #[test]
    fn only_quiet_frees() {
        let (online, offline) = (Presence::Online, Presence::Offline);
        let mut frozen = Frozen::new(online, Stamp(1_000));
        assert!(!frozen.look(online, Stamp(9_999), GUARD));
        assert!(!frozen.look(offline, Stamp(9_999), GUARD), "it begins again");
        assert!(!frozen.look(offline, Stamp(18_998), GUARD));
        assert!(frozen.look(offline, Stamp(18_999), GUARD));
    }
}
