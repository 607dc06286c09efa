//! How things fail: every service has one error enum, each of its variants is one [`Kind`] with a
//! stable reason, and [`status`] is the one place that makes a gRPC status of it.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The domain of every `ErrorInfo` of this product.
pub const DOMAIN: &str = "chamados";
/// The reason of [`Kind::Unavailable`] where a disk has no room left: what is read is there, nothing can be kept.
pub const STORAGE_FULL: &str = "storage_full";

/// What sort of failure it is. Decides the gRPC code and, at the gateway, the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be right, whatever the state. 400.
    Invalid,
    /// Nobody, or nobody known. 401.
    Unauthenticated,
    /// Known, and not allowed. 403.
    Forbidden,
    /// Not there, or not visible to the caller. 404.
    NotFound,
    /// Something with this name is already there. 409.
    Exists,
    /// Not in the present state. 409.
    Precondition,
    /// Based on an old version. 412.
    Stale,
    /// Too much at once; try again later. 429.
    Busy,
    /// A part that is needed is away. 503.
    Unavailable,
    /// Our fault. The cause is logged and never told. 500.
    Internal,
}

impl Kind {
    const fn code(self) -> Code {
        match self {
            Self::Invalid => Code::InvalidArgument,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Forbidden => Code::PermissionDenied,
            Self::NotFound => Code::NotFound,
            Self::Exists => Code::AlreadyExists,
            Self::Precondition => Code::FailedPrecondition,
            Self::Stale => Code::Aborted,
            Self::Busy => Code::ResourceExhausted,
            Self::Unavailable => Code::Unavailable,
            Self::Internal => Code::Internal,
        }
    }

    /// The kind behind a gRPC code.
    #[must_use]
    pub const fn from_code(code: Code) -> Self {
        match code {
            Code::InvalidArgument | Code::OutOfRange => Self::Invalid,
            Code::Unauthenticated => Self::Unauthenticated,
            Code::PermissionDenied => Self::Forbidden,
            Code::NotFound => Self::NotFound,
            Code::AlreadyExists => Self::Exists,
            Code::FailedPrecondition => Self::Precondition,
            Code::Aborted => Self::Stale,
            Code::ResourceExhausted => Self::Busy,
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Self::Unavailable,
            Code::Ok | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
                Self::Internal
            }
        }
    }
}

/// One field of a request that is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Name of the field as in the contract, for example `subject`.
    pub field: Cow<'static, str>,
    /// What is wrong, for a person.
    pub message: String,
}

/// What an error of a service says of itself. The `Display` text goes to the caller, except for
/// [`Kind::Internal`].
pub trait Describe: std::error::Error + Send + Sync + 'static {
    /// What sort of failure it is.
    fn kind(&self) -> Kind;

    /// Stable name in snake case, for programs.
    fn reason(&self) -> Cow<'static, str>;

    /// The fields at fault, for [`Kind::Invalid`].
    fn violations(&self) -> Vec<Violation> {
        Vec::new()
    }

    /// What a program needs to go on, by name, such as the present version for [`Kind::Stale`].
    fn metadata(&self) -> HashMap<String, String> {
        HashMap::new()
    }

    /// How long to wait before trying again, for [`Kind::Busy`].
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

/// The status of an error. Logs what the caller is not told.
pub fn status(error: impl Describe) -> Status {
    let kind = error.kind();
    let mut details = ErrorDetails::with_error_info(error.reason(), DOMAIN, error.metadata());
    for violation in error.violations() {
        details.add_bad_request_violation(violation.field, violation.message);
    }
    if let Some(delay) = error.retry_after() {
        details.set_retry_info(Some(delay));
    }
    let cause = &error as &dyn std::error::Error;
    let message = match kind {
        Kind::Internal => {
            tracing::error!(error = cause, "internal error");
            "internal error".to_owned()
        }
        Kind::Unavailable => {
            tracing::warn!(error = cause, "cannot answer now");
            error.to_string()
        }
        _ => error.to_string(),
    };
    Status::with_error_details(kind.code(), message, details)
}

/// A failed call to another service, passed on: what it says of the request stays, what it says of
/// its own trouble becomes "unavailable" or "internal".
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message())]
pub struct Remote(#[from] pub Status);

impl Describe for Remote {
    fn kind(&self) -> Kind {
        Kind::from_code(self.0.code())
    }

    fn reason(&self) -> Cow<'static, str> {
        match reason_of(&self.0) {
            Some(reason) => Cow::Owned(reason),
            None if self.kind() == Kind::Unavailable => Cow::Borrowed("unavailable"),
            None => Cow::Borrowed("internal"),
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let details = self.0.get_error_details();
        let Some(bad) = details.bad_request() else { return Vec::new() };
        bad.field_violations
            .iter()
            .map(|v| Violation { field: v.field.clone().into(), message: v.description.clone() })
            .collect()
    }

    fn metadata(&self) -> HashMap<String, String> {
        let details = self.0.get_error_details();
        details.error_info().map(|info| info.metadata.clone()).unwrap_or_default()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.0.get_error_details().retry_info().and_then(|info| info.retry_delay)
    }
}

/// The stable reason in a status, when it carries one.
#[must_use]
pub fn reason_of(status: &Status) -> Option<String> {
    status.get_error_details().error_info().map(|info| info.reason.clone())
}

/// A request that cannot be right, with every field at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid request: {}", summary(.0))]
pub struct Invalid(pub Vec<Violation>);

impl Invalid {
    /// One field at fault.
    pub fn field(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self(vec![Violation { field: field.into(), message: message.into() }])
    }
}

impl Describe for Invalid {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed("invalid_argument")
    }

    fn violations(&self) -> Vec<Violation> {
        self.0.clone()
    }
}

fn summary(violations: &[Violation]) -> String {
    let fields: Vec<String> =
        violations.iter().map(|v| format!("{}: {}", v.field, v.message)).collect();
    fields.join("; ")
}

/// Collects what is wrong with a request, so that the caller hears of everything at once.
#[derive(Debug, Default)]
pub struct Checks(Vec<Violation>);

impl Checks {
    /// Notes `message` against `field` unless `ok`.
    pub fn ensure(&mut self, field: &'static str, ok: bool, message: impl Into<String>) {
        if !ok {
            self.0.push(Violation { field: field.into(), message: message.into() });
        }
    }

    /// The value of `result`, or its error noted against `field`.
    pub fn take<T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|e| self.ensure(field, false, e.to_string())).ok()
    }

    /// Everything that is wrong, for when a value is missing because of it.
    #[must_use]
    pub fn into_invalid(self) -> Invalid {
        Invalid(self.0)
    }

    /// Nothing wrong, or everything that is.
    ///
    /// # Errors
    /// [`Invalid`] when at least one check failed.
    pub fn finish(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the password is hunter2")]
    struct Leaky;

    impl Describe for Leaky {
        fn kind(&self) -> Kind {
            Kind::Internal
        }
        fn reason(&self) -> Cow<'static, str> {
            Cow::Borrowed("internal")
        }
    }

    #[test]
    fn internal_causes_stay_inside() {
        let status = status(Leaky);
        assert_eq!(status.code(), Code::Internal);
        assert!(!format!("{status:?}").contains("hunter2"));
    }

    #[test]
    fn invalid_names_every_field_and_survives_a_hop() {
        let mut checks = Checks::default();
        checks.ensure("subject", false, "must not be empty");
        checks.ensure("email", false, "is not an address");
        let original = checks.finish().unwrap_err();
        let passed_on = Remote(status(original.clone()));
        assert_eq!(passed_on.kind(), Kind::Invalid);
        assert_eq!(passed_on.reason(), "invalid_argument");
        assert_eq!(passed_on.violations(), original.0);
    }
}
