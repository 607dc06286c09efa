//! How the scheduler fails.

use std::borrow::Cow;

use chamados_chassis::{
    auth::Denied,
    error::{Describe, Invalid, Kind, Violation},
};
use chamados_store_kit::{StoreError, audit::AuditError};

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be right.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No such schedule, or not visible.
    #[error("no such schedule")]
    ScheduleNotFound,
    /// No such run, or not visible.
    #[error("no such run")]
    RunNotFound,
    /// Somebody else changed it in between.
    #[error("it was changed in the meantime")]
    StaleVersion,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AuditError> for Error {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Denied(denied) => Self::Denied(denied),
            AuditError::Store(store) => Self::Store(store),
        }
    }
}

impl Describe for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid(e) => e.kind(),
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::ScheduleNotFound | Self::RunNotFound => Kind::NotFound,
            Self::StaleVersion => Kind::Stale,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Invalid(e) => return e.reason(),
            Self::Denied(e) => return e.reason(),
            Self::Store(e) => return e.reason(),
            Self::ScheduleNotFound => "schedule_not_found",
            Self::RunNotFound => "run_not_found",
            Self::StaleVersion => "stale_version",
        })
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(e) => e.violations(),
            Self::Store(e) => e.violations(),
            _ => Vec::new(),
        }
    }
}
