//! One span a call, continuing the caller's trace, with the request id that the logs are searched
//! by. A call without a usable request id gets one.

use axum::{extract::Request, middleware::Next, response::Response};
use http::HeaderValue;
use tracing::{Instrument as _, field};

use crate::{context::REQUEST_ID, grpc::propagation};

/// The layer.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    if let Ok(value) = HeaderValue::try_from(&id) {
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let path = request.uri().path().trim_start_matches('/');
    let (service, method) = path.split_once('/').unwrap_or((path, ""));
    let span = tracing::info_span!(
        "rpc",
        otel.kind = "server",
        otel.name = path,
        rpc.service = service,
        rpc.method = method,
        request_id = id,
        trace_id = field::Empty,
        user = field::Empty,
    );
    propagation::follow(&span, request.headers());
    next.run(request).instrument(span).await
}

/// The caller's request id when it is short and plain, else a new one.
pub(super) fn request_id(headers: &http::HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| crate::context::is_request_id(id))
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), ToOwned::to_owned)
}
