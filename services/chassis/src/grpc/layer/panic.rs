//! A panic in a handler is an INTERNAL for its caller and nobody else's business. The panic hook
//! has already logged it, inside the call's span.

use std::panic::AssertUnwindSafe;

use axum::{extract::Request, middleware::Next, response::Response};
use futures::FutureExt as _;
use tonic::Status;

/// The layer.
pub async fn layer(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .await
        .unwrap_or_else(|_panic| super::refuse(Status::internal("internal error")))
}
