//! For operators: health, metrics, the contract.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chamados_chassis::operations;
use http::{StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{extract::Json, state::Gateway};

/// Whether the process can do its work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether every part is ready.
    ready: bool,
    /// Each part of the process, by name.
    #[schema(value_type = BTreeMap<String, bool>)]
    parts: BTreeMap<&'static str, bool>,
}

/// Tell whether the process is alive
///
/// Does no work and looks at nothing else: a process that answers is alive.
#[utoipa::path(
    get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, description = "Alive.", body = String, content_type = "text/plain")),
)]
pub(crate) async fn healthz() -> &'static str {
    operations::alive()
}

/// Tell whether the process can do its work
///
/// By part, so that an operator sees which one is away.
#[utoipa::path(
    get, path = "/readyz", tag = "operations", security(()),
    responses(
        (status = 200, description = "Every part is ready.", body = Readiness),
        (status = 503, description = "Some part is not.", body = Readiness),
    ),
)]
pub(crate) async fn readyz(State(gateway): State<Gateway>) -> (StatusCode, Json<Readiness>) {
    let readiness = operations::Readiness::of(&gateway.health);
    let status = readiness.status();
    let operations::Readiness { ready, parts } = readiness;
    (status, Json(Readiness { ready, parts }))
}

/// Get metrics
///
/// In Prometheus' text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "Metrics.", body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics(State(gateway): State<Gateway>) -> Response {
    operations::exposition(&gateway.metrics)
}

/// Get this contract
///
/// As OpenAPI 3.1. For reading it in a browser there is `/api/docs`.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "operations", security(()),
    responses((status = 200, description = "The contract.", body = Object)),
)]
pub(crate) async fn get_openapi() -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
        // The document is plain data; its JSON cannot fail.
        serde_json::to_vec(&crate::openapi()).unwrap_or_default().into()
    });
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone()).into_response()
}
