//! The outermost layer: a request id on every answer, one span a request that continues the
//! caller's trace, the time taken, and problems written out.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use chamados_chassis::{context::is_request_id, grpc::propagation};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, request::Parts};
use opentelemetry::{KeyValue, metrics::Histogram};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field};
use uuid::Uuid;

use crate::{
    problem::{self, Problem},
    state::Gateway,
};

/// Header of the request id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Route of requests that match none, so that nobody can fill the memory with invented ones.
const UNMATCHED: &str = "unmatched";
/// Upper bounds of the buckets, in seconds.
const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The instruments of the layer.
#[derive(Clone)]
pub(crate) struct Trace {
    gateway: Gateway,
    duration: Histogram<f64>,
}

impl Trace {
    pub(crate) fn new(gateway: Gateway) -> Self {
        let duration = gateway
            .metrics
            .meter()
            .f64_histogram("http.server.duration")
            .with_unit("s")
            .with_description("Time from a request's arrival to its answer's head")
            .with_boundaries(BUCKETS.to_vec())
            .build();
        Self { gateway, duration }
    }

    fn record(&self, method: &Method, route: &str, status: StatusCode, since: Instant) {
        let elapsed = self.gateway.clock.instant() - since;
        let labels = [
            KeyValue::new("http.request.method", known_method(method)),
            KeyValue::new("http.route", route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(status.as_u16())),
        ];
        self.duration.record(elapsed.as_secs_f64(), &labels);
        match status.as_u16() {
            500.. => tracing::warn!(status = status.as_u16(), ?elapsed, "failed"),
            // Who tries what they may not do, or too often, is worth knowing.
            401 | 403 | 429 => tracing::info!(status = status.as_u16(), ?elapsed, "refused"),
            _ => tracing::debug!(status = status.as_u16(), ?elapsed, "answered"),
        }
    }
}

/// When a request came and what it is called in the logs. An extractor.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) request_id: Arc<str>,
    pub(crate) deadline: Instant,
}

impl<S: Sync> FromRequestParts<S> for Arrival {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let arrival = parts.extensions.get::<Self>().cloned();
        arrival.ok_or_else(|| Problem::internal("the trace layer is missing"))
    }
}

/// The layer.
pub(crate) async fn layer(
    State(trace): State<Trace>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = trace.gateway.clock.instant();
    let request_id = request_id(request.headers());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or(UNMATCHED, MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(Arrival {
        request_id: Arc::from(&*request_id),
        deadline: start + trace.gateway.time_limit(),
    });
    let span = span(&request, &route, &request_id);
    let answer = async {
        let response = problem::rendered(next.run(request).await, &request_id);
        Span::current().record("http.response.status_code", response.status().as_u16());
        trace.record(&method, &route, response.status(), start);
        response
    };
    let mut response = answer.instrument(span).await;
    if let Ok(value) = HeaderValue::try_from(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn span(request: &Request, route: &str, request_id: &str) -> Span {
    let method = known_method(request.method());
    let span = tracing::info_span!(
        "http",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        http.request.method = method,
        http.route = route,
        // Without the query: the set-up link carries a secret there.
        url.path = request.uri().path(),
        http.response.status_code = field::Empty,
        request_id,
        trace_id = field::Empty,
        user = field::Empty,
    );
    propagation::follow(&span, request.headers());
    span
}

/// The caller's request id when it is short and plain, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_request_id(id))
        .map_or_else(|| Uuid::now_v7().to_string(), ToOwned::to_owned)
}

fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}
