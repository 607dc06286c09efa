//! Everything that goes wrong, as RFC 9457 `application/problem+json`.
//!
//! A [`Problem`] travels in the extensions of an otherwise empty response; [`rendered`] writes it
//! out at the very edge, where the request id is known, and makes a problem of any bare error the
//! framework answered by itself.

use std::{borrow::Cow, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use chamados_chassis::{
    auth::Denied,
    error::{self, Describe as _, Kind, STORAGE_FULL},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use serde::Serialize;
use tonic::Status;
use tonic_types::StatusExt as _;
use utoipa::ToSchema;

use crate::clients;

/// Media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";
/// When to come back to a service that is away.
const AWAY_FOR: Duration = Duration::from_secs(2);
/// When to come back after too much at once, unless the service says.
const BUSY_FOR: Duration = Duration::from_secs(1);

/// What a handler gives.
pub(crate) type Result<T, E = Problem> = std::result::Result<T, E>;

/// What went wrong with a request.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    errors: Vec<FieldError>,
    service: Option<String>,
    retry_after: Option<Duration>,
}

/// What went wrong, as RFC 9457 has it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct Report<'a> {
    /// `urn:chamados:problem:` and the code.
    #[serde(rename = "type")]
    type_uri: String,
    /// The status in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time, for a person.
    detail: &'a str,
    /// Stable name of the problem in snake case, for programs.
    code: &'a str,
    /// Finds the request in the logs.
    request_id: &'a str,
    /// The fields at fault, for invalid input; else empty.
    errors: &'a [FieldError],
    /// The service that is away, where that is the problem: `identity`, `ticket`, `device` or `scheduler`.
    service: Option<&'a str>,
}

/// One field of a request that is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Name of the field, query parameter or header.
    pub(crate) field: String,
    /// What is wrong, for a person.
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            service: None,
            retry_after: None,
        }))
    }

    /// One field, parameter or header at fault.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let error = FieldError { field: field.into(), message: message.into() };
        let detail = format!("{}: {}", error.field, error.message);
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalid_argument", detail);
        problem.0.errors.push(error);
        problem
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
    }

    /// Its stable name.
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }

    /// Our fault. `cause` is logged and never told.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::concealed()
    }

    fn concealed() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side. The request id finds it in the logs.",
        )
    }

    /// Too much at once.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(AWAY_FOR)
    }

    fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// The same problem where a field has another name over HTTP than in the contract behind it.
    pub(crate) fn renamed(mut self, from: &str, to: &str) -> Self {
        for error in self.0.errors.iter_mut().filter(|error| error.field == from) {
            to.clone_into(&mut error.field);
        }
        self
    }

    /// Whether the request came from nobody known.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        self.0.status == StatusCode::UNAUTHORIZED
    }

    /// The problem behind an error status that came without one.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(status, "method_not_allowed", "This address does not take this method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(status, "payload_too_large", "The request body is too long.")
            }
            StatusCode::SERVICE_UNAVAILABLE => Self::busy("The server is busy. Try again shortly."),
            _ if status.is_client_error() => {
                Self::new(StatusCode::BAD_REQUEST, "bad_request", "The request cannot be read.")
            }
            _ => Self::concealed(),
        }
    }

    fn body(&self, request_id: &str) -> Vec<u8> {
        let Inner { status, code, detail, errors, service, .. } = &*self.0;
        let report = Report {
            type_uri: format!("urn:chamados:problem:{code}"),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail,
            code,
            request_id,
            errors,
            service: service.as_deref(),
        };
        // Text and numbers only; their JSON cannot fail.
        serde_json::to_vec(&report).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let status = match denied {
            Denied::Anonymous => StatusCode::UNAUTHORIZED,
            Denied::Forbidden => StatusCode::FORBIDDEN,
        };
        Self::new(status, denied.reason(), denied.to_string())
    }
}

impl From<Status> for Problem {
    /// What a service says of the request goes to the client; what it says of its own trouble does
    /// not.
    fn from(status: Status) -> Self {
        let kind = Kind::from_code(status.code());
        match kind {
            Kind::Internal => {
                let (code, cause) = (status.code(), status.message());
                Self::internal(format_args!("a service answered {code:?}: {cause}"))
            }
            Kind::Unavailable if error::reason_of(&status).as_deref() == Some(STORAGE_FULL) => {
                let detail =
                    "There is no room left to keep anything new. What is there can be read.";
                Self::new(http_status(kind), STORAGE_FULL, detail).retry_after(AWAY_FOR)
            }
            Kind::Unavailable => {
                let service = clients::service_of(&status);
                let named = service.unwrap_or("needed");
                let detail = format!("The {named} service is away. Try again shortly.");
                let mut problem = Self::new(http_status(kind), "unavailable", detail);
                problem.0.service = service.map(str::to_owned);
                problem.retry_after(AWAY_FOR)
            }
            _ => Self::told(kind, &status),
        }
    }
}

impl Problem {
    fn told(kind: Kind, status: &Status) -> Self {
        let code = error::reason_of(status).map_or(Cow::Borrowed(default_code(kind)), Cow::Owned);
        let details = status.get_error_details();
        let mut problem = Self::new(http_status(kind), code, status.message());
        if let Some(bad) = details.bad_request() {
            problem.0.errors = bad
                .field_violations
                .iter()
                .map(|v| FieldError { field: field_name(&v.field), message: v.description.clone() })
                .collect();
        }
        if kind == Kind::Busy {
            let delay = details.retry_info().and_then(|info| info.retry_delay);
            problem = problem.retry_after(delay.unwrap_or(BUSY_FOR));
        }
        problem
    }
}

const fn http_status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Exists | Kind::Precondition => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::Busy => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code of a status that names no reason.
const fn default_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "invalid_argument",
        Kind::Unauthenticated => "unauthenticated",
        Kind::Forbidden => "permission_denied",
        Kind::NotFound => "not_found",
        Kind::Exists => "already_exists",
        Kind::Precondition => "failed_precondition",
        Kind::Stale => "stale_version",
        Kind::Busy => "too_many_requests",
        Kind::Unavailable => "unavailable",
        Kind::Internal => "internal",
    }
}

/// A field of a contract by its name over HTTP: `ticket.company_id` is `companyId`. The free text of
/// a list is `q` everywhere.
fn field_name(path: &str) -> String {
    match path.rsplit('.').next().unwrap_or(path) {
        "query" => "q".to_owned(),
        "request_id" => crate::idempotency::HEADER.to_owned(),
        field => camel_case(field),
    }
}

/// `snake_case` as `camelCase`.
pub(crate) fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// Writes out the problem a response carries, or is.
pub(crate) fn rendered(mut response: Response, request_id: &str) -> Response {
    let carried = response.extensions_mut().remove::<Problem>();
    let Some(problem) = carried.or_else(|| bare(&response).map(Problem::of_status)) else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.status = problem.0.status;
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Some(delay) = problem.0.retry_after {
        parts.headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(delay)));
    }
    Response::from_parts(parts, Body::from(problem.body(request_id)))
}

/// The status of an error whose body, if any, the framework wrote.
fn bare(response: &Response) -> Option<StatusCode> {
    let status = response.status();
    let body = response.headers().get(CONTENT_TYPE);
    let plain = body.is_none_or(|value| value.as_bytes().starts_with(b"text/plain"));
    ((status.is_client_error() || status.is_server_error()) && plain).then_some(status)
}

fn whole_seconds(delay: Duration) -> u64 {
    (delay.as_secs() + u64::from(delay.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_their_http_names() {
        assert_eq!(field_name("page_size"), "pageSize");
        assert_eq!(field_name("ticket.requester_id"), "requesterId");
        assert_eq!(field_name("filter.query"), "q");
        assert_eq!(field_name("subject"), "subject");
    }

    #[test]
    fn a_delay_is_never_told_as_zero() {
        assert_eq!(whole_seconds(Duration::ZERO), 1);
        assert_eq!(whole_seconds(Duration::from_millis(1_200)), 2);
    }
}
