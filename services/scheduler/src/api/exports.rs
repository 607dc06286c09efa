//! `ExportService`.

use chamados_chassis::{clock::to_proto, context::CallContext, error::status, grpc::pieces};
use chamados_proto::scheduler::v1::{
    self as pb, download_export_response::Part, export_service_server::ExportService,
};
use chamados_store_kit::idempotency::Fingerprint;
use futures::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, exports},
    domain::export::{Export, File},
};

/// Most bytes of a part of a download.
const MOST: usize = 256 << 10;

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl ExportService for Api {
    type DownloadExportStream = BoxStream<'static, Result<pb::DownloadExportResponse, Status>>;

    async fn create_export(
        &self,
        request: Request<pb::CreateExportRequest>,
    ) -> Result<Response<pb::Export>, Status> {
        let cx = CallContext::of(&request)?;
        let fingerprint = Fingerprint::of(request.get_ref());
        let wish = exports::Wish { request_id: request.into_inner().request_id, fingerprint };
        let export = exports::create(&self.0, &cx, wish).await.map_err(status)?;
        Ok(Response::new(export.into()))
    }

    async fn list_exports(
        &self,
        request: Request<pb::ListExportsRequest>,
    ) -> Result<Response<pb::ListExportsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let exports = exports::list(&self.0, &cx).await.map_err(status)?;
        let exports = exports.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListExportsResponse { exports }))
    }

    async fn get_export(
        &self,
        request: Request<pb::GetExportRequest>,
    ) -> Result<Response<pb::Export>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::run_id(&request.get_ref().id).map_err(status)?;
        let export = exports::get(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(export.into()))
    }

    async fn cancel_export(
        &self,
        request: Request<pb::CancelExportRequest>,
    ) -> Result<Response<pb::Export>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::run_id(&request.get_ref().id).map_err(status)?;
        let export = exports::cancel(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(export.into()))
    }

    async fn download_export(
        &self,
        request: Request<pb::DownloadExportRequest>,
    ) -> Result<Response<Self::DownloadExportStream>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::run_id(&request.get_ref().id).map_err(status)?;
        let (export, bytes) = exports::open(&self.0, &cx, id).await.map_err(status)?;
        let head = stream::once(async move { Ok(Part::Export(export.into())) });
        let chunks = pieces(bytes.map_err(status), MOST);
        let parts = head.chain(chunks.map_ok(Part::Chunk));
        let parts = parts.map_ok(|part| pb::DownloadExportResponse { part: Some(part) });
        Ok(Response::new(parts.boxed()))
    }
}

impl From<Export> for pb::Export {
    fn from(export: Export) -> Self {
        let Export { run, created_at, counts, file } = export;
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (size, expires_at) =
            file.map(|File { size, expires_at, .. }| (size, expires_at)).unzip();
        Self {
            id: run.id.to_string(),
            state: convert::run_state(run.state).into(),
            create_time: Some(to_proto(created_at)),
            start_time: run.started_at.map(to_proto),
            end_time: run.ended_at.map(to_proto),
            attempt: run.attempt,
            records: signed(counts.records),
            attachments: signed(counts.attachments),
            unreadable: signed(counts.unreadable),
            size: signed(size.unwrap_or_default()),
            expire_time: expires_at.map(to_proto),
            summary: run.summary,
        }
    }
}
