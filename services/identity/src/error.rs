//! How identity fails.

use std::{borrow::Cow, time::Duration};

use chamados_chassis::{
    auth::{Denied, keyring::KeyringError},
    error::{Describe, Invalid, Kind, Violation},
};
use chamados_store_kit::StoreError;

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
    /// E-mail and password do not open anything.
    #[error("e-mail or password is wrong")]
    CredentialsInvalid,
    /// Too many failed sign-ins.
    #[error("too many failed sign-ins; try again later")]
    TooManyAttempts(Duration),
    /// The session is unknown, ended or expired.
    #[error("the session has ended; sign in again")]
    SessionInvalid,
    /// The set-up link is wrong, used or too old.
    #[error("this set-up link is not valid; the server prints a new one when it starts")]
    SetupTokenInvalid,
    /// Set-up was done before.
    #[error("set-up is done already")]
    SetupDone,
    /// No such user, or not visible.
    #[error("no such user")]
    UserNotFound,
    /// No such company, or not visible.
    #[error("no such company")]
    CompanyNotFound,
    /// The tenant has this e-mail already.
    #[error("this e-mail address is taken")]
    EmailTaken,
    /// The tenant has this nickname already.
    #[error("this nickname is taken")]
    NicknameTaken,
    /// Somebody else changed it in between.
    #[error("it was changed in the meantime")]
    StaleVersion,
    /// No company has this provisioning code.
    #[error("the provisioning code is not valid")]
    ProvisioningCodeInvalid,
    /// The address belongs to somebody the company cannot enrol.
    #[error("this e-mail address does not belong to the company")]
    EmailNotInCompany,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A token cannot be signed.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Passwords cannot be hashed.
    #[error("password hashing: {0}")]
    Hashing(String),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Describe for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid(e) => e.kind(),
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::CredentialsInvalid
            | Self::SessionInvalid
            | Self::SetupTokenInvalid
            | Self::ProvisioningCodeInvalid => Kind::Unauthenticated,
            Self::EmailNotInCompany => Kind::Forbidden,
            Self::TooManyAttempts(_) => Kind::Busy,
            Self::SetupDone => Kind::Precondition,
            Self::UserNotFound | Self::CompanyNotFound => Kind::NotFound,
            Self::EmailTaken | Self::NicknameTaken => Kind::Exists,
            Self::StaleVersion => Kind::Stale,
            Self::Keyring(_) | Self::Hashing(_) => Kind::Internal,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Invalid(e) => return e.reason(),
            Self::Denied(e) => return e.reason(),
            Self::Store(e) => return e.reason(),
            Self::CredentialsInvalid => "credentials_invalid",
            Self::TooManyAttempts(_) => "too_many_attempts",
            Self::SessionInvalid => "session_invalid",
            Self::SetupTokenInvalid => "setup_token_invalid",
            Self::SetupDone => "setup_done",
            Self::UserNotFound => "user_not_found",
            Self::CompanyNotFound => "company_not_found",
            Self::EmailTaken => "email_taken",
            Self::NicknameTaken => "nickname_taken",
            Self::StaleVersion => "stale_version",
            Self::ProvisioningCodeInvalid => "provisioning_code_invalid",
            Self::EmailNotInCompany => "email_not_in_company",
            Self::Keyring(_) | Self::Hashing(_) => "internal",
        })
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(e) => e.violations(),
            Self::Store(e) => e.violations(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyAttempts(wait) => Some(*wait),
            _ => None,
        }
    }
}
