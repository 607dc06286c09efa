//! How the ticket service fails.

use std::{borrow::Cow, time::Duration};

use chamados_chassis::{
    auth::Denied,
    error::{Describe, Invalid, Kind, Remote, Violation},
};
use chamados_store_kit::StoreError;

use crate::domain::{OpeningError, Rejection};

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
    /// No such ticket, or not visible to the caller.
    #[error("no such ticket")]
    TicketNotFound,
    /// The tenant has no such queue.
    #[error("no such queue")]
    QueueNotFound,
    /// The tenant has no such user, or the caller may not see them.
    #[error("no such user")]
    UserNotFound,
    /// The tenant has no such company, or the caller may not see it.
    #[error("no such company")]
    CompanyNotFound,
    /// The tenant has no such device, or the caller may not see it.
    #[error("no such device")]
    DeviceNotFound,
    /// Automation cannot work on a ticket: a work session is a person's.
    #[error("only a person can work on a ticket")]
    PersonRequired,
    /// A device without a person cannot ask for help.
    #[error("the device has no assigned user")]
    NobodyAssigned,
    /// The ticket's present state does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Somebody else changed the ticket in between.
    #[error("the ticket was changed in the meantime")]
    StaleVersion,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another service failed or refused.
    #[error(transparent)]
    Remote(#[from] Remote),
    /// Another service gave an answer that makes no sense.
    #[error("{0}")]
    Protocol(&'static str),
}

impl From<OpeningError> for Error {
    fn from(error: OpeningError) -> Self {
        match error {
            OpeningError::Denied(denied) => Self::Denied(denied),
            OpeningError::NobodyAssigned => Self::NobodyAssigned,
            OpeningError::NobodyNamed => {
                Self::Invalid(Invalid::field("requester_id", error.to_string()))
            }
        }
    }
}

impl Describe for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid(e) => e.kind(),
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::Remote(e) => e.kind(),
            Self::TicketNotFound
            | Self::QueueNotFound
            | Self::UserNotFound
            | Self::CompanyNotFound
            | Self::DeviceNotFound => Kind::NotFound,
            Self::PersonRequired => Kind::Forbidden,
            Self::NobodyAssigned | Self::Rejected(_) => Kind::Precondition,
            Self::StaleVersion => Kind::Stale,
            Self::Protocol(_) => Kind::Internal,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Invalid(e) => return e.reason(),
            Self::Denied(e) => return e.reason(),
            Self::Store(e) => return e.reason(),
            Self::Remote(e) => return e.reason(),
            Self::TicketNotFound => "ticket_not_found",
            Self::QueueNotFound => "queue_not_found",
            Self::UserNotFound => "user_not_found",
            Self::CompanyNotFound => "company_not_found",
            Self::DeviceNotFound => "device_not_found",
            Self::PersonRequired => "person_required",
            Self::NobodyAssigned => "device_unassigned",
            Self::Rejected(rejection) => rejection.reason(),
            Self::StaleVersion => "stale_version",
            Self::Protocol(_) => "internal",
        })
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(e) => e.violations(),
            Self::Store(e) => e.violations(),
            Self::Remote(e) => e.violations(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Remote(e) => e.retry_after(),
            _ => None,
        }
    }
}
