//! Counts calls and how long they took, by method and code. Methods that no contract has are one
//! label, so that nobody can fill the memory with invented ones.

use std::{collections::HashSet, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use opentelemetry::{KeyValue, metrics::Histogram};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{Code, Status};

use crate::{clock::SharedClock, telemetry::Metrics};

/// Instruments of the layer.
#[derive(Clone)]
pub struct CallMetrics {
    duration: Histogram<f64>,
    clock: SharedClock,
    /// Paths of every method of the contracts.
    known: Arc<HashSet<String>>,
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
            .with_boundaries(vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            ])
            .build();
        Self { duration, clock, known: Arc::new(methods()) }
    }
}

fn methods() -> HashSet<String> {
    // The set is what this program was compiled with; it can be read.
    let set = FileDescriptorSet::decode(chamados_proto::FILE_DESCRIPTOR_SET).unwrap_or_default();
    let mut paths = HashSet::new();
    for file in &set.file {
        for service in &file.service {
            let methods = service.method.iter();
            paths.extend(
                methods.map(|method| {
                    format!("/{}.{}/{}", file.package(), service.name(), method.name())
                }),
            );
        }
    }
    paths
}

/// The layer.
pub async fn layer(State(metrics): State<CallMetrics>, request: Request, next: Next) -> Response {
    let start = metrics.clock.instant();
    let path = request.uri().path();
    let method = if metrics.known.contains(path) { &path[1..] } else { "unknown" }.to_owned();
    let response = next.run(request).await;
    let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |s| s.code());
    let elapsed = metrics.clock.instant() - start;
    let labels = [
        KeyValue::new("rpc.method", method),
        KeyValue::new("rpc.grpc.status_code", i64::from(code as i32)),
    ];
    metrics.duration.record(elapsed.as_secs_f64(), &labels);
    response
}
