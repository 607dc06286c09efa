//! What operators and their machines ask any process: is it alive, can it work, what has it done.
//!
//! `/healthz`, `/readyz` and `/metrics` by HTTP and `grpc.health.v1.Health` by gRPC, on one port of its own that
//! speaks no TLS and knows no accounts: it is for a network that only operators reach.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use tonic::service::Routes;

use crate::{health::Health, telemetry::Metrics};

/// Whether the process can do its work.
#[derive(Debug, Clone, Serialize)]
pub struct Readiness {
    /// Whether every part is ready.
    pub ready: bool,
    /// Each part of the process, by name.
    pub parts: BTreeMap<&'static str, bool>,
}

impl Readiness {
    /// What `health` says now.
    #[must_use]
    pub fn of(health: &Health) -> Self {
        let parts = health.report();
        Self { ready: parts.values().all(|ready| *ready), parts }
    }

    /// 200 when ready, otherwise 503.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        if self.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    }
}

/// The answer to `/healthz`: a process that answers is alive.
#[must_use]
pub const fn alive() -> &'static str {
    "ok"
}

/// The answer to `/metrics`.
#[must_use]
pub fn exposition(metrics: &Metrics) -> Response {
    let format = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (format, metrics.render()).into_response()
}

/// Everything, for a listener of its own.
pub fn router(health: &Health, metrics: Metrics) -> Router {
    let grpc = Routes::new(health.service()).into_axum_router();
    let health = health.clone();
    Router::new()
        .route("/healthz", get(async || alive()))
        .route(
            "/readyz",
            get(async move || {
                let readiness = Readiness::of(&health);
                (readiness.status(), Json(readiness))
            }),
        )
        .route("/metrics", get(async move || exposition(&metrics)))
        // Without this, a path that is not there would be answered as a call of gRPC.
        .merge(grpc.reset_fallback())
}
