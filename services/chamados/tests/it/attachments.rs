//! Files, through the gateway as browsers send and take them.

use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use reqwest::{
    Method, RequestBuilder,
    header::CONTENT_TYPE,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::fixture::{Desk, items, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_file_goes_in_and_comes_out,
    what_is_no_upload_is_refused,
    a_large_file_is_taken_and_one_byte_more_is_not,
);
sandbox_suite!(split: Split on PostgresRedis; a_file_goes_in_and_comes_out);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const LIMIT: usize = 25 * 1024 * 1024;

fn upload(by: &Browser) -> RequestBuilder {
    by.request(Method::POST, "/api/attachments")
}

fn form(name: &str, bytes: impl Into<reqwest::Body>) -> Form {
    Form::new().part("file", Part::stream(bytes).file_name(name.to_owned()))
}

/// A form, byte by byte.
fn raw(by: &Browser, body: &str) -> RequestBuilder {
    let multipart = "multipart/form-data; boundary=x";
    upload(by).header(CONTENT_TYPE, multipart).body(body.replace('\n', "\r\n"))
}

async fn a_file_goes_in_and_comes_out(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let person = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let ticket = person.post("/api/tickets", json!({"subject": "Sem rede"})).await.text("id");
    let made = person.send(upload(&person).multipart(form("São João.png", PNG))).await;
    assert_eq!(made.status, 201);
    let address = made.header("location").to_owned();
    let file = made.ok();
    assert_eq!(file["fileName"], "São João.png");
    assert_eq!((&file["contentType"], &file["size"]), (&json!("image/png"), &json!(PNG.len())));
    let id = text(&file, "id");
    let path = format!("/api/attachments/{id}");
    assert_eq!(address, path);
    desk.admin.get(&path).await.refused(404, "attachment_not_found");

    let comment = json!({"body": "", "visibility": "public", "attachmentIds": [id]});
    let comments = format!("/api/tickets/{ticket}/comments");
    let said = person.post(&comments, comment.clone()).await.ok();
    assert_eq!(said["attachments"][0]["id"], Value::from(id.clone()));
    person.post(&comments, comment).await.refused(404, "attachment_not_found");
    let read = desk.admin.get(&comments).await.ok();
    let read = items(&read);
    assert_eq!(read[0]["attachments"][0]["commentId"], read[0]["id"]);
    let listed = desk.admin.get(&format!("/api/tickets/{ticket}/attachments")).await.ok();
    assert_eq!(listed["items"][0]["fileName"], "São João.png");

    let got = desk.admin.request(Method::GET, &path).send().await?;
    let header = |name: &str| got.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("cache-control"), "private, no-cache");
    assert!(header("content-disposition").starts_with("inline; filename=\"S_o_Jo_o.png\""));
    let etag = header("etag");
    assert_eq!(got.bytes().await?, PNG);
    let again = desk.admin.request(Method::GET, &path).header("if-none-match", &etag);
    assert_eq!(desk.admin.send(again).await.status, 304);

    person.send(person.request(Method::DELETE, &path)).await.refused(409, "attachment_attached");
    let page = form("página.html", b"<script>alert(1)</script>".as_slice());
    let page = person.send(upload(&person).multipart(page)).await.text("id");
    let path = format!("/api/attachments/{page}");
    let got = person.request(Method::GET, &path).send().await?;
    assert_eq!(got.headers()[CONTENT_TYPE], "text/plain");
    assert!(got.headers()["content-disposition"].to_str()?.starts_with("attachment; "));
    assert_eq!(person.send(person.request(Method::DELETE, &path)).await.status, 204);
    person.get(&path).await.refused(404, "attachment_not_found");
    Ok(())
}

async fn what_is_no_upload_is_refused(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let admin = &desk.admin;
    admin.post("/api/attachments", json!({})).await.refused(415, "unsupported_media_type");
    let part = "--x\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\n\nb\n";
    let no_name = "--x\nContent-Disposition: form-data; name=\"file\"\n\nb\n--x--\n";
    let other = "--x\nContent-Disposition: form-data; name=\"data\"; filename=\"a\"\n\nb\n--x--\n";
    for (body, code) in [
        ("--x--\n", "invalid_argument"),
        (no_name, "invalid_argument"),
        (other, "invalid_argument"),
        (&format!("{part}{part}--x--\n"), "invalid_argument"),
        (&part.replace("\nb\n", "\n\n--x--\n"), "invalid_argument"),
        (part, "incomplete_body"),
        ("", "incomplete_body"),
        ("nonsense", "incomplete_body"),
    ] {
        admin.send(raw(admin, body)).await.refused(400, code);
    }
    let whole = format!("{part}--x--\n");
    let _file = admin.send(raw(admin, &whole)).await.ok();
    let mut foreign = raw(admin, &whole).build()?;
    foreign.headers_mut().insert("origin", "https://elsewhere.example".parse()?);
    admin.send_built(foreign).await.refused(403, "cross_site_request");
    sandbox.browser().send(raw(&sandbox.browser(), &whole)).await.refused(401, "unauthenticated");
    Ok(())
}

async fn a_large_file_is_taken_and_one_byte_more_is_not(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let admin = &desk.admin;
    let id = admin.send(upload(admin).multipart(form("a", vec![7; LIMIT]))).await.text("id");
    let got = admin.request(Method::GET, &format!("/api/attachments/{id}")).send().await?;
    assert_eq!(got.content_length(), Some(LIMIT as u64));
    assert!(got.bytes().await?.iter().all(|byte| *byte == 7));
    let more = admin.send(upload(admin).multipart(form("a", vec![7; LIMIT + 1]))).await;
    more.refused(413, "attachment_too_large");
    Ok(())
}
