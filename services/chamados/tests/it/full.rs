//! A disk with no room left: what is there can be read, what cannot be kept is refused in words, and nothing is half
//! written. The disk is one of memory that only the server sees.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use chamados_bench::invariants::{self, Moment, Rows};
use chamados_chassis::clock;
use chamados_testkit::{
    eventually,
    sandbox::{Answer, Browser},
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;

use crate::{
    fixture::{SOON, items, text},
    process::Server,
};

/// Makes the disk and an installation on it, and becomes the server. In a namespace of their own everybody is root.
const SCRIPT: &str = r#"set -e
program=$1 folder=$2
shift 2
mount --types tmpfs --options size=32m none "$folder"
"$program" admin tenant create --name Desk --data-dir "$folder" >&2
printf %s "$PASSWORD" | "$program" admin user create --email ada@desk.example --name Ada --role admin \
    --password-file - --data-dir "$folder" >&2
exec "$program" "$@"
"#;
const PASSWORD: &str = "correct horse battery";
/// More than fit into what SQLite has reserved.
const MOST: usize = 5_000;
/// So often it has to be full.
const REFUSALS: usize = 40;

/// The server's disk, from outside.
struct Disk(PathBuf);

impl Disk {
    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Leaves no room.
    fn fill(&self) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).unwrap();
        let full = loop {
            if let Err(error) = ballast.write_all(&[0; 4096]) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }

    fn clear(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}

/// Refused in words, and the id in them finds the cause in the log.
#[track_caller]
fn says_that_it_is_full(answer: &Answer, server: &Server) {
    answer.refused(503, "storage_full");
    assert!(!answer.header("retry-after").is_empty(), "{answer:#?}");
    let id = answer.body["requestId"].as_str().unwrap();
    let log = server.log();
    let told = log.lines().any(|line| line.contains(id) && line.contains("full"));
    assert!(told, "the log does not tell of {id}: {log}");
}

async fn upload(by: &Browser) -> Answer {
    let file = Form::new().part("file", Part::bytes(vec![7; 1_000_000]).file_name("foto.bin"));
    by.send(by.request(Method::POST, "/api/attachments").multipart(file)).await
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_no_room_left_what_is_there_is_read_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut alone = Command::new("unshare");
    alone.args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]);
    alone.arg(env!("CARGO_BIN_EXE_chamados")).arg(folder.path()).env("PASSWORD", PASSWORD);
    let (server, url) = Server::started_by(alone, folder.path());
    let disk = format!("/proc/{}/root{}", server.id(), folder.path().display());
    let disk = Disk(PathBuf::from(disk));
    let admin = Browser::at(&url);
    let sign_in = json!({"email": "ada@desk.example", "password": PASSWORD});
    let _session = admin.post("/api/auth/sign-in/email", sign_in).await.ok();
    let queues = async || (admin.get("/api/queues").await.ok()["total"] == 1).then_some(());
    eventually(SOON, "the tenant has its default queue", queues).await;
    let me = text(&admin.get("/api/me").await.ok()["user"], "id");
    let first = admin.post("/api/tickets", json!({"subject": "Cabo"})).await.text("id");
    let first = format!("/api/tickets/{first}");
    let _assigned = admin.post(&format!("{first}/assign"), json!({"assigneeId": me})).await.ok();

    let (mut tickets, mut comments) = (1, 0);
    for _ in 0..2 {
        disk.fill();
        let mut refused = 0;
        while refused < REFUSALS {
            let ticket = admin.post("/api/tickets", json!({"subject": "Rede"})).await;
            let comment = json!({"body": "<p>x</p>", "visibility": "public"});
            let comment = admin.post(&format!("{first}/comments"), comment).await;
            for (answer, kept) in [(ticket, &mut tickets), (comment, &mut comments)] {
                // Now and then something fits where other things were.
                if answer.status == 201 {
                    *kept += 1;
                } else {
                    says_that_it_is_full(&answer, &server);
                    refused += 1;
                }
            }
            assert!(tickets < MOST, "it is never full");
        }
        says_that_it_is_full(&upload(&admin).await, &server);
        let search = "/api/tickets?q=rede";
        for path in ["/api/me", "/api/tickets", search, &first, "/api/dashboard", "/healthz"] {
            assert_eq!(admin.get(path).await.status, 200, "{path}");
        }

        disk.clear();
        eventually(SOON, "there is room again", async || {
            let later = admin.post("/api/tickets", json!({"subject": "Depois"})).await;
            (later.status == 201).then_some(())
        })
        .await;
        tickets += 1;
        let list = admin.get("/api/tickets?sort=newest").await.ok();
        let newest = &items(&list)[0]["number"];
        assert_eq!((&list["total"], newest), (&json!(tickets), &json!(tickets)));
        let written = admin.get(&format!("{first}/comments?pageSize=100")).await.ok();
        assert_eq!(items(&written).len(), comments.min(100));
        assert_eq!(upload(&admin).await.status, 201);
    }
    // SQLite would follow the way to the disk to where it leads for us.
    let copied = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(&disk.0).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        if Path::new(&name).extension().is_some_and(|kind| kind == "db" || kind == "db-wal") {
            fs::copy(entry.path(), copied.path().join(name)).unwrap();
        }
    }
    let rows = Rows::open(&format!("sqlite://{}", copied.path().display())).await.unwrap();
    let found = invariants::all(&rows, Moment::During, clock::system().now()).await.unwrap();
    assert!(found.is_empty(), "{found:#?}");
}
