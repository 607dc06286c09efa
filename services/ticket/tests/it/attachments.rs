//! Files: in and out whole, seen with what they came with, and gone when they came with nothing.

use std::time::Duration;

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::{
    identity::v1::UsersMerged,
    ticket::v1::{
        self as pb, Visibility, attachment_service_client::AttachmentServiceClient,
        download_attachment_response::Part as Down, upload_attachment_request::Part as Up,
    },
};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use futures::{StreamExt as _, TryStreamExt as _, future::join_all, stream};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    jobs::{execute, summary},
    support::{Desk, about, fields, reason, user},
};

store_suite!(
    a_file_comes_back_as_it_was,
    what_is_not_whole_leaves_nothing,
    an_upload_that_breaks_off_leaves_nothing,
    files_are_seen_with_what_they_came_with,
    a_file_is_attached_once,
    a_description_brings_files,
    files_that_came_with_nothing_go,
    a_hundred_loose_files_are_enough,
    a_damaged_file_is_not_given_as_whole,
    loose_files_follow_a_merge,
);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
/// How long to wait for what happens by itself.
const LIMIT: Duration = Duration::from_secs(30);
/// The limit of these tests.
const MEBIBYTE: usize = 1024 * 1024;

fn client(desk: &Desk) -> AttachmentServiceClient<chamados_chassis::grpc::GrpcChannel> {
    AttachmentServiceClient::new(desk.channel.clone())
}

fn header(file_name: &str, size: usize) -> Up {
    let size = i64::try_from(size).unwrap();
    Up::Header(pb::UploadHeader { file_name: file_name.to_owned(), size })
}

fn end() -> Up {
    Up::End(pb::UploadEnd {})
}

/// Uploads these parts, whatever they are.
async fn send(desk: &Desk, by: &Principal, parts: Vec<Up>) -> Result<pb::Attachment, Status> {
    let parts = parts.into_iter().map(|part| pb::UploadAttachmentRequest { part: Some(part) });
    let answer = client(desk).upload_attachment(desk.by(by, stream::iter(parts))).await?;
    let answers: Vec<_> = answer.into_inner().try_collect().await?;
    assert_eq!(answers.len(), 1);
    Ok(answers.into_iter().next().unwrap().attachment.unwrap())
}

/// Uploads a file in pieces of an odd size.
pub(crate) async fn upload(
    desk: &Desk,
    by: &Principal,
    name: &str,
    bytes: &[u8],
) -> Result<pb::Attachment, Status> {
    let chunks = bytes.chunks(70_001).map(|chunk| Up::Chunk(chunk.to_vec().into()));
    let parts = std::iter::once(header(name, bytes.len())).chain(chunks).chain([end()]);
    send(desk, by, parts.collect()).await
}

/// An upload whose end is not sent, and which breaks off when this is dropped.
pub(crate) async fn begin(
    desk: &Desk,
    by: &Principal,
    bytes: &[u8],
) -> Result<impl Sized + use<>, Status> {
    let (sender, parts) = futures::channel::mpsc::unbounded();
    let chunks = bytes.chunks(70_001).map(|chunk| Up::Chunk(chunk.to_vec().into()));
    for part in std::iter::once(header("a", 0)).chain(chunks) {
        sender.unbounded_send(pb::UploadAttachmentRequest { part: Some(part) }).unwrap();
    }
    let answer = client(desk).upload_attachment(desk.by(by, parts)).await?.into_inner();
    Ok((sender, answer))
}

async fn get(desk: &Desk, by: &Principal, id: &str) -> Result<pb::Attachment, Status> {
    let request = pb::GetAttachmentRequest { id: id.to_owned() };
    Ok(client(desk).get_attachment(desk.by(by, request)).await?.into_inner())
}

/// What a download says of a file, and its bytes.
pub(crate) async fn download(
    desk: &Desk,
    by: &Principal,
    id: &str,
) -> Result<(pb::Attachment, Vec<u8>), Status> {
    let request = pb::DownloadAttachmentRequest { id: id.to_owned() };
    let mut parts = client(desk).download_attachment(desk.by(by, request)).await?.into_inner();
    let Some(Down::Attachment(file)) = parts.message().await?.and_then(|first| first.part) else {
        panic!("a file comes first");
    };
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        match part.part {
            Some(Down::Chunk(chunk)) if chunk.len() <= 64 * 1024 => bytes.extend(chunk),
            other => panic!("not a chunk of at most 64 KiB: {other:?}"),
        }
    }
    Ok((file, bytes))
}

async fn list(desk: &Desk, by: &Principal, ticket: &str) -> Result<Vec<String>, Status> {
    let request = pb::ListAttachmentsRequest { ticket_id: ticket.to_owned(), ..Default::default() };
    let page = client(desk).list_attachments(desk.by(by, request)).await?.into_inner();
    assert_eq!(page.total_size, i64::try_from(page.attachments.len()).unwrap());
    Ok(page.attachments.into_iter().map(|file| file.id).collect())
}

pub(crate) async fn delete(desk: &Desk, by: &Principal, id: &str) -> Result<(), Status> {
    let request = pb::DeleteAttachmentRequest { id: id.to_owned() };
    client(desk).delete_attachment(desk.by(by, request)).await?;
    Ok(())
}

async fn comment_with(
    desk: &Desk,
    by: &Principal,
    ticket: &str,
    visibility: Visibility,
    files: &[&str],
) -> Result<pb::Comment, Status> {
    let request = pb::CreateCommentRequest {
        ticket_id: ticket.to_owned(),
        visibility: visibility.into(),
        attachment_ids: files.iter().map(|id| (*id).to_owned()).collect(),
        ..Default::default()
    };
    Ok(desk.comments().create_comment(desk.by(by, request)).await?.into_inner())
}

/// Paths of all files of bytes there are.
fn kept(desk: &Desk) -> Vec<std::path::PathBuf> {
    let entries = |path: &std::path::Path| -> Vec<std::path::PathBuf> {
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let tenants = entries(&desk.files.path().join("attachments"));
    tenants.iter().flat_map(|tenant| entries(tenant)).collect()
}

async fn a_file_comes_back_as_it_was(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let noise: Vec<u8> = (0..MEBIBYTE).map(|n| ((n * n) >> 7) as u8).collect();
    for (name, bytes, called, kind, inline_safe) in [
        ("C:\\tela\\erro.png", PNG, "erro.png", "image/png", true),
        ("página.html", b"<script>alert(1)</script>", "página.html", "text/plain", false),
        ("..", b"%PDF-1.7", "arquivo", "application/pdf", false),
        ("despejo.bin", &noise, "despejo.bin", "application/octet-stream", false),
    ] {
        let file = upload(&desk, &agent, name, bytes).await?;
        assert_eq!((file.file_name.as_str(), file.content_type.as_str()), (called, kind));
        assert_eq!((file.inline_safe, file.size), (inline_safe, i64::try_from(bytes.len())?));
        assert_eq!(file.blake3, blake3::hash(bytes).to_hex().as_str());
        assert_eq!(get(&desk, &agent, &file.id).await?, file);
        assert_eq!(download(&desk, &agent, &file.id).await?, (file, bytes.to_vec()));
    }
    Ok(())
}

async fn what_is_not_whole_leaves_nothing(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let chunk = |bytes: usize| Up::Chunk(vec![7; bytes].into());
    for (parts, wrong) in [
        (vec![], "part"),
        (vec![chunk(1)], "part"),
        (vec![header("a", 0), chunk(1)], "part"),
        (vec![header("a", 0), header("a", 0)], "part"),
        (vec![header("a", 0), end()], "size"),
        (vec![header("a", 3), chunk(2), end()], "size"),
        (vec![header("a", 0), chunk(MEBIBYTE + 1), end()], "chunk"),
    ] {
        assert_eq!(fields(send(&desk, &agent, parts).await), [wrong]);
    }
    let negative = Up::Header(pb::UploadHeader { file_name: "a".into(), size: -1 });
    assert_eq!(fields(send(&desk, &agent, vec![negative]).await), ["header.size"]);
    let announced = send(&desk, &agent, vec![header("a", MEBIBYTE + 1)]).await;
    assert_eq!(reason(announced), "attachment_too_large");
    let sent = vec![header("a", 0), chunk(MEBIBYTE), chunk(1), end()];
    let sent = send(&desk, &agent, sent).await.unwrap_err();
    assert_eq!(sent.code(), Code::ResourceExhausted);
    assert_eq!(reason::<()>(Err(sent)), "attachment_too_large");

    let machine = desk.machine(desk.company(), None);
    let nobody = upload(&desk, &desk.automation(&[]), "a", PNG).await;
    assert_eq!(reason(nobody), "permission_denied");
    upload(&desk, &machine, "a", PNG).await?;
    assert_eq!(kept(&desk).len(), 1, "only the last one");
    Ok(())
}

async fn an_upload_that_breaks_off_leaves_nothing(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    // The caller dies: no end was sent, and nobody listens to the answer.
    drop(begin(&desk, &agent, &[7; 1000]).await?);
    // What was begun is cleaned up: a hundred more fit.
    for n in 0..100 {
        let what = format!("file {n} of a hundred fits");
        eventually(LIMIT, &what, async || upload(&desk, &agent, "a", PNG).await.ok()).await;
    }
    assert_eq!(kept(&desk).len(), 100);
    Ok(())
}

async fn files_are_seen_with_what_they_came_with(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, colleague, stranger) = (desk.agent(), desk.agent(), desk.stranger());
    let owner = desk.person(Role::Collaborator, Some(desk.company()));
    let ticket = desk.create(&owner, about("Sem rede")).await?.id;
    desk.assign(&agent, &ticket, Some(user(&agent))).await?;
    let note = upload(&desk, &agent, "nota.png", PNG).await?.id;
    let shown = upload(&desk, &agent, "manual.png", PNG).await?.id;
    let loose = upload(&desk, &agent, "solta.png", PNG).await?.id;
    // Before they are attached they are the uploader's alone.
    for file in [&note, &shown, &loose] {
        for other in [&colleague, &owner, &stranger] {
            assert_eq!(reason(download(&desk, other, file).await), "attachment_not_found");
        }
    }
    comment_with(&desk, &agent, &ticket, Visibility::Internal, &[&note]).await?;
    let comment = comment_with(&desk, &agent, &ticket, Visibility::Public, &[&shown]).await?;
    assert_eq!(comment.attachments[0].comment_id.as_deref(), Some(comment.id.as_str()));
    assert_eq!(comment.body, "", "a file says something by itself");

    let peer = desk.person(Role::Collaborator, Some(desk.company()));
    for (who, sees) in [
        (&agent, vec![&note, &shown, &loose]),
        (&colleague, vec![&note, &shown]),
        (&owner, vec![&shown]),
        (&peer, vec![]),
        (&stranger, vec![]),
    ] {
        for file in [&note, &shown, &loose] {
            assert_eq!(get(&desk, who, file).await.is_ok(), sees.contains(&file));
            assert_eq!(download(&desk, who, file).await.is_ok(), sees.contains(&file));
        }
    }
    assert_eq!(list(&desk, &colleague, &ticket).await?, [note.clone(), shown.clone()]);
    assert_eq!(list(&desk, &owner, &ticket).await?, std::slice::from_ref(&shown));
    assert_eq!(reason(list(&desk, &peer, &ticket).await), "ticket_not_found");
    let conversation = desk.conversation(&owner, &ticket).await?;
    assert!(!format!("{conversation:?}").contains(&note));
    assert!(!format!("{:?}", desk.timeline(&owner, &ticket).await?).contains(&note));
    Ok(())
}

async fn a_file_is_attached_once(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let owner = desk.person(Role::Collaborator, Some(desk.company()));
    let ticket = desk.create(&owner, about("Sem rede")).await?.id;
    let file = upload(&desk, &owner, "a.png", PNG).await?.id;
    let tries = (0..8)
        .map(async |_| comment_with(&desk, &owner, &ticket, Visibility::Public, &[&file]).await);
    let tries = join_all(tries).await;
    assert_eq!(tries.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in tries.into_iter().filter(Result::is_err) {
        assert_eq!(reason(refused), "attachment_not_found");
    }
    assert_eq!(desk.conversation(&owner, &ticket).await?.total_size, 1, "all or nothing");
    assert_eq!(reason(delete(&desk, &owner, &file).await), "attachment_attached");

    let agent = desk.agent();
    let theirs = upload(&desk, &agent, "b.png", PNG).await?.id;
    for wrong in [theirs.as_str(), &Uuid::now_v7().to_string()] {
        let outcome = comment_with(&desk, &owner, &ticket, Visibility::Public, &[wrong]).await;
        assert_eq!(reason(outcome), "attachment_not_found");
    }
    let many: Vec<String> = (0..21).map(|_| Uuid::now_v7().to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let outcome = comment_with(&desk, &owner, &ticket, Visibility::Public, &many).await;
    assert_eq!(fields(outcome), ["attachment_ids"]);
    assert_eq!(reason(delete(&desk, &owner, &theirs).await), "attachment_not_found");
    delete(&desk, &agent, &theirs).await?;
    assert_eq!(kept(&desk).len(), 1);
    Ok(())
}

async fn a_description_brings_files(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let owner = desk.person(Role::Collaborator, Some(desk.company()));
    let mut files = Vec::new();
    for name in ["b.png", "a.png"] {
        files.push(upload(&desk, &owner, name, PNG).await?.id);
    }
    let request = pb::CreateTicketRequest {
        request_id: "r-1".into(),
        attachment_ids: files.clone(),
        ..about("Sem rede")
    };
    let ticket = desk.create(&owner, request.clone()).await?;
    assert_eq!(desk.create(&owner, request.clone()).await?, ticket, "a repeat attaches nothing");
    assert_eq!(list(&desk, &desk.agent(), &ticket.id).await?, files);
    let again = pb::CreateTicketRequest { request_id: "r-2".into(), ..request };
    assert_eq!(reason(desk.create(&owner, again).await), "attachment_not_found");
    Ok(())
}

async fn files_that_came_with_nothing_go(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let owner = desk.person(Role::Collaborator, Some(desk.company()));
    let ticket = desk.create(&owner, about("Sem rede")).await?.id;
    let (old, attached) =
        (upload(&desk, &owner, "a", PNG).await?.id, upload(&desk, &owner, "b", PNG).await?.id);
    comment_with(&desk, &owner, &ticket, Visibility::Public, &[&attached]).await?;
    desk.pass(24 * 60 * 60 + 1);
    let young = upload(&desk, &owner, "c", PNG).await?.id;
    let scheduler = Principal::Service { name: "scheduler".into(), tenant: None };
    let run = Uuid::now_v7().to_string();
    let done = execute(&desk, &scheduler, "ticket.purge_attachments", &run, 1).await?;
    assert!(summary(&done).starts_with("1 files"), "{}", summary(&done));
    assert_eq!(reason(get(&desk, &owner, &old).await), "attachment_not_found");
    for file in [attached, young] {
        assert_eq!(download(&desk, &owner, &file).await?.1, PNG);
    }
    assert_eq!(kept(&desk).len(), 2);
    Ok(())
}

async fn a_hundred_loose_files_are_enough(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let files = stream::iter(0..110).map(|_| upload(&desk, &agent, "a", PNG));
    let files: Vec<_> = files.buffer_unordered(16).collect().await;
    assert_eq!(files.iter().filter(|outcome| outcome.is_ok()).count(), 100);
    for refused in files.into_iter().filter(Result::is_err) {
        assert_eq!(reason(refused), "too_many_uploads");
    }
    upload(&desk, &desk.agent(), "a", PNG).await?;
    Ok(())
}

async fn a_damaged_file_is_not_given_as_whole(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let file = upload(&desk, &agent, "a.png", PNG).await?.id;
    let path = kept(&desk).remove(0);
    std::fs::write(&path, b"something else")?;
    let damaged = download(&desk, &agent, &file).await.unwrap_err();
    assert_eq!(damaged.code(), Code::DataLoss);
    std::fs::remove_file(&path)?;
    let gone = download(&desk, &agent, &file).await.unwrap_err();
    assert_eq!(gone.code(), Code::Unavailable);
    let message = gone.message();
    assert!(!message.contains(&*path.to_string_lossy()), "{message}");
    Ok(())
}

async fn loose_files_follow_a_merge(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into) = (desk.agent(), desk.agent());
    let file = upload(&desk, &from, "a.png", PNG).await?.id;
    let merge = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: user(&from).to_string(),
        into_user_id: user(&into).to_string(),
    };
    let admin = desk.person(Role::Admin, None);
    desk.deliver(&desk.fact(&admin, user(&from), &merge)).await?;
    assert_eq!(reason(get(&desk, &from, &file).await), "attachment_not_found");
    assert_eq!(get(&desk, &into, &file).await?.uploader, Some(into.actor()?.into()));
    Ok(())
}
