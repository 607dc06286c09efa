//! Ends a call when its caller has stopped waiting. tonic's own time-out answers CANCELLED and does
//! not exist in process, so this does it for both. It covers the answer's head; a stream that has
//! begun goes on.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use tokio::time::Instant;
use tonic::Status;

use crate::clock::SharedClock;

/// How long calls may take.
#[derive(Clone)]
pub struct Deadline {
    /// Without a wish of the caller, and at most.
    pub default: Duration,
    /// Says when the call began.
    pub clock: SharedClock,
}

/// When the caller stops waiting; put on the request for the layers below.
#[derive(Debug, Clone, Copy)]
pub struct Until(pub Instant);

/// The layer.
pub async fn layer(State(deadline): State<Deadline>, mut request: Request, next: Next) -> Response {
    let allowed = requested(request.headers()).unwrap_or(deadline.default).min(deadline.default);
    request.extensions_mut().insert(Until(deadline.clock.instant() + allowed));
    tokio::time::timeout(allowed, next.run(request)).await.unwrap_or_else(|_| {
        super::refuse(Status::deadline_exceeded("the call took longer than its deadline"))
    })
}

/// What `grpc-timeout` asks for: at most eight digits and a unit.
#[must_use]
pub fn requested(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_outs_as_grpc_writes_them() {
        let parse = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            requested(&headers)
        };
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("2S"), Some(Duration::from_secs(2)));
        assert_eq!(parse("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["", "S", "2", "-1S", "123456789S", "2x", "2é"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
