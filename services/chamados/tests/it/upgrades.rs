//! What an earlier version kept, taken over by this one.

use std::{fs, path::PathBuf, sync::Arc};

use chamados_bench::invariants::{self, Moment};
use chamados_chassis::clock::{Clock, SharedClock, SystemClock};
use chamados_testkit::{
    Sandbox, TestDatabase, eventually,
    sandbox::{Backends, Browser, PASSWORD, Topology, with},
    sandbox_suite,
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{
    archives::Rows,
    fixture::{Desk, SOON, items, text},
};

/// The bytes of every attachment.
const FILE: &[u8] = b"invented contents \x00\xff";
/// What is of the moment, or follows from the time since the question.
const OF_THE_MOMENT: [&str; 8] = [
    "lastRun",
    "lastSeenAt",
    "lastUsedAt",
    "nextFireAt",
    "nextPageToken",
    "presence",
    "total",
    "upcoming",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    everything_is_there(Backends::SqliteMemory, Kept::read("sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    everything_is_there(Backends::PostgresRedis, Kept::read("postgres")).await;
}

sandbox_suite!(embedded: AllInOne on SqliteMemory; newer_tables_are_used_while_they_allow_it);
sandbox_suite!(split: Split on PostgresRedis; newer_tables_are_used_while_they_allow_it);

/// What an earlier version left behind, see its README.
struct Kept {
    folder: PathBuf,
    asked_at: DateTime<Utc>,
    /// What it said, by path.
    answers: Map<String, Value>,
}

impl Kept {
    fn read(backend: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/a1f4a6d");
        let folder = folder.join(backend);
        let told = fs::read(folder.join("answers.json")).unwrap();
        let mut told: Value = serde_json::from_slice(&told).unwrap();
        let asked_at = text(&told, "askedAt").parse().unwrap();
        let Value::Object(answers) = told["answers"].take() else { panic!("no answers") };
        Self { folder, asked_at, answers }
    }

    /// Puts the rows and files where this version looks for them.
    async fn restore(&self, database: &TestDatabase, data: &std::path::Path) -> anyhow::Result<()> {
        for file in fs::read_dir(&self.folder)? {
            let path = file?.path();
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            let url = match database.url().strip_prefix("sqlite://") {
                None => database.url().to_owned(),
                Some(folder) => {
                    let name = path.file_stem().unwrap_or_default().display();
                    format!("sqlite://{folder}/{name}.db?mode=rwc")
                }
            };
            // One connection, for what is said of the session.
            let db =
                Database::connect(ConnectOptions::new(url).max_connections(1).to_owned()).await?;
            if !database.is_postgres() {
                db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
            }
            db.execute_unprepared(&fs::read_to_string(&path)?).await?;
            db.close().await?;
        }
        let (from, to) = (self.folder.join("attachments"), data.join("attachments"));
        copy(&from, &to)?;
        Ok(())
    }

    /// Every object that was told and has all of these fields.
    fn objects<'a>(&'a self, fields: &'a [&str]) -> Vec<&'a Value> {
        let mut found = Vec::new();
        let mut left: Vec<&Value> = self.answers.values().collect();
        while let Some(value) = left.pop() {
            match value {
                Value::Array(values) => left.extend(values),
                Value::Object(object) => {
                    if fields.iter().all(|field| object.contains_key(*field)) {
                        found.push(value);
                    }
                    left.extend(object.values());
                }
                _ => {}
            }
        }
        found
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, to) = (entry?.path(), to);
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy(&path, &to)? } else { fs::copy(&path, &to).map(drop)? }
    }
    Ok(())
}

/// The machine's clock, put back: what was kept has not grown old, however late the test runs.
struct PutBack(TimeDelta);

impl Clock for PutBack {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() - self.0
    }

    fn instant(&self) -> Instant {
        SystemClock.instant()
    }
}

async fn everything_is_there(backends: Backends, kept: Kept) {
    let clock: SharedClock = Arc::new(PutBack(SystemClock.now() - kept.asked_at));
    let fill =
        async |database: &TestDatabase, data: &std::path::Path| kept.restore(database, data).await;
    let sandbox = Sandbox::start_on(Topology::AllInOne, backends, &[], clock.clone(), fill).await;
    with(sandbox, async |sandbox| {
        let ana = signed_in(sandbox, "ana@suporte.example").await;
        assert_eq!(lost(&kept, &ana).await, [] as [String; 0]);
        files_are_whole(&kept, &ana).await?;
        holds(sandbox, &clock).await?;
        the_computer_goes_on(sandbox, &kept, &ana).await?;
        work_goes_on(sandbox, &kept, &ana).await;
        holds(sandbox, &clock).await?;
        // An archive has what was kept, and what is new.
        let archive = Rows::of(sandbox).export("Suporte Sul");
        assert_eq!(archive.said["unreadable"], 0, "{:#}", archive.said);
        assert_eq!(archive.said["attachments"], 1, "{:#}", archive.said);
        anyhow::Ok(())
    })
    .await;
}

async fn signed_in(sandbox: &Sandbox, email: &str) -> Browser {
    let browser = sandbox.browser();
    let credentials = json!({"email": email, "password": PASSWORD});
    let _user = browser.post("/api/auth/sign-in/email", credentials).await.ok();
    browser
}

/// What was told before and is not told now.
async fn lost(kept: &Kept, ana: &Browser) -> Vec<String> {
    let mut lost = Vec::new();
    for (path, before) in &kept.answers {
        let after = ana.get(path).await;
        if after.status != 200 {
            lost.push(format!("{path}: {}", after.status));
            continue;
        }
        compare(path, before, &after.body, &mut lost);
        // Each of these lists has one page, and some of them a number that is kept.
        let (total, listed) = (&after.body["total"], after.body["items"].as_array());
        if total.is_number() && total.as_u64() != listed.map(|items| items.len() as u64) {
            lost.push(format!("{path}: {total} are not {listed:?}"));
        }
    }
    lost
}

/// More may be told.
fn compare(place: &str, before: &Value, after: &Value, lost: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(fields), Value::Object(_)) => {
            for (field, before) in fields {
                if !OF_THE_MOMENT.contains(&field.as_str()) {
                    compare(&format!("{place} {field}"), before, &after[field], lost);
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for (index, one) in before.iter().enumerate() {
                let other = counterpart(one, index, after).unwrap_or(&Value::Null);
                compare(&format!("{place} {index}"), one, other, lost);
            }
        }
        _ if before != after => lost.push(format!("{place}: {before} became {after}")),
        _ => {}
    }
}

/// The entry of another list that is the same thing.
fn counterpart<'a>(one: &Value, index: usize, others: &'a [Value]) -> Option<&'a Value> {
    if !one.is_object() {
        return others.iter().find(|other| *other == one);
    }
    match ["id", "key"].into_iter().find(|name| one[*name].is_string()) {
        Some(name) => others.iter().find(|other| other[name] == one[name]),
        None => others.get(index),
    }
}

async fn files_are_whole(kept: &Kept, ana: &Browser) -> anyhow::Result<()> {
    let files = kept.objects(&["fileName", "size"]);
    assert!(!files.is_empty());
    for file in files {
        let path = format!("/api/attachments/{}", text(file, "id"));
        let got = ana.request(Method::GET, &path).send().await?.error_for_status()?;
        assert_eq!(got.bytes().await?, FILE.repeat(64), "{file:#}");
    }
    Ok(())
}

async fn holds(sandbox: &Sandbox, clock: &SharedClock) -> anyhow::Result<()> {
    let rows = invariants::Rows::open(sandbox.database_url()).await?;
    let mut violations = Vec::new();
    // Facts of what was done last may be on their way.
    let settled = async {
        loop {
            violations = invariants::all(&rows, Moment::After, clock.now()).await?;
            if violations.is_empty() {
                return anyhow::Ok(());
            }
        }
    };
    if let Ok(read) = tokio::time::timeout(SOON, settled).await {
        return read;
    }
    panic!("{violations:#?}")
}

/// A computer that enrolled with the earlier version is heard under the token it got then.
async fn the_computer_goes_on(sandbox: &Sandbox, kept: &Kept, ana: &Browser) -> anyhow::Result<()> {
    let credentials = fs::read_to_string(kept.folder.join("agent/credentials.json"))?;
    let stored: Value = serde_json::from_str(&credentials)?;
    let device = text(&stored, "deviceId");
    let path = format!("/api/admin/devices/{device}");
    let desk = Desk { admin: ana.beside(0), company: String::new(), code: String::new() };
    assert_ne!(desk.device(&device).await["presence"], "online");
    let computer = sandbox.computer()?;
    computer.adopt(&credentials, sandbox.agent_url())?;
    let agent = desk.online(&computer, &device).await;
    let begun = ana.get(&path).await.ok()["lastSeenAt"].clone();
    eventually(SOON, "it beats", async || {
        let seen = &ana.get(&path).await.ok()["lastSeenAt"];
        (seen.is_string() && *seen != begun).then_some(())
    })
    .await;
    assert_eq!(computer.token()?, text(&stored, "token"));
    agent.stop().await?;
    Ok(())
}

/// Old tickets are worked on, and new ones follow them.
async fn work_goes_on(sandbox: &Sandbox, kept: &Kept, ana: &Browser) {
    let bruno = signed_in(sandbox, "bruno@suporte.example").await;
    let carla = signed_in(sandbox, "carla@aurora.example").await;
    let tickets = kept.objects(&["number", "subject", "status"]);
    let reopened = tickets.iter().find(|ticket| {
        ticket["subject"].as_str().is_some_and(|subject| subject.starts_with("A impressora"))
    });
    let path = format!("/api/tickets/{}", text(reopened.unwrap(), "id"));
    let said = json!({"body": "<p>Vou olhar.</p>", "visibility": "public"});
    let _comment = bruno.post(&format!("{path}/comments"), said).await.ok();
    let resolved = json!({"message": "<p>Pronto.</p>"});
    let _ticket = bruno.post(&format!("{path}/resolve"), resolved).await.ok();
    let events = carla.get(&format!("{path}/timeline")).await.ok();
    assert_eq!(items(&events).last().unwrap()["type"], "resolved", "{events:#}");

    let company = text(&reopened.unwrap()["company"], "id");
    let of_company = format!("/api/tickets?companyId={company}&q=terreo");
    let before = ana.get(&of_company).await.ok()["total"].as_i64();
    let new = carla.post("/api/tickets", json!({"subject": "Tela do térreo"})).await.ok();
    let last = tickets.iter().filter_map(|ticket| ticket["number"].as_i64()).max();
    assert_eq!(new["number"].as_i64(), last.map(|last| last + 1));
    let found = ana.get(&of_company).await.ok();
    assert_eq!(found["items"][0]["id"], new["id"], "the newest is first: {found:#}");
    assert_eq!(found["total"].as_i64(), before.map(|before| before + 1));
}

/// In the middle of a roll, or on the way back, a process meets the tables of the version after it.
async fn newer_tables_are_used_while_they_allow_it(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ticket = text(&desk.ticket("one").await, "id");
    let migrations = (chamados_ticket::migrations().list)();
    let code = migrations.last().map(|migration| migration.name()).unwrap_or_default();
    let rows = invariants::Rows::open(sandbox.database_url()).await?;
    let tx = rows.ticket.begin().await?;
    let later = format!(
        "INSERT INTO schema_migration (name, applied_at, compatible_down_to) \
         SELECT 'm9999_later', applied_at, name FROM schema_migration WHERE name = '{code}'"
    );
    assert_eq!(tx.execute_unprepared(&later).await?.rows_affected(), 1);
    tx.commit().await?;
    sandbox.restart().await?;
    let _work = desk.admin.press(&format!("/api/tickets/{ticket}/start")).await.ok();

    let tx = rows.ticket.begin().await?;
    let contracted =
        "UPDATE schema_migration SET compatible_down_to = name WHERE name = 'm9999_later'";
    tx.execute_unprepared(contracted).await?;
    tx.commit().await?;
    let refused = format!("{:#}", sandbox.restart().await.unwrap_err());
    assert!(refused.contains("m9999_later") && refused.contains(code), "{refused}");
    Ok(())
}

/// By their names versions are compared.
#[test]
fn marks_name_migrations_whose_names_are_in_order() {
    for migrations in [
        chamados_identity::migrations(),
        chamados_ticket::migrations(),
        chamados_device::migrations(),
        chamados_scheduler::migrations(),
    ] {
        let list = (migrations.list)();
        let names: Vec<&str> = list.iter().map(|migration| migration.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(names.contains(&migrations.compatible_down_to), "{}", migrations.service);
    }
}
