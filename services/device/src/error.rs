//! How the device service fails.

use std::borrow::Cow;

use chamados_chassis::{
    auth::{Denied, keyring::KeyringError},
    error::{Describe, Invalid, Kind, Remote, Violation},
};
use chamados_store_kit::{StoreError, audit::AuditError};

use crate::{domain::link::LinkError, hot::Away};

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
    /// No such device, or not visible.
    #[error("no such device")]
    DeviceNotFound,
    /// A device token is unknown or void.
    #[error("the device token is not valid")]
    TokenInvalid,
    /// The tenant has no such person.
    #[error("no such user")]
    UserNotFound,
    /// The person cannot be tied to the device.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Somebody else changed it in between.
    #[error("it was changed in the meantime")]
    StaleVersion,
    /// Identity refused or is away.
    #[error(transparent)]
    Remote(#[from] Remote),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Redis is away.
    #[error(transparent)]
    HotStore(#[from] Away),
    /// A token cannot be signed.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Another service answered what its contract does not allow.
    #[error("{0}")]
    BadAnswer(&'static str),
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
            Self::Remote(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::HotStore(_) => Kind::Unavailable,
            Self::DeviceNotFound | Self::UserNotFound => Kind::NotFound,
            Self::TokenInvalid => Kind::Unauthenticated,
            Self::Link(_) => Kind::Precondition,
            Self::StaleVersion => Kind::Stale,
            Self::Keyring(_) | Self::BadAnswer(_) => Kind::Internal,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Invalid(e) => return e.reason(),
            Self::Denied(e) => return e.reason(),
            Self::Remote(e) => return e.reason(),
            Self::Store(e) => return e.reason(),
            Self::HotStore(_) => "unavailable",
            Self::DeviceNotFound => "device_not_found",
            Self::TokenInvalid => "device_token_invalid",
            Self::UserNotFound => "user_not_found",
            Self::Link(e) => e.reason(),
            Self::StaleVersion => "stale_version",
            Self::Keyring(_) | Self::BadAnswer(_) => "internal",
        })
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(e) => e.violations(),
            Self::Remote(e) => e.violations(),
            Self::Store(e) => e.violations(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Remote(e) => e.retry_after(),
            _ => None,
        }
    }
}
