//! The status file, as the agent goes along.

use std::time::Duration;

use chamados_chassis::clock::SharedClock;

use crate::state::{Phase, StateDir, Status};

/// Writes the status file. That it cannot is said once and stops nothing.
pub(super) struct Journal {
    state: StateDir,
    clock: SharedClock,
    current: Status,
    failed: bool,
}

impl Journal {
    pub(super) fn new(state: StateDir, clock: SharedClock) -> Self {
        let current = Status::new(Phase::Connecting, clock.now());
        Self { state, clock, current, failed: false }
    }

    pub(super) fn connecting(&mut self) {
        self.enter(Phase::Connecting, |_| {});
    }

    pub(super) fn online(&mut self, interval: Duration) {
        self.enter(Phase::Online, |status| status.interval_seconds = Some(interval.as_secs()));
    }

    /// The server told another interval.
    pub(super) fn paced(&mut self, interval: Duration) {
        self.current.interval_seconds = Some(interval.as_secs());
        self.write();
    }

    pub(super) fn acknowledged(&mut self) {
        self.current.last_acknowledged_at = Some(self.clock.now());
        self.write();
    }

    pub(super) fn waiting(&mut self, delay: Duration, reason: String) {
        let next = self.clock.now() + delay;
        self.enter(Phase::Waiting, |status| {
            status.next_attempt_at = Some(next);
            status.message = Some(reason);
        });
    }

    pub(super) fn reset(&mut self, reason: String) {
        self.enter(Phase::Reset, |status| status.message = Some(reason));
    }

    pub(super) fn stopped(&mut self) {
        self.enter(Phase::Stopped, |_| {});
    }

    fn enter(&mut self, phase: Phase, details: impl FnOnce(&mut Status)) {
        let last_acknowledged_at = self.current.last_acknowledged_at;
        self.current = Status { last_acknowledged_at, ..Status::new(phase, self.clock.now()) };
        details(&mut self.current);
        self.write();
    }

    fn write(&mut self) {
        let result = self.state.save_status(&self.current);
        if let Err(error) = &result
            && !self.failed
        {
            tracing::warn!(%error, "the status file is out of date");
        }
        self.failed = result.is_err();
    }
}
