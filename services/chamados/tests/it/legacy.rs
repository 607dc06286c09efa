//! Import of the export of the system that this one replaces.

use std::{
    fs,
    io::{BufReader, Cursor, Write as _},
    path::Path,
};

use chamados_testkit::{TestDatabase, databases, sandbox::Browser};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    archives::Rows,
    fixture::{items, pluck, text},
    process::Server,
};

const PASSWORD: &str = "a staple of batteries";
/// 2023-11-14 22:13:20 UTC.
const THEN: i64 = 1_700_000_000_000;

/// An export as the old system writes one.
fn export(folder: &Path, tables: &[(&str, Vec<Value>)], broken: &str) -> String {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (table, documents) in tables {
        zip.start_file(format!("snapshot/{table}/documents.jsonl"), SimpleFileOptions::default())
            .unwrap();
        for document in documents {
            writeln!(zip, "{document}").unwrap();
        }
        if *table == "users" {
            writeln!(zip, "{broken}").unwrap();
        }
    }
    let path = folder.join("export.zip");
    fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn tables() -> Vec<(&'static str, Vec<Value>)> {
    let at = |minutes: i64| json!(THEN + minutes * 60_000);
    vec![
        (
            "companies",
            vec![
                json!({"_id": "c1", "_creationTime": at(0), "name": "Padaria Sol", "slug": "padaria-sol",
                       "provisioningCode": "ABCDE-12345-FGHJK-67890", "colour": "blue"}),
                json!({"_id": "c2", "_creationTime": at(0), "name": "Mercado", "slug": "Mercado Bom",
                       "provisioningCode": "short"}),
            ],
        ),
        (
            "users",
            vec![
                json!({"_id": "u1", "name": "Ana", "email": "ana@desk.example", "role": "admin"}),
                json!({"_id": "u2", "name": "Bia", "email": "bia@sol.example", "role": "COLLABORATOR", "companyId": "c1"}),
                json!({"_id": "u3", "name": "Bia de novo", "email": "BIA@sol.example", "role": "collaborator", "companyId": "c1"}),
                json!({"_id": "u4", "name": "pc-1", "email": "pc@sol.example", "role": "machine"}),
                json!({"_id": "u5", "name": "Rei", "email": "rei@sol.example", "role": "king"}),
                json!({"_id": "u6", "name": "Só", "email": "so@sol.example", "role": "manager"}),
                json!({"_id": "u7", "name": "Caio", "email": "caio@sol.example", "role": "gestor", "companyId": "c1"}),
            ],
        ),
        (
            "machines",
            vec![
                json!({"_id": "m1", "_creationTime": at(1), "hostname": "caixa-1", "companyId": "c1",
                       "assignedUserId": "u3", "linkedUserIds": ["u7", "u2", "nobody"],
                       "os": {"name": "Windows 11 Pro", "version": "11", "build": "26100"},
                       "metadata": {"smbiosUuid": "4C4C4544-0042-3510-8057-B4C04F564E32", "ram": 16}}),
                json!({"_id": "m2", "hostname": "sem-dono", "companyId": "nowhere"}),
            ],
        ),
        (
            "machineHeartbeats",
            vec![
                json!({"_id": "h1", "machineId": "m1", "lastHeartbeatAt": at(90)}),
                json!({"_id": "h2", "machineId": "gone", "lastHeartbeatAt": at(90)}),
            ],
        ),
        (
            "tickets",
            vec![
                json!({"_id": "t2", "_creationTime": at(20), "subject": "Segundo", "status": "PAUSED",
                       "requesterId": "u2", "assigneeId": "u1", "priority": "ALTA", "machineId": "m1",
                       "comments": [{"authorId": "u1", "body": "Olhando\n\nde perto", "createdAt": at(25)},
                                    {"authorId": "u1", "body": "Cabo", "internal": true}]}),
                json!({"_id": "t1", "_creationTime": at(10), "title": "Impressora", "status": "RESOLVED",
                       "requesterId": "u3", "assigneeId": "u2", "resolvedAt": at(60)}),
                json!({"_id": "t3", "_creationTime": at(30), "subject": "Terceiro", "status": "AWAITING_ATTENDANCE",
                       "requesterId": "u2", "assigneeId": "u1"}),
                json!({"_id": "t4", "subject": "De ninguém", "status": "PENDING", "requesterId": "u5"}),
                json!({"_id": "t5", "subject": "?", "status": "LOST", "requesterId": "u2"}),
            ],
        ),
        (
            "ticketComments",
            vec![
                json!({"_id": "k1", "_creationTime": at(15), "ticketId": "t1", "authorId": "u5", "content": "<p>Oi</p>"}),
                json!({"_id": "k2", "ticketId": "gone", "body": "x"}),
            ],
        ),
        ("alerts", vec![json!({"_id": "a1"}), json!({"_id": "a2"})]),
    ]
}

/// What is said of the export, whether it is written or not.
fn check_report(report: &Value) {
    let counts = |table: &str| {
        let table = &report["tables"][table];
        (table["taken"].as_u64().unwrap(), table["documents"].as_u64().unwrap())
    };
    for (table, expected) in [
        ("companies", (2, 2)),
        ("users", (3, 8)),
        ("machines", (1, 2)),
        ("machineHeartbeats", (1, 2)),
        ("tickets", (3, 5)),
        ("ticketComments", (1, 2)),
    ] {
        assert_eq!(counts(table), expected, "{table}: {report:#}");
    }
    assert_eq!(report["unknown_tables"], json!({"alerts": 2}));
    assert_eq!(report["tables"]["companies"]["unknown_fields"], json!({"colour": 1}));
    assert_eq!(report["tables"]["machines"]["unknown_fields"], json!({"metadata.ram": 1}));
    let users = &report["tables"]["users"]["left_out"];
    for reason in ["another has its e-mail address", "\"king\" is unknown", "is of no company"] {
        let told = users.as_object().unwrap().keys().any(|why| why.contains(reason));
        assert!(told, "{reason}: {users:#}");
    }
}

fn taken_in(rows: &Rows, folder: &Path) -> String {
    let file = export(folder, &tables(), "{\"_id\": ");
    let (said, _) = rows.done(&["import-legacy", &file, "--json"]);
    check_report(&serde_json::from_str(&said).unwrap());
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_tells_everything_and_writes_nothing() {
    let (folder, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let rows = Rows::empty(&data);
    let file = export(folder.path(), &tables(), "nonsense");
    let (said, _) = rows.done(&["import-legacy", &file, "--dry-run", "--json"]);
    check_report(&serde_json::from_str(&said).unwrap());
    let (said, _) = rows.done(&["import-legacy", &file, "--dry-run"]);
    assert!(said.contains("alerts: unknown table, 2 documents"), "{said}");
    assert!(said.ends_with("Nothing was written.\n"), "{said}");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "not even an empty database");
    assert!(!folder.path().join("export.zip.ids.jsonl").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_is_here() {
    let (folder, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let rows = Rows::empty(&data);
    let file = taken_in(&rows, folder.path());
    assert!(rows.refused(&["import-legacy", &file]).contains("there is a tenant already"));
    let ids = fs::read(folder.path().join("export.zip.ids.jsonl")).unwrap();
    let ids = serde_json::Deserializer::from_reader(BufReader::new(&*ids)).into_iter::<Value>();
    let ids: Vec<Value> = ids.collect::<Result<_, _>>().unwrap();
    let id = |old: &str| text(ids.iter().find(|id| id["old"] == old).unwrap(), "new");
    assert_eq!(id("u2"), id("u3"), "one person");

    let reset = ["admin", "user", "reset-access", "--email", "ana@desk.example"];
    let (link, _) = rows.done(&reset);
    let (_server, url) = Server::start(data.path());
    let ana = Browser::at(&url);
    let token = link.trim().split_once('#').unwrap().1;
    let chosen = json!({"token": token, "password": PASSWORD});
    let _chosen = ana.post("/api/auth/password/reset", chosen).await.ok();
    let session = json!({"email": "ana@desk.example", "password": PASSWORD});
    let _session = ana.post("/api/auth/sign-in/email", session).await.ok();

    let companies = ana.get("/api/admin/companies").await.ok();
    assert_eq!(pluck(&companies, "nickname"), ["mercado-bom", "padaria-sol"]);
    assert_eq!(items(&companies)[1]["provisioningCode"], "ABCDE-12345-FGHJK-67890");
    let device = ana.get(&format!("/api/admin/devices/{}", id("m1"))).await.ok();
    assert_eq!(device["osLabel"], "Windows 11 Pro (26100)", "{device:#}");
    assert_eq!(device["lastSeenAt"], "2023-11-14T23:43:20Z");
    assert_eq!(device["assignedUser"]["id"], id("u2"));
    let linked: Vec<_> = device["linkedUsers"].as_array().unwrap().iter().collect();
    assert_eq!(linked.len(), 1, "{linked:#?}");

    let tickets = ana.get("/api/tickets?sort=oldest").await.ok();
    let mut found: Vec<_> = items(&tickets)
        .iter()
        .map(|t| (t["number"].as_i64().unwrap(), text(t, "subject"), text(t, "status")))
        .collect();
    found.sort();
    let expected =
        [(1, "Impressora", "resolved"), (2, "Segundo", "paused"), (3, "Terceiro", "in_progress")];
    assert_eq!(
        found,
        expected.map(|(n, subject, status)| (n, subject.to_owned(), status.to_owned()))
    );
    let ticket = |of: &str| format!("/api/tickets/{}{of}", id("t2"));
    let second = ana.get(&ticket("")).await.ok();
    assert_eq!((&second["priority"], &second["workedSeconds"]), (&json!("high"), &json!(0)));
    assert_eq!(second["device"]["id"], id("m1"));
    let comments = ana.get(&ticket("/comments")).await.ok();
    let bodies = pluck(&comments, "body");
    assert_eq!(bodies, ["<p>Cabo</p>", "<p>Olhando</p><p>de perto</p>"]);
    assert_eq!(pluck(&comments, "visibility"), ["internal", "public"]);
    let events = ana.get(&ticket("/timeline")).await.ok();
    let changes = items(&events).iter().filter(|event| event["type"] != "commented").count();
    assert_eq!(json!(changes), second["version"], "the timeline tells of every change: {events:#}");
    assert_eq!(items(&ana.get("/api/tickets?q=perto").await.ok()).len(), 1);
    let counts = ana.get("/api/dashboard").await.ok();
    let one_each = ["in_progress", "paused", "resolved"].map(|s| json!({"status": s, "count": 1}));
    assert_eq!(counts["counts"]["byStatus"].as_array().unwrap()[1..], one_each);
    let next = ana.post("/api/tickets", json!({"subject": "Novo"})).await.ok();
    assert_eq!(next["number"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_into_postgresql_as_well() {
    databases::with(TestDatabase::postgres().await, async |database| {
        let (folder, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let (database, data) = (database.url().to_owned(), data.path().to_owned());
        let rows = Rows { database, data };
        rows.done(&["migrate"]);
        taken_in(&rows, folder.path());
        let archive = rows.export("Suporte");
        assert_eq!(archive.said["unreadable"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_read_by_a_mapping() {
    let (folder, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let rows = Rows::empty(&data);
    let documents = vec![
        ("clientes", vec![json!({"_id": "c1", "razao": "Padaria", "slug": "padaria"})]),
        (
            "users",
            vec![json!({"_id": "u1", "name": "Ana", "mail": "ana@desk.example", "role": "chefe"})],
        ),
    ];
    let file = export(folder.path(), &documents, "");
    let mapping = folder.path().join("names.toml");
    let names = "tenant = \"Suporte Norte\"\n[tables]\ncompanies = \"clientes\"\n[fields.companies]\n\
                 name = \"razao\"\n[fields.users]\nemail = \"mail\"\n[roles]\nchefe = \"admin\"\n";
    fs::write(&mapping, names).unwrap();
    let words = ["import-legacy", &file, "--mapping", mapping.to_str().unwrap(), "--json"];
    let report: Value = serde_json::from_str(&rows.done(&words).0).unwrap();
    assert_eq!(report["tables"]["clientes"]["taken"], 1);
    assert_eq!(report["tables"]["users"]["taken"], 1, "{report:#}");
    assert_eq!(rows.tenants()[0]["name"], "Suporte Norte");
}

#[test]
fn what_is_no_export_is_said_in_one_line() {
    let (folder, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let rows = Rows::empty(&data);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("no.zip"), "no zip").unwrap();
    let empty = ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap().into_inner();
    fs::write(path("empty.zip"), empty).unwrap();
    fs::write(path("names.toml"), "[fields.users]\nmail = \"x\"").unwrap();
    let file = export(folder.path(), &tables(), "");
    for (words, expected) in [
        (vec!["import-legacy", "/nowhere"], "/nowhere"),
        (vec!["import-legacy", &path("no.zip")], "no zip"),
        (vec!["import-legacy", &path("empty.zip")], "no folder"),
        (vec!["import-legacy", &file, "--mapping", &path("names.toml")], "mail"),
    ] {
        let said = rows.refused(&words);
        assert!(said.contains(expected), "{words:?}: {said}");
        assert_eq!(rows.tenants(), json!([]));
    }
}
