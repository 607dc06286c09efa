//! How the ticket service fails.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use chamados_chassis::{
    auth::Denied,
    error::{Describe, Invalid, Kind, Remote, STORAGE_FULL, Violation},
};
use chamados_store_kit::{StoreError, audit::AuditError};

use crate::{
    domain::{OpeningError, Rejection},
    files::FilesError,
};

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
    /// The tenant has no such queue, or it is archived.
    #[error("no such queue")]
    QueueNotFound,
    /// The tenant has no such category, or it is archived.
    #[error("no such category")]
    CategoryNotFound,
    /// Another queue of the tenant is called so.
    #[error("a queue with this name is there already")]
    QueueNameTaken,
    /// Another category of the tenant is called so.
    #[error("a category with this name is there already")]
    CategoryNameTaken,
    /// The default queue is always there.
    #[error("the default queue cannot be archived or deleted")]
    QueueIsDefault,
    /// Tickets are in the queue.
    #[error("the queue has tickets; say where they go")]
    QueueInUse,
    /// More tickets than move at once.
    #[error("the queue has more than 1,000 tickets; archive it, or move them first")]
    QueueTooFull,
    /// Tickets have the category.
    #[error("tickets have the category; archive it")]
    CategoryInUse,
    /// As many as a tenant may have.
    #[error("there are 200 queues already")]
    TooManyQueues,
    /// As many as a tenant may have.
    #[error("there are 500 categories already")]
    TooManyCategories,
    /// No such file, or not visible to the caller.
    #[error("no such attachment")]
    AttachmentNotFound,
    /// The file is part of a ticket.
    #[error("the file is attached already")]
    AttachmentAttached,
    /// More bytes than a file may have.
    #[error("the file is too large")]
    AttachmentTooLarge,
    /// As many files as somebody may have attached nowhere.
    #[error("too many files were uploaded and attached nowhere")]
    TooManyUploads,
    /// The place where files are is away.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// No such live chat, or on a ticket that is not visible to the caller.
    #[error("no such chat")]
    ChatNotFound,
    /// Nothing can be said in it any more.
    #[error("the chat has ended")]
    ChatEnded,
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
    /// Somebody else changed it in between; this is the present version.
    #[error("it was changed in the meantime")]
    StaleVersion(i64),
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

impl From<AuditError> for Error {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Denied(denied) => Self::Denied(denied),
            AuditError::Store(store) => Self::Store(store),
        }
    }
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
            | Self::CategoryNotFound
            | Self::AttachmentNotFound
            | Self::ChatNotFound
            | Self::UserNotFound
            | Self::CompanyNotFound
            | Self::DeviceNotFound => Kind::NotFound,
            Self::QueueNameTaken | Self::CategoryNameTaken => Kind::Exists,
            Self::PersonRequired => Kind::Forbidden,
            Self::NobodyAssigned
            | Self::Rejected(_)
            | Self::QueueIsDefault
            | Self::QueueInUse
            | Self::QueueTooFull
            | Self::CategoryInUse
            | Self::TooManyQueues
            | Self::TooManyCategories
            | Self::AttachmentAttached
            | Self::ChatEnded
            | Self::TooManyUploads => Kind::Precondition,
            Self::AttachmentTooLarge => Kind::Busy,
            Self::Files(_) => Kind::Unavailable,
            Self::StaleVersion(_) => Kind::Stale,
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
            Self::CategoryNotFound => "category_not_found",
            Self::QueueNameTaken => "queue_name_taken",
            Self::CategoryNameTaken => "category_name_taken",
            Self::QueueIsDefault => "queue_is_default",
            Self::QueueInUse => "queue_in_use",
            Self::QueueTooFull => "queue_too_full",
            Self::CategoryInUse => "category_in_use",
            Self::TooManyQueues => "too_many_queues",
            Self::TooManyCategories => "too_many_categories",
            Self::AttachmentNotFound => "attachment_not_found",
            Self::AttachmentAttached => "attachment_attached",
            Self::AttachmentTooLarge => "attachment_too_large",
            Self::TooManyUploads => "too_many_uploads",
            Self::Files(error) if error.is_full() => STORAGE_FULL,
            Self::Files(_) => "files_unavailable",
            Self::ChatNotFound => "chat_not_found",
            Self::ChatEnded => "chat_ended",
            Self::UserNotFound => "user_not_found",
            Self::CompanyNotFound => "company_not_found",
            Self::DeviceNotFound => "device_not_found",
            Self::PersonRequired => "person_required",
            Self::NobodyAssigned => "device_unassigned",
            Self::Rejected(rejection) => rejection.reason(),
            Self::StaleVersion(_) => "stale_version",
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

    fn metadata(&self) -> HashMap<String, String> {
        match self {
            Self::StaleVersion(present) => HashMap::from([("version".into(), present.to_string())]),
            Self::Remote(e) => e.metadata(),
            _ => HashMap::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Remote(e) => e.retry_after(),
            _ => None,
        }
    }
}
