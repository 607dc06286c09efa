//! Counts calls and how long they took, by service, method and code. Methods that do not exist are
//! one label, so that nobody can fill the memory with invented ones.

use std::sync::Arc;

use axum::{extract::{Request, State}, middleware::Next, response::Response};
use opentelemetry::{KeyValue, metrics::Histogram};
use tonic::{Code, Status};

use crate::{clock::SharedClock, telemetry::Metrics};

/// Instruments of the layer.
#[derive(Clone)]
pub struct CallMetrics {
    duration: Histogram<f64>,
    clock: SharedClock,
}

impl CallMetrics {
    /// Registers the instruments.
    #[must_use]
    pub fn new(metrics: &Metrics, clock: SharedClock) -> Self {
        let duration = metrics
            .meter()
            .f64_histogram("rpc.server.duration")
            .with_unit("s")
            .with_description("Time from a call's arrival to its answer's head")
            .with_boundaries(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
            .build();
        Self { duration, clock: Arc::clone(&clock) }
    }
}

/// The layer.
pub async fn layer(State(metrics): State<CallMetrics>, request: Request, next: Next) -> Response {
    let start = metrics.clock.instant();
    let method = request.uri().path().trim_start_matches('/').to_owned();
    let response = next.run(request).await;
    let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |s| s.code());
    let method = if code == Code::Unimplemented { "unknown".to_owned() } else { method };
    let elapsed = metrics.clock.instant() - start;
    let labels = [
        KeyValue::new("rpc.method", method),
        KeyValue::new("rpc.grpc.status_code", i64::from(code as i32)),
    ];
    metrics.duration.record(elapsed.as_secs_f64(), &labels);
    response
}
