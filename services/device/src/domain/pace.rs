//! How often devices speak, spread so that they do not speak together.

/// How the interval between beats is found.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The shortest interval told, in milliseconds.
    pub shortest_millis: u64,
    /// Beats a second that a replica should see at most.
    pub beats_per_second: u64,
}

impl Pace {
    /// The interval for `connected` devices, in milliseconds.
    #[must_use]
    pub fn interval_millis(&self, connected: u64) -> u64 {
        self.shortest_millis.max(connected * 1_000 / self.beats_per_second.max(1))
    }

    /// Whether a device that was told `told` should be told `wanted`: small drifts are not worth a
    /// message.
    #[must_use]
    pub const fn is_worth_telling(told: u64, wanted: u64) -> bool {
        told.abs_diff(wanted) * 4 > told
    }
}

/// Seconds for the wire, at least one.
#[must_use]
pub fn whole_seconds(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}

/// When in its interval a device speaks, in milliseconds: the same for the same device, spread
/// evenly over all.
#[must_use]
pub fn phase_millis(device_hash: u64, interval_millis: u64) -> u32 {
    u32::try_from(device_hash % interval_millis.max(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_devices_speak_less_often() {
        let pace = Pace { shortest_millis: 30_000, beats_per_second: 1_000 };
        assert_eq!(pace.interval_millis(0), 30_000);
        assert_eq!(pace.interval_millis(30_000), 30_000);
        assert_eq!(pace.interval_millis(60_000), 60_000);
        assert!(!Pace::is_worth_telling(30_000, 37_500));
        assert!(Pace::is_worth_telling(30_000, 37_501));
        assert!(Pace::is_worth_telling(60_000, 30_000));
        assert_eq!((whole_seconds(200), whole_seconds(30_000)), (1, 30));
        assert!(phase_millis(u64::MAX, 30_000) < 30_000);
    }
}
