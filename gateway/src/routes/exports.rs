//! Archives of everything the tenant owns.

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chamados_proto::scheduler::v1::{self as pb, download_export_response::Part};
use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use serde::Serialize;
use tonic::Status;
use utoipa::ToSchema;
use uuid::Uuid;

use super::runs::RunState;
use crate::{
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    wire::{Created, List, created, optional_time, time},
};

/// An archive of everything the tenant owns, or how far it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Export {
    /// UUIDv7, which is also that of its run.
    id: String,
    /// Where its run stands.
    state: RunState,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When its first attempt began.
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    /// Attempts begun so far.
    attempt: i32,
    /// Records written by the present attempt, counted every second.
    records: i64,
    /// Attachments begun, likewise.
    attachments: i64,
    /// What could not be read so far; the archive's manifest names it.
    unreadable: i64,
    /// Length of the archive in bytes; 0 before it is whole.
    size: i64,
    /// Until when it can be downloaded; null before it is whole.
    expires_at: Option<DateTime<Utc>>,
    /// What came of it, or why it failed.
    summary: String,
}

impl Export {
    fn of(export: pb::Export) -> Result<Self> {
        Ok(Self {
            id: export.id,
            state: RunState::of(export.state)?,
            created_at: time(export.create_time)?,
            started_at: optional_time(export.start_time),
            ended_at: optional_time(export.end_time),
            attempt: export.attempt,
            records: export.records,
            attachments: export.attachments,
            unreadable: export.unreadable,
            size: export.size,
            expires_at: optional_time(export.expire_time),
            summary: export.summary,
        })
    }
}

/// List exports
///
/// The newest 50 on one page, the newest first. Admins only.
#[utoipa::path(
    get, path = "/api/admin/exports", tag = "exports",
    responses((status = 200, description = "The exports.", body = List<Export>)),
)]
pub(crate) async fn list_exports(
    State(gateway): State<Gateway>,
    caller: Caller,
) -> Result<Json<List<Export>>> {
    let request = caller.request(pb::ListExportsRequest {});
    let exports = gateway.clients.exports().list_exports(request).await?.into_inner().exports;
    let exports = exports.into_iter().map(Export::of).collect::<Result<_>>()?;
    Ok(Json(List::whole(exports)))
}

/// Have an archive put together
///
/// By a run of its own; `GET` tells how far it is. Admins only. 409 `export_under_way` while another has not
/// ended.
#[utoipa::path(
    post, path = "/api/admin/exports", tag = "exports", params(IdempotencyKey),
    responses((status = 201, description = "It waits for its turn.", body = Export,
        headers(("Location" = String, description = "Its address.")))),
)]
pub(crate) async fn create_export(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<Created<Json<Export>>> {
    let request = caller.request(pb::CreateExportRequest { request_id });
    let export = Export::of(gateway.clients.exports().create_export(request).await?.into_inner())?;
    Ok(created(format!("/api/admin/exports/{}", export.id), Json(export)))
}

/// Get an export
///
/// Admins only.
#[utoipa::path(
    get, path = "/api/admin/exports/{id}", tag = "exports",
    params(("id" = Uuid, Path, description = "UUIDv7 of the export.")),
    responses((status = 200, description = "The export.", body = Export)),
)]
pub(crate) async fn get_export(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Export>> {
    let request = caller.request(pb::GetExportRequest { id: id.to_string() });
    let export = gateway.clients.exports().get_export(request).await?.into_inner();
    Ok(Json(Export::of(export)?))
}

/// Call an export off
///
/// One that has not ended; 409 `export_ended` otherwise. Admins only.
#[utoipa::path(
    post, path = "/api/admin/exports/{id}/cancel", tag = "exports",
    params(("id" = Uuid, Path, description = "UUIDv7 of the export.")),
    responses((status = 200, description = "The export, which is over.", body = Export)),
)]
pub(crate) async fn cancel_export(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Export>> {
    let request = caller.request(pb::CancelExportRequest { id: id.to_string() });
    let export = gateway.clients.exports().cancel_export(request).await?.into_inner();
    Ok(Json(Export::of(export)?))
}

/// Download an archive
///
/// A zip of JSON Lines, attachments and a manifest. That it was downloaded is in the audit log. Admins only.
/// 409 `export_not_ready` before it is whole, 404 `export_expired` after seven days.
#[utoipa::path(
    get, path = "/api/admin/exports/{id}/archive", tag = "exports",
    params(("id" = Uuid, Path, description = "UUIDv7 of the export.")),
    responses((status = 200, description = "Its bytes.", body = String, content_type = "application/zip")),
)]
pub(crate) async fn download_export(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let request = caller.request(pb::DownloadExportRequest { id: id.to_string() });
    let mut parts = gateway.clients.exports().download_export(request).await?.into_inner();
    let Some(Part::Export(export)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(Problem::internal("a download began without its export"));
    };
    let day = time(export.create_time)?.format("%Y-%m-%d");
    let how = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, export.size.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"chamados-{day}.zip\"")),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    let bytes = parts.map(|part| match part?.part {
        Some(Part::Chunk(bytes)) => Ok::<Bytes, Status>(bytes),
        _ => Err(Status::internal("a download went on without bytes")),
    });
    Ok((how, Body::from_stream(bytes)).into_response())
}
