//! The schedules every installation has. They belong to nobody's tenant, and every admin sees them.

use chrono::{DateTime, Utc};

use super::{
    backoff::Backoff,
    schedule::{CatchUp, Overlap, Schedule, ScheduleId, State},
    timing::Kind,
};

/// Zone of the built-in patterns until somebody changes it.
pub const TIME_ZONE: &str = "America/Sao_Paulo";

/// One of them. What a person may change (expression, zone, state) is taken from here only when the
/// schedule is made; the rest follows the program.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// Stable name.
    pub key: &'static str,
    /// What it runs; the part before the dot names the owner.
    pub job_type: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// How the expression is read.
    pub kind: Kind,
    /// When it fires.
    pub expression: &'static str,
    /// What an attempt may take, in seconds.
    pub timeout_seconds: i32,
    /// Tries per run.
    pub max_attempts: i32,
}

impl Builtin {
    const fn new(
        key: &'static str,
        job_type: &'static str,
        description: &'static str,
        kind: Kind,
        expression: &'static str,
    ) -> Self {
        Self { key, job_type, description, kind, expression, timeout_seconds: 300, max_attempts: 5 }
    }

    /// The schedule to make of it `now`. One by interval fires at once, so that a new installation
    /// soon has something to show.
    #[must_use]
    pub fn schedule(&self, now: DateTime<Utc>) -> Schedule {
        let mut schedule = Schedule {
            id: ScheduleId::new(),
            tenant: None,
            key: self.key.to_owned(),
            job_type: self.job_type.to_owned(),
            description: self.description.to_owned(),
            payload: serde_json::json!({}),
            kind: self.kind,
            expression: self.expression.to_owned(),
            time_zone: TIME_ZONE.to_owned(),
            overlap: Overlap::Skip,
            catch_up: CatchUp::default(),
            timeout_seconds: self.timeout_seconds,
            max_attempts: self.max_attempts,
            backoff: Backoff::default(),
            jitter_seconds: 0,
            state: State::Active,
            state_reason: String::new(),
            state_changed_by: None,
            next_fire_at: Some(now),
            failures_in_a_row: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        if self.kind == Kind::Cron {
            schedule.next_fire_at = schedule.timing().and_then(|timing| timing.first(now)).ok();
        }
        schedule
    }
}

/// All of them. Daily work is spread over the small hours.
pub const BUILTINS: &[Builtin] = &[
    Builtin::new(
        "identity-purge-expired",
        "identity.purge_expired",
        "Removes sessions, invites and tokens that have expired.",
        Kind::Cron,
        "17 * * * *",
    ),
    Builtin::new(
        "identity-purge-processed",
        "identity.purge_processed",
        "Forgets answered requests and delivered events of the identity service.",
        Kind::Cron,
        "10 3 * * *",
    ),
    Builtin::new(
        "ticket-purge-processed",
        "ticket.purge_processed",
        "Forgets answered requests and delivered events of the ticket service.",
        Kind::Cron,
        "20 3 * * *",
    ),
    Builtin::new(
        "ticket-end-inactive-chats",
        "ticket.end_inactive_chats",
        "Ends live chats nobody writes in.",
        Kind::Interval,
        "300",
    ),
    Builtin::new(
        "ticket-fold-figures",
        "ticket.fold_figures",
        "Takes what changes added to the figures of the dashboard together.",
        Kind::Interval,
        "300",
    ),
    Builtin::new(
        "ticket-purge-attachments",
        "ticket.purge_attachments",
        "Removes uploaded files that were attached nowhere within a day.",
        Kind::Cron,
        "50 * * * *",
    ),
    Builtin::new(
        "device-purge-processed",
        "device.purge_processed",
        "Forgets answered requests and delivered events of the device service.",
        Kind::Cron,
        "30 3 * * *",
    ),
    Builtin::new(
        "device-expire-usb-policies",
        "device.expire_usb_policies",
        "Gives up USB policies that no agent answered in time.",
        Kind::Cron,
        "40 * * * *",
    ),
    Builtin::new(
        "device-settle-presence",
        "device.settle_presence",
        "Writes down presence changes that a crash left behind.",
        Kind::Interval,
        "300",
    ),
    Builtin::new(
        "scheduler-purge-processed",
        "scheduler.purge_processed",
        "Forgets answered requests of the scheduler service.",
        Kind::Cron,
        "35 3 * * *",
    ),
    Builtin::new(
        "scheduler-purge-runs",
        "scheduler.purge_runs",
        "Removes runs and their logs that are past their retention.",
        Kind::Cron,
        "40 3 * * *",
    ),
    Builtin::new(
        "scheduler-purge-exports",
        "scheduler.purge_exports",
        "Removes archives whose time is over.",
        Kind::Cron,
        "45 3 * * *",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn all_of_them_can_be_read_and_have_owners() {
        let keys: BTreeSet<_> = BUILTINS.iter().map(|builtin| builtin.key).collect();
        assert_eq!(keys.len(), BUILTINS.len());
        for builtin in BUILTINS {
            let schedule = builtin.schedule(DateTime::UNIX_EPOCH);
            assert!(schedule.next_fire_at.is_some(), "{}", builtin.key);
            assert_eq!(schedule.upcoming(5).len(), 5, "{}", builtin.key);
            let (owner, _) = builtin.job_type.split_once('.').unwrap();
            assert!(["identity", "ticket", "device", "scheduler"].contains(&owner));
        }
    }
}
