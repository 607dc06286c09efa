//! `AttachmentService`.

use std::{pin::Pin, time::Duration};

use bytes::Bytes;
use chamados_chassis::{
    context::CallContext,
    error::{Invalid, status},
    grpc::pieces,
    task,
};
use chamados_proto::ticket::v1::{
    self as pb, attachment_service_server::AttachmentService,
    download_attachment_response::Part as Down, upload_attachment_request::Part as Up,
};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use tonic::{Request, Response, Status, Streaming};

use super::decode;
use crate::{
    app::{
        App,
        attachments::{self, Upload},
    },
    domain::{Attachment, FileName},
};

/// How long to wait for the next part of an upload.
const PATIENCE: Duration = Duration::from_secs(60);
/// Most bytes of a part of an upload.
const MOST_IN: usize = 1024 * 1024;
/// Most bytes of a part of a download.
const MOST_OUT: usize = 64 * 1024;

/// The service.
pub(super) struct Api(pub(super) App);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl AttachmentService for Api {
    type UploadAttachmentStream = Answers<pb::UploadAttachmentResponse>;
    type DownloadAttachmentStream = Answers<pb::DownloadAttachmentResponse>;

    async fn upload_attachment(
        &self,
        request: Request<Streaming<pb::UploadAttachmentRequest>>,
    ) -> Result<Response<Self::UploadAttachmentStream>, Status> {
        let (app, cx) = (self.0.clone(), CallContext::of(&request)?);
        let parts = request.into_inner();
        // In a task of its own, so that a caller who goes away does not drop it before it has cleaned up.
        let work = task::spawn("upload", async move { receive(&app, &cx, parts).await });
        let answer = stream::once(async move {
            let file = work.await.map_err(|_| Status::internal("internal error"))??;
            Ok(pb::UploadAttachmentResponse { attachment: Some(file.into()) })
        });
        Ok(Response::new(Box::pin(answer)))
    }

    async fn get_attachment(
        &self,
        request: Request<pb::GetAttachmentRequest>,
    ) -> Result<Response<pb::Attachment>, Status> {
        let cx = CallContext::of(&request)?;
        let id = decode::id("id", &request.get_ref().id).map_err(status)?;
        let file = attachments::get(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(file.into()))
    }

    async fn download_attachment(
        &self,
        request: Request<pb::DownloadAttachmentRequest>,
    ) -> Result<Response<Self::DownloadAttachmentStream>, Status> {
        let cx = CallContext::of(&request)?;
        let id = decode::id("id", &request.get_ref().id).map_err(status)?;
        let (file, bytes) = attachments::read(&self.0, &cx, id).await.map_err(status)?;
        let expected = file.blake3.clone();
        let head = stream::once(async move { Ok(Down::Attachment(file.into())) });
        let bytes = bytes.map_err(|error| status(crate::Error::from(error)));
        let chunks = verified(bytes, expected).map_ok(Down::Chunk);
        let parts = head.chain(chunks);
        let parts = parts.map_ok(|part| pb::DownloadAttachmentResponse { part: Some(part) });
        Ok(Response::new(Box::pin(parts)))
    }

    async fn list_attachments(
        &self,
        request: Request<pb::ListAttachmentsRequest>,
    ) -> Result<Response<pb::ListAttachmentsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let ticket = decode::id("ticket_id", &request.ticket_id).map_err(status)?;
        let page = decode::page(request.page_size, &request.page_token).map_err(status)?;
        let page = attachments::list(&self.0, &cx, ticket, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListAttachmentsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            attachments: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn delete_attachment(
        &self,
        request: Request<pb::DeleteAttachmentRequest>,
    ) -> Result<Response<pb::DeleteAttachmentResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let id = decode::id("id", &request.get_ref().id).map_err(status)?;
        attachments::delete(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(pb::DeleteAttachmentResponse {}))
    }
}

type Parts = Streaming<pb::UploadAttachmentRequest>;

/// Takes a file in; what is not taken whole leaves nothing.
async fn receive(app: &App, cx: &CallContext, mut parts: Parts) -> Result<Attachment, Status> {
    let Some(Up::Header(header)) = next(&mut parts).await? else {
        return Err(status(Invalid::field("part", "must be a header first")));
    };
    let name = FileName::clean(&header.file_name);
    let announced = u64::try_from(header.size)
        .map_err(|_| status(Invalid::field("header.size", "must not be negative")))?;
    let mut upload = Upload::begin(app, cx, name, announced).await.map_err(status)?;
    match fill(&mut upload, &mut parts).await {
        Ok(file) => Ok(file),
        Err(refusal) => {
            upload.abandon().await;
            Err(refusal)
        }
    }
}

async fn fill(upload: &mut Upload, parts: &mut Parts) -> Result<Attachment, Status> {
    loop {
        match next(parts).await? {
            Some(Up::Chunk(bytes)) if bytes.len() <= MOST_IN => {
                upload.add(bytes).await.map_err(status)?;
            }
            Some(Up::Chunk(_)) => {
                return Err(status(Invalid::field("chunk", "must have at most 1 MiB")));
            }
            Some(Up::End(_)) => return upload.finish().await.map_err(status),
            Some(Up::Header(_)) => {
                return Err(status(Invalid::field("part", "must have one header only")));
            }
            None => return Err(status(Invalid::field("part", "must end with an end"))),
        }
    }
}

async fn next(parts: &mut Parts) -> Result<Option<Up>, Status> {
    let next = tokio::time::timeout(PATIENCE, parts.message()).await;
    let next = next.map_err(|_| Status::deadline_exceeded("the upload stands still"))??;
    Ok(next.and_then(|message| message.part))
}

/// The same bytes in small pieces, and an error at the end when they are not what `expected` is of.
fn verified(
    bytes: impl Stream<Item = Result<Bytes, Status>> + Send,
    expected: String,
) -> impl Stream<Item = Result<Bytes, Status>> + Send {
    let state = (Box::pin(pieces(bytes, MOST_OUT)), blake3::Hasher::new(), expected);
    stream::try_unfold(state, |(mut pieces, mut hasher, expected)| async move {
        match pieces.next().await.transpose()? {
            Some(piece) => {
                hasher.update(&piece);
                Ok(Some((piece, (pieces, hasher, expected))))
            }
            None if hasher.finalize().to_hex().as_str() == expected => Ok(None),
            None => Err(Status::data_loss("the stored file is damaged")),
        }
    })
}
