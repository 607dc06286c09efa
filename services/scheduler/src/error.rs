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
    /// No such export, or not visible.
    #[error("no such export")]
    ExportNotFound,
    /// Its archive was removed after its time.
    #[error("the archive is not kept any more; make another export")]
    ExportExpired,
    /// It has no archive, and may never have one.
    #[error("the archive is not whole")]
    ExportNotReady,
    /// Nothing is left to be called off.
    #[error("the export has ended")]
    ExportEnded,
    /// One at a time.
    #[error("another export is under way")]
    ExportUnderWay,
    /// The place of archives.
    #[error("the place of archives is away")]
    Archives(#[source] object_store::Error),
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
            Self::ScheduleNotFound
            | Self::RunNotFound
            | Self::ExportNotFound
            | Self::ExportExpired => Kind::NotFound,
            Self::ExportNotReady | Self::ExportEnded | Self::ExportUnderWay => Kind::Precondition,
            Self::Archives(_) => Kind::Unavailable,
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
            Self::ExportNotFound => "export_not_found",
            Self::ExportExpired => "export_expired",
            Self::ExportNotReady => "export_not_ready",
            Self::ExportEnded => "export_ended",
            Self::ExportUnderWay => "export_under_way",
            Self::Archives(_) => "archives_unavailable",
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
