//! Everything of a tenant as one file, and back, by command.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chamados_testkit::{
    Sandbox, TestDatabase, databases,
    sandbox::{Browser, PASSWORD},
    sandbox_suite,
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    fixture::{Desk, items, text},
    process::Server,
};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    what_goes_out_comes_in_the_same,
    what_comes_in_can_be_worked_with,
    what_cannot_be_read_is_named_and_left_out,
    what_is_no_whole_archive_changes_nothing,
    a_try_that_failed_is_repeated,
);
sandbox_suite!(all_in_one: AllInOne on PostgresRedis; what_goes_out_comes_in_the_same);

/// Rows and files of an installation, for commands.
pub(crate) struct Rows {
    pub(crate) database: String,
    pub(crate) data: PathBuf,
}

impl Rows {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let database = sandbox.database_url().to_owned();
        Self { database, data: sandbox.keyring_file().with_file_name("") }
    }

    /// Nothing yet, on SQLite.
    pub(crate) fn empty(folder: &TempDir) -> Self {
        let database = format!("sqlite://{}", folder.path().display());
        Self { database, data: folder.path().to_owned() }
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chamados"));
        command.args(words).args(["--database-url", &self.database, "--data-dir"]);
        command.arg(&self.data).output().unwrap()
    }

    /// What a command that succeeds prints, and what it warns of.
    pub(crate) fn done(&self, words: &[&str]) -> (String, String) {
        let output = self.run(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{words:?}: {said}");
        (String::from_utf8(output.stdout).unwrap(), said)
    }

    /// The one line of a command that fails.
    pub(crate) fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        said
    }

    pub(crate) fn export(&self, tenant: &str) -> Archive {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tenant.zip");
        let file = path.to_str().unwrap();
        let (said, warned) = self.done(&["export", "--tenant", tenant, "--out", file, "--json"]);
        let said = serde_json::from_str(&said).unwrap();
        assert!(!folder.path().join("tenant.zip.part").exists());
        Archive { path, said, warned, _folder: folder }
    }

    fn import(&self, archive: &Archive) -> String {
        self.done(&["import", archive.path.to_str().unwrap()]).0
    }

    pub(crate) fn tenants(&self) -> Value {
        let (said, _) = self.done(&["admin", "tenant", "list", "--json"]);
        serde_json::from_str(&said).unwrap()
    }
}

/// Paths and bytes.
type Files = Vec<(String, Vec<u8>)>;

pub(crate) struct Archive {
    path: PathBuf,
    pub(crate) said: Value,
    warned: String,
    _folder: TempDir,
}

impl Archive {
    /// Every file of it, by path.
    fn files(&self) -> Files {
        let mut zip = ZipArchive::new(fs::File::open(&self.path).unwrap()).unwrap();
        let all = 0..zip.len();
        let read = |index| {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        };
        all.map(read).collect()
    }

    fn manifest(&self) -> Value {
        let files = self.files();
        let (path, manifest) = files.last().unwrap();
        assert_eq!(path, "manifest.json");
        serde_json::from_slice(manifest).unwrap()
    }

    /// Every record of a kind.
    fn records(&self, path: &str) -> Vec<Value> {
        let files = self.files();
        let (_, lines) = files.iter().find(|(name, _)| name == path).unwrap();
        let lines = std::str::from_utf8(lines).unwrap().lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Another archive of these files.
    fn of(files: &[(String, Vec<u8>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.zip");
        let mut zip = ZipWriter::new(fs::File::create(&path).unwrap());
        for (name, bytes) in files {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        Self { path, said: Value::Null, warned: String::new(), _folder: folder }
    }
}

/// A desk on which something of every kind has happened; id of its ticket with an attachment.
pub(crate) async fn busy(sandbox: &Sandbox) -> anyhow::Result<(Desk, String)> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let bia = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    desk.online(&computer, &device).await.stop().await?;
    let ticket = json!({
        "subject": "Impressora não imprime", "description": "<p>Papel <b>preso</b></p>",
        "deviceId": device, "tags": ["rede"], "priority": "high",
    });
    let ticket = ana.post("/api/tickets", ticket).await.text("id");
    let path = |of: &str| format!("/api/tickets/{ticket}{of}");
    let _playing = bia.press(&path("/start")).await.ok();
    let bytes = Part::bytes(vec![7_u8; 300_000]).file_name("fotografia.bin");
    let upload = bia.request(Method::POST, "/api/attachments");
    let file = bia.send(upload.multipart(Form::new().part("file", bytes))).await.text("id");
    let said = json!({"body": "<p>Vou aí</p>", "visibility": "public", "attachmentIds": [file]});
    let _said = bia.post(&path("/comments"), said).await.ok();
    let note = json!({"body": "<p>Cabo ruim</p>", "visibility": "internal"});
    let _note = bia.post(&path("/comments"), note).await.ok();
    let chat = ana.press(&path("/chat/start")).await.text("id");
    let _line = ana.post(&path("/chat/messages"), json!({"body": "oi"})).await.ok();
    let read = format!("/api/chats/{chat}/read");
    let _read = bia.post(&read, json!({"sequence": 1})).await.ok();
    let done = desk.ticket("Resolvido").await;
    let resolve = format!("/api/tickets/{}/resolve", text(&done, "id"));
    let _resolved = desk.admin.post(&resolve, json!({"message": "<p>Feito</p>"})).await.ok();
    let invite =
        json!({"email": "novo@acme.example", "role": "collaborator", "companyId": desk.company});
    let _invite = desk.admin.post("/api/admin/invites", invite).await.ok();
    let other = Desk::another(sandbox, "other").await?;
    other.ticket("Segredo alheio").await;
    Ok((desk, ticket))
}

async fn what_goes_out_comes_in_the_same(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let (_desk, ticket) = busy(sandbox).await?;
    let first = Rows::of(sandbox).export("Desk");
    assert_eq!((&first.said["unreadable"], &first.said["attachments"]), (&json!(0), &json!(1)));
    assert_eq!(first.warned, "");
    for (path, bytes) in first.files() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Segredo alheio") && !text.contains("other.example"), "{path}");
    }
    for path in [
        "ticket/queue",
        "ticket/ticket",
        "ticket/ticket_counter",
        "ticket/ticket_tag",
        "ticket/comment",
        "ticket/work_session",
        "ticket/chat",
        "ticket/chat_message",
        "ticket/chat_read_mark",
        "ticket/attachment",
        "ticket/ticket_event",
        "device/device",
        "device/device_token",
        "device/timeline_entry",
        "identity/tenant",
        "identity/company",
        "identity/account",
        "identity/invite",
        "identity/audit_entry",
    ] {
        assert!(!first.records(&format!("{path}.jsonl")).is_empty(), "{path}");
    }
    let tickets = first.records("ticket/ticket.jsonl");
    assert!(tickets.iter().any(|record| record["id"] == json!(ticket)));

    // Into each kind of database, and out of it again.
    let folder = tempfile::tempdir()?;
    let embedded = Rows::empty(&folder);
    let said = embedded.import(&first);
    assert!(said.starts_with("Desk: ") && said.contains("1 attachments"), "{said}");
    let second = embedded.export("Desk");
    let (data, database) = (tempfile::tempdir()?, TestDatabase::postgres().await?);
    databases::with(Ok(database), async |database| {
        let large = Rows { database: database.url().to_owned(), data: data.path().to_owned() };
        large.done(&["migrate"]);
        large.import(&first);
        let third = large.export("Desk");
        for again in [second, third] {
            let (was, is) = (first.manifest(), again.manifest());
            for (was, is) in first.files().iter().zip(again.files()).take(first.files().len() - 1) {
                assert_eq!(was.0, is.0);
                assert!(
                    was.1 == is.1,
                    "{}: {}\n{}",
                    was.0,
                    String::from_utf8_lossy(&was.1),
                    String::from_utf8_lossy(&is.1)
                );
            }
            assert_eq!(was["files"], is["files"]);
            assert_eq!(was["tenant"], is["tenant"]);
        }
    })
    .await;
    Ok(())
}

async fn what_comes_in_can_be_worked_with(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let (desk, ticket) = busy(sandbox).await?;
    let archive = Rows::of(sandbox).export("Desk");
    let folder = tempfile::tempdir()?;
    let rows = Rows::empty(&folder);
    rows.import(&archive);

    let (_server, url) = Server::start(folder.path());
    let admin = Browser::at(&url);
    let sign_in = json!({"email": "admin@desk.example", "password": PASSWORD});
    let _session = admin.post("/api/auth/sign-in/email", sign_in).await.ok();
    for path in [
        "/api/tickets?q=cabo",
        "/api/tickets?q=preso",
        "/api/dashboard",
        &format!("/api/tickets/{ticket}"),
        &format!("/api/tickets/{ticket}/timeline"),
        &format!("/api/tickets/{ticket}/comments"),
        "/api/admin/companies",
        "/api/admin/invites",
    ] {
        let (was, is) = (desk.admin.get(path).await.ok(), admin.get(path).await.ok());
        assert_eq!(was, is, "{path}");
    }
    assert_eq!(items(&admin.get("/api/tickets?q=cabo").await.ok()).len(), 1);
    let files = admin.get(&format!("/api/tickets/{ticket}/attachments")).await.ok();
    let file = text(&items(&files)[0], "id");
    let got = admin.request(Method::GET, &format!("/api/attachments/{file}")).send().await?;
    assert_eq!(got.bytes().await?, vec![7_u8; 300_000]);
    // Numbers go on, and set-up is over.
    let next = admin.post("/api/tickets", json!({"subject": "Depois"})).await.ok();
    assert_eq!(next["number"], json!(3));
    assert_eq!(admin.get("/api/setup").await.ok()["required"], json!(false));
    Ok(())
}

async fn what_cannot_be_read_is_named_and_left_out(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let (_desk, ticket) = busy(sandbox).await?;
    let rows = Rows::of(sandbox);
    let whole = rows.export("Desk");
    let comments = whole.records("ticket/comment.jsonl");
    let file = text(&whole.records("ticket/attachment.jsonl")[0], "id");
    let db = Database::connect(format!("{}/ticket.db", rows.database)).await?;
    let spoil = "UPDATE comment SET created_at = 'yesterday' WHERE visibility = 'internal'";
    assert_eq!(db.execute_unprepared(spoil).await?.rows_affected(), 1);
    let tenant = text(&whole.records("ticket/ticket.jsonl")[0], "tenant_id");
    fs::remove_file(rows.data.join("attachments").join(&tenant).join(&file))?;

    let rest = rows.export("Desk");
    assert_eq!(rest.said["unreadable"], json!(2));
    assert_eq!(rest.warned.lines().count(), 2, "{}", rest.warned);
    let manifest = rest.manifest();
    let told = |n: usize| {
        let it = &manifest["unreadable"][n];
        (text(it, "service"), text(it, "kind"), text(it, "id"))
    };
    let spoilt = comments.iter().find(|comment| comment["visibility"] == "internal").unwrap();
    assert_eq!(told(0), ("ticket".into(), "comment".into(), text(spoilt, "id")));
    assert_eq!(told(1), ("ticket".into(), "files".into(), file));
    assert!(text(&manifest["unreadable"][0], "reason").contains("created_at"));
    assert_eq!(rest.records("ticket/comment.jsonl").len(), comments.len() - 1);
    // What is left is an archive.
    let folder = tempfile::tempdir()?;
    Rows::empty(&folder).import(&rest);
    let again = Rows::empty(&folder).export("Desk");
    assert!(
        again.records("ticket/ticket.jsonl").iter().any(|record| record["id"] == json!(ticket))
    );
    Ok(())
}

/// Replaces a text in one file, and its checksum in the manifest.
fn changed(files: &[(String, Vec<u8>)], path: &str, from: &str, to: &str) -> Files {
    use chamados_archive::sha256;
    let mut files = files.to_vec();
    let (_, bytes) = files.iter_mut().find(|(name, _)| name == path).unwrap();
    let (was, length) = (sha256(bytes), bytes.len());
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{path}: {text}");
    *bytes = text.replacen(from, to, 1).into_bytes();
    let (is, longer) = (sha256(bytes), bytes.len());
    let (_, manifest) = files.last_mut().unwrap();
    let mut told: Value = serde_json::from_slice(manifest).unwrap();
    for file in told["files"].as_array_mut().unwrap() {
        if file["sha256"] == json!(was) && file["bytes"] == json!(length) {
            file["sha256"] = json!(is);
            file["bytes"] = json!(longer);
        }
    }
    *manifest = serde_json::to_vec(&told).unwrap();
    files
}

async fn what_is_no_whole_archive_changes_nothing(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let (_desk, _ticket) = busy(sandbox).await?;
    let rows = Rows::of(sandbox);
    let archive = rows.export("Desk");
    let path = archive.path.to_str().unwrap();
    assert!(rows.refused(&["import", path]).contains("there is the tenant"));
    assert!(
        rows.refused(&["export", "--tenant", "Nobody", "--out", "x.zip"])
            .contains("no such tenant")
    );
    let nowhere = ["export", "--tenant", "Desk", "--out", "/nowhere/x.zip"];
    assert!(rows.refused(&nowhere).contains("/nowhere/x.zip"));

    let files = archive.files();
    let manifest = |from: &str, to: &str| {
        let mut files = files.clone();
        let (_, bytes) = files.last_mut().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        *bytes = text.replacen(from, to, 1).into_bytes();
        files
    };
    let without = |path: &str| files.iter().filter(|(name, _)| name != path).cloned().collect();
    let with = |path: &str, text: &str| {
        let more = [(path.to_owned(), text.as_bytes().to_vec())];
        more.into_iter().chain(files.clone()).collect::<Vec<_>>()
    };
    let comments = "ticket/comment.jsonl";
    let mut spoilt = files.clone();
    spoilt.iter_mut().find(|(name, _)| name == comments).unwrap().1[20] ^= 1;
    let tenant = text(&archive.manifest()["tenant"], "id");
    let other = "01890000-0000-7000-8000-000000000000";
    let cases: [(Files, &str); 12] = [
        (vec![("a.txt".into(), b"a".to_vec())], "no manifest.json"),
        (manifest("chamados-archive", "other"), "another format"),
        (manifest("\"version\": 1", "\"version\": 2"), "format version 2"),
        (manifest("{", "["), "manifest.json"),
        (without(comments), "is missing"),
        (with("ticket/more.jsonl", ""), "is not in the manifest"),
        (spoilt, "is not what was written"),
        (manifest("m0112_resolutions", "m0999_later"), "m0999_later, this program has m0112"),
        (changed(&files, comments, "\"body\"", "\"corpo\""), "comment.jsonl, line 1"),
        (changed(&files, comments, "{\"", "{{\""), "comment.jsonl line 1"),
        (changed(&files, comments, &tenant, other), "another tenant"),
        (
            changed(&files, "identity/account.jsonl", "\"active\":true", "\"active\":\"yes\""),
            "not true or false",
        ),
    ];
    for (files, expected) in cases {
        let folder = tempfile::tempdir()?;
        let empty = Rows::empty(&folder);
        let said = empty.refused(&["import", Archive::of(&files).path.to_str().unwrap()]);
        assert!(said.contains(expected), "{expected}: {said}");
        assert_eq!(empty.tenants(), json!([]), "{expected}");
    }
    let folder = tempfile::tempdir()?;
    let no_zip = folder.path().join("no.zip");
    fs::write(&no_zip, "no zip")?;
    for (path, expected) in [(no_zip.as_path(), "no archive"), (Path::new("/nowhere"), "/nowhere")]
    {
        let said = Rows::empty(&folder).refused(&["import", path.to_str().unwrap()]);
        assert!(said.contains(expected), "{said}");
    }
    Ok(())
}

async fn a_try_that_failed_is_repeated(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let (_desk, _ticket) = busy(sandbox).await?;
    let archive = Rows::of(sandbox).export("Desk");
    let folder = tempfile::tempdir()?;
    let empty = Rows::empty(&folder);
    // Identity is the last, so tickets and devices are written by then.
    let files = archive.files();
    let broken = changed(&files, "identity/account.jsonl", "\"version\":1", "\"version\":null");
    let said = empty.refused(&["import", Archive::of(&broken).path.to_str().unwrap()]);
    assert!(said.contains("account.jsonl, line"), "{said}");
    assert_eq!(empty.tenants(), json!([]));
    empty.import(&archive);
    assert_eq!(archive.manifest()["files"], empty.export("Desk").manifest()["files"]);
    Ok(())
}
