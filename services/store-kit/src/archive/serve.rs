//! Serves a service's rows to whoever puts together an archive.

use chamados_chassis::{context::CallContext, error::status};
use chamados_proto::archive::v1::{
    ReadArchiveRequest, ReadArchiveResponse,
    archive_service_server::{ArchiveService, ArchiveServiceServer},
};
use futures::{StreamExt as _, stream::BoxStream};
use tonic::{Request, Response, Status};

use super::Source;

impl Source {
    /// The gRPC service.
    #[must_use]
    pub fn into_server(self) -> ArchiveServiceServer<Self> {
        ArchiveServiceServer::new(self)
    }
}

#[tonic::async_trait]
impl ArchiveService for Source {
    type ReadArchiveStream = BoxStream<'static, Result<ReadArchiveResponse, Status>>;

    async fn read_archive(
        &self,
        request: Request<ReadArchiveRequest>,
    ) -> Result<Response<Self::ReadArchiveStream>, Status> {
        let cx = CallContext::of(&request)?;
        cx.principal().require_service().map_err(status)?;
        let tenant = cx.principal().tenant().map_err(status)?;
        let parts = self.read(tenant).map(|part| Ok(ReadArchiveResponse { part: Some(part?) }));
        Ok(Response::new(parts.boxed()))
    }
}
