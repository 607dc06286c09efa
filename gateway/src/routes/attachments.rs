//! Files of tickets and comments, streamed both ways.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{
        Multipart, State,
        multipart::{Field, MultipartRejection},
    },
    response::{IntoResponse as _, Response},
};
use chamados_proto::ticket::v1::{
    self as pb, download_attachment_response::Part as Down, upload_attachment_request::Part as Up,
};
use chrono::{DateTime, Utc};
use futures::{SinkExt as _, StreamExt as _, channel::mpsc};
use http::{
    HeaderMap, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
        ETAG, IF_NONE_MATCH,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use tonic::Status;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    names::{Actor, Mentions, Names},
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    wire::{Created, List, Paging, created, time},
};

/// Most bytes of a part of an upload.
const MOST: usize = 1024 * 1024;
/// Parts of an upload that wait for the service.
const WAITING: usize = 2;
/// How long to listen to the rest of an upload that was refused.
const PATIENCE: Duration = Duration::from_secs(10);
/// What stands for itself in the extended form of a parameter (RFC 8187).
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    /// UUIDv7.
    pub(super) id: String,
    /// 1 to 200 characters, without a path.
    file_name: String,
    /// What its bytes say it is, for example `image/png`.
    content_type: String,
    /// Bytes.
    size: i64,
    /// Whether a page may show it in place: PNG, JPEG, GIF and WebP.
    inline_safe: bool,
    uploader: Actor,
    created_at: DateTime<Utc>,
    /// UUIDv7 of the comment it came with; null for the description's and before it is attached.
    comment_id: Option<String>,
}

impl Attachment {
    pub(super) fn of(file: pb::Attachment, names: &Names) -> Result<Self> {
        Ok(Self {
            id: file.id,
            file_name: file.file_name,
            content_type: file.content_type,
            size: file.size,
            inline_safe: file.inline_safe,
            uploader: names.actor(file.uploader),
            created_at: time(file.create_time)?,
            comment_id: file.comment_id,
        })
    }
}

/// What an upload sends.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Upload {
    /// The bytes, with the file's name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Upload a file
///
/// Takes one file of at most 25 MiB, unless the operator set another limit. It is the uploader's alone until
/// it is attached to a comment or a ticket, and removed after 24 hours if it never is. `413
/// attachment_too_large`; `409 too_many_uploads` with a hundred files that are attached nowhere. Sending it
/// again makes another file: `Idempotency-Key` is not read here.
#[utoipa::path(
    post, path = "/api/attachments", tag = "attachments",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The file.", body = Attachment,
            headers(("Location" = String, description = "Address of the file."))),
        (status = 413, description = "The file is too large."),
        (status = 415, description = "The body is not `multipart/form-data`."),
    ),
)]
pub(crate) async fn upload_attachment(
    State(gateway): State<Gateway>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Created<Json<Attachment>>> {
    let mut form = form.map_err(|_| {
        let detail = "The request body must be multipart/form-data.";
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    })?;
    let (parts, received) = mpsc::channel(WAITING);
    let request = caller.request(received);
    let mut client = gateway.clients.attachments();
    let store = async {
        let mut answers = client.upload_attachment(request).await?.into_inner();
        let answer = answers.message().await?.and_then(|answer| answer.attachment);
        answer.ok_or_else(|| Problem::internal("an upload came to nothing"))
    };
    // Whichever fails first ends the other.
    let outcome = futures::try_join!(store, send(&mut form, parts)).map_err(too_large);
    if outcome.is_err() {
        // Browsers that still send hear no answer.
        let rest = async { while let Ok(Some(_)) = form.next_field().await {} };
        let _heard = tokio::time::timeout(PATIENCE, rest).await;
    }
    let (file, ()) = outcome?;
    let mut mentions = Mentions::default();
    mentions.actor(file.uploader.as_ref());
    let file = Attachment::of(file, &mentions.resolve(&gateway, &caller).await)?;
    Ok(created(format!("/api/attachments/{}", file.id), Json(file)))
}

type Parts = mpsc::Sender<pb::UploadAttachmentRequest>;

/// Passes the one file of a form on, and says so at its end. When the service hears no more, what it
/// answers counts.
async fn send(form: &mut Multipart, mut parts: Parts) -> Result<()> {
    let missing = || Problem::invalid("file", "must be given once, with a file name");
    let mut field = form.next_field().await.map_err(|_| incomplete())?.ok_or_else(missing)?;
    let file_name = file_name(&field).ok_or_else(missing)?;
    let header = pb::UploadHeader { file_name, size: 0 };
    let mut open = give(&mut parts, Up::Header(header)).await;
    while open && let Some(mut bytes) = field.chunk().await.map_err(|_| incomplete())? {
        while open && !bytes.is_empty() {
            let chunk = bytes.split_to(bytes.len().min(MOST));
            open = give(&mut parts, Up::Chunk(chunk)).await;
        }
    }
    drop(field);
    if open {
        if form.next_field().await.map_err(|_| incomplete())?.is_some() {
            return Err(missing());
        }
        give(&mut parts, Up::End(pb::UploadEnd {})).await;
    }
    Ok(())
}

fn file_name(field: &Field<'_>) -> Option<String> {
    (field.name() == Some("file")).then(|| field.file_name().map(str::to_owned))?
}

/// Whether there still is somebody who takes it.
async fn give(parts: &mut Parts, part: Up) -> bool {
    parts.send(pb::UploadAttachmentRequest { part: Some(part) }).await.is_ok()
}

fn incomplete() -> Problem {
    let detail = "The request body did not arrive in full.";
    Problem::new(StatusCode::BAD_REQUEST, "incomplete_body", detail)
}

/// Waiting does not make a file smaller: to the service it is one shortage among others, in HTTP it has a
/// status of its own.
fn too_large(problem: Problem) -> Problem {
    if problem.code() == "attachment_too_large" {
        let detail = "The file is larger than this installation takes.";
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "attachment_too_large", detail);
    }
    problem
}

/// Download a file
///
/// Visible with the comment or ticket it came with; before, to its uploader. Images that carry no script
/// are shown in place, everything else is a download. `ETag` and `If-None-Match` are honoured.
#[utoipa::path(
    get, path = "/api/attachments/{id}", tag = "attachments",
    params(
        ("id" = Uuid, Path, description = "UUIDv7 of the file."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what the client has."),
    ),
    responses(
        (status = 200, description = "Its bytes.", body = String, content_type = "*/*",
            headers(
                ("Content-Disposition" = String, description = "Its name, and whether it may be shown in place."),
                ("ETag" = String, description = "Of these bytes."),
            )),
        (status = 304, description = "The client has these bytes."),
    ),
)]
pub(crate) async fn download_attachment(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response> {
    let request = caller.request(pb::DownloadAttachmentRequest { id: id.to_string() });
    let answer = gateway.clients.attachments().download_attachment(request).await?;
    let mut parts = answer.into_inner();
    let Some(Down::Attachment(file)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(Problem::internal("a download began without its file"));
    };
    let etag = format!("\"{}\"", file.blake3);
    // Asked for each time, so that who may not see it any more is told so.
    let known = [(ETAG, etag.clone()), (CACHE_CONTROL, "private, no-cache".to_owned())];
    let shown = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if shown.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, known).into_response());
    }
    let how = [
        (CONTENT_TYPE, file.content_type.clone()),
        (CONTENT_LENGTH, file.size.to_string()),
        (CONTENT_DISPOSITION, disposition(&file)),
        // Whatever it is, it runs nothing and belongs to no page.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    let bytes = parts.map(|part| match part?.part {
        Some(Down::Chunk(bytes)) => Ok::<Bytes, Status>(bytes),
        _ => Err(Status::internal("a download went on without bytes")),
    });
    Ok((known, how, Body::from_stream(bytes)).into_response())
}

/// `Content-Disposition` of a file (RFC 6266), with its name for old clients and in full.
fn disposition(file: &pb::Attachment) -> String {
    let way = if file.inline_safe { "inline" } else { "attachment" };
    let plain =
        |c: char| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') { c } else { '_' };
    let old: String = file.file_name.chars().map(plain).collect();
    let full = utf8_percent_encode(&file.file_name, &PLAIN);
    format!("{way}; filename=\"{old}\"; filename*=UTF-8''{full}")
}

/// Delete a file
///
/// One the caller uploaded and attached nowhere; else `409 attachment_attached`.
#[utoipa::path(
    delete, path = "/api/attachments/{id}", tag = "attachments",
    params(("id" = Uuid, Path, description = "UUIDv7 of the file.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "`attachment_attached`: it came with a comment or a ticket."),
    ),
)]
pub(crate) async fn delete_attachment(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let request = caller.request(pb::DeleteAttachmentRequest { id: id.to_string() });
    gateway.clients.attachments().delete_attachment(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List a ticket's files
///
/// Those of the description and of the comments the caller may see, oldest first.
#[utoipa::path(
    get, path = "/api/tickets/{id}/attachments", tag = "attachments",
    params(("id" = Uuid, Path, description = "UUIDv7 of the ticket."), Paging),
    responses((status = 200, description = "One page.", body = List<Attachment>)),
)]
pub(crate) async fn list_ticket_attachments(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<Paging>,
) -> Result<Json<List<Attachment>>> {
    let request = caller.request(pb::ListAttachmentsRequest {
        ticket_id: id.to_string(),
        page_size: query.page_size,
        page_token: query.page_token,
    });
    let page = gateway.clients.attachments().list_attachments(request).await?.into_inner();
    let mut mentions = Mentions::default();
    page.attachments.iter().for_each(|file| mentions.actor(file.uploader.as_ref()));
    let names = mentions.resolve(&gateway, &caller).await;
    let files = page.attachments.into_iter().map(|file| Attachment::of(file, &names));
    Ok(Json(List::page(files.collect::<Result<_>>()?, page.next_page_token, page.total_size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_in_a_header() {
        for (file_name, inline_safe, expected) in [
            ("a.png", true, "inline; filename=\"a.png\"; filename*=UTF-8''a.png"),
            (
                "São \"João\".pdf",
                false,
                "attachment; filename=\"S_o__Jo_o_.pdf\"; filename*=UTF-8''S%C3%A3o%20%22Jo%C3%A3o%22.pdf",
            ),
            ("50%;x", false, "attachment; filename=\"50_;x\"; filename*=UTF-8''50%25%3Bx"),
        ] {
            let file_name = file_name.to_owned();
            let file = pb::Attachment { file_name, inline_safe, ..Default::default() };
            assert_eq!(disposition(&file), expected);
        }
    }
}
