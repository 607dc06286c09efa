//! An export: an archive of a tenant, put together by a run.

use chamados_chassis::id::TenantId;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    builtin::Builtin,
    run::{Run, State},
    schedule::Schedule,
    timing::Kind,
};

/// Key of the schedule that a tenant's exports are runs of.
pub const KEY: &str = "export";
/// What those runs do.
pub const JOB_TYPE: &str = "scheduler.export_tenant";
/// How long an archive can be downloaded.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// What an attempt may take, in seconds.
pub const TIMEOUT_SECONDS: i32 = 6 * 60 * 60;
/// Tries of a run.
pub const ATTEMPTS: i32 = 3;

/// What is counted while an archive grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records written.
    pub records: u64,
    /// Attachments begun.
    pub attachments: u64,
    /// What could not be read.
    pub unreadable: u64,
}

/// A whole archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it is.
    pub key: String,
    /// Its length in bytes.
    pub size: u64,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

/// An export.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The run that puts it together.
    pub run: Run,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// How far it is, or was.
    pub counts: Counts,
    /// The archive, once it is whole and as long as it is kept.
    pub file: Option<File>,
}

impl Export {
    /// Whether nobody will work on it any more.
    #[must_use]
    pub const fn ended(&self) -> bool {
        !matches!(self.run.state, State::Ready | State::Running)
    }
}

/// The schedule that a tenant's exports are runs of. It never fires by itself, and one of its runs runs at
/// a time.
#[must_use]
pub fn schedule(tenant: TenantId, now: DateTime<Utc>) -> Schedule {
    const MADE: Builtin = Builtin {
        key: KEY,
        job_type: JOB_TYPE,
        description: "Puts an archive of everything the tenant owns together.",
        kind: Kind::OnDemand,
        expression: "",
        timeout_seconds: TIMEOUT_SECONDS,
        max_attempts: ATTEMPTS,
    };

    Schedule { tenant: Some(tenant), next_fire_at: None, ..MADE.schedule(now) }
}
