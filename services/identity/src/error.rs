//! How identity fails.

use std::{borrow::Cow, time::Duration};

use chamados_chassis::{
    auth::{Denied, keyring::KeyringError},
    error::{Describe, Invalid, Kind, Violation},
};
use chamados_store_kit::StoreError;

use crate::mail::MailError;

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
    /// The API key is unknown, revoked or expired, or its account may not be used.
    #[error("the API key is not valid")]
    ApiKeyInvalid,
    /// No such service account.
    #[error("no such service account")]
    ServiceAccountNotFound,
    /// The tenant has a service account of this name already.
    #[error("this name is taken by another service account")]
    ServiceAccountNameTaken,
    /// An account that may not be used gets no key.
    #[error("the service account is not active")]
    ServiceAccountInactive,
    /// No such key of the account.
    #[error("no such API key")]
    ApiKeyNotFound,
    /// The account has as many keys that hold as it may have.
    #[error("the service account has 20 keys; revoke one first")]
    TooManyKeys,
    /// A repeat came after the signing key was replaced, so that its answer cannot be made again.
    #[error("the key was made, and cannot be shown again; revoke it and make another")]
    SecretGone,
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
    /// The present password, which the change needs, is not the one given.
    #[error("the present password is wrong")]
    CurrentPasswordWrong,
    /// Nobody changes this of their own account without the present password.
    #[error("this change of your own account needs your present password")]
    ReauthenticationRequired,
    /// The reset link is wrong, used, replaced or too old.
    #[error("this link is not valid any more; ask for a new one")]
    ResetTokenInvalid,
    /// The invite link is wrong, used, revoked, replaced or too old.
    #[error("this invite is not valid any more; ask for a new one")]
    InviteTokenInvalid,
    /// The address was invited before.
    #[error("this e-mail address has an open invite")]
    InvitePending,
    /// No such invite.
    #[error("no such invite")]
    InviteNotFound,
    /// The person came in already.
    #[error("the invite was accepted already")]
    InviteAccepted,
    /// The invite was taken back.
    #[error("the invite was revoked")]
    InviteRevoked,
    /// The caller has no such session.
    #[error("no such session")]
    SessionNotFound,
    /// No such tenant.
    #[error("no such tenant")]
    TenantNotFound,
    /// Nobody active would be left to administer the tenant.
    #[error("somebody must be left to administer the tenant")]
    LastAdmin,
    /// The account is no more; it was merged into another.
    #[error("the account was merged into another")]
    UserMerged,
    /// The account is a device's.
    #[error("this is the account of a device")]
    DeviceAccount,
    /// Whoever merges would end their own account.
    #[error("your own account cannot be merged into another")]
    CannotMergeSelf,
    /// Nobody could use what was moved to the survivor.
    #[error("the account that would survive is not active")]
    SurvivorInactive,
    /// A client's person would come by what staff had.
    #[error("staff cannot be merged into somebody who is not")]
    SurvivorNotStaff,
    /// The platform flag is for those who administer a tenant.
    #[error("the platform flag is for active admins")]
    NotAnAdmin,
    /// The account was not merged.
    #[error("this account was not merged")]
    MergeNotFound,
    /// The person may not sign in.
    #[error("the account is not active")]
    UserInactive,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A token cannot be signed.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The mail server's settings cannot be read.
    #[error(transparent)]
    Mail(#[from] MailError),
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
            | Self::ApiKeyInvalid
            | Self::SetupTokenInvalid
            | Self::ResetTokenInvalid
            | Self::InviteTokenInvalid
            | Self::ProvisioningCodeInvalid => Kind::Unauthenticated,
            Self::EmailNotInCompany
            | Self::CurrentPasswordWrong
            | Self::ReauthenticationRequired => Kind::Forbidden,
            Self::TooManyAttempts(_) => Kind::Busy,
            Self::SetupDone
            | Self::InviteAccepted
            | Self::InviteRevoked
            | Self::LastAdmin
            | Self::UserMerged
            | Self::DeviceAccount
            | Self::UserInactive
            | Self::CannotMergeSelf
            | Self::NotAnAdmin
            | Self::SurvivorInactive
            | Self::SurvivorNotStaff
            | Self::ServiceAccountInactive
            | Self::TooManyKeys
            | Self::SecretGone => Kind::Precondition,
            Self::UserNotFound
            | Self::CompanyNotFound
            | Self::InviteNotFound
            | Self::SessionNotFound
            | Self::TenantNotFound
            | Self::MergeNotFound
            | Self::ServiceAccountNotFound
            | Self::ApiKeyNotFound => Kind::NotFound,
            Self::EmailTaken
            | Self::NicknameTaken
            | Self::InvitePending
            | Self::ServiceAccountNameTaken => Kind::Exists,
            Self::StaleVersion => Kind::Stale,
            Self::Keyring(_) | Self::Mail(_) | Self::Hashing(_) => Kind::Internal,
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
            Self::CannotMergeSelf => "cannot_merge_self",
            Self::NotAnAdmin => "not_an_admin",
            Self::SurvivorInactive => "survivor_inactive",
            Self::SurvivorNotStaff => "survivor_not_staff",
            Self::MergeNotFound => "merge_not_found",
            Self::ApiKeyInvalid => "api_key_invalid",
            Self::ServiceAccountNotFound => "service_account_not_found",
            Self::ServiceAccountNameTaken => "service_account_name_taken",
            Self::ServiceAccountInactive => "service_account_inactive",
            Self::ApiKeyNotFound => "api_key_not_found",
            Self::TooManyKeys => "too_many_keys",
            Self::SecretGone => "secret_gone",
            Self::SetupTokenInvalid => "setup_token_invalid",
            Self::SetupDone => "setup_done",
            Self::UserNotFound => "user_not_found",
            Self::CompanyNotFound => "company_not_found",
            Self::EmailTaken => "email_taken",
            Self::NicknameTaken => "nickname_taken",
            Self::StaleVersion => "stale_version",
            Self::ProvisioningCodeInvalid => "provisioning_code_invalid",
            Self::EmailNotInCompany => "email_not_in_company",
            Self::CurrentPasswordWrong => "current_password_wrong",
            Self::ReauthenticationRequired => "reauthentication_required",
            Self::ResetTokenInvalid => "reset_token_invalid",
            Self::InviteTokenInvalid => "invite_token_invalid",
            Self::InvitePending => "invite_pending",
            Self::InviteNotFound => "invite_not_found",
            Self::InviteAccepted => "invite_accepted",
            Self::InviteRevoked => "invite_revoked",
            Self::SessionNotFound => "session_not_found",
            Self::TenantNotFound => "tenant_not_found",
            Self::LastAdmin => "last_admin",
            Self::UserMerged => "user_merged",
            Self::DeviceAccount => "device_account",
            Self::UserInactive => "user_inactive",
            Self::Keyring(_) | Self::Mail(_) | Self::Hashing(_) => "internal",
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
