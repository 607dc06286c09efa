//! A small demo is made, served and looked at by HTTP: whatever it shows, the product could have come to by
//! itself.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::collections::{BTreeMap, HashSet};

use chamados_bench::{browser::Browser, product::free_address};
use chamados_demo::{Addresses, Filled, Folder, Size, fill, remove, serve};
use chrono::{DateTime, TimeDelta, Utc};
use indicatif::ProgressBar;
use serde_json::{Value, json};

const SEED: u64 = 7;

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// All items of a list.
async fn all(browser: &Browser, path: &str) -> Vec<Value> {
    let (mut items, mut token) = (Vec::new(), String::new());
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = browser.get(&format!("{path}{sign}pageSize=100{token}")).await.unwrap();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["nextPageToken"].as_str() {
            Some(next) => token = format!("&pageToken={next}"),
            None => return items,
        }
    }
}

/// What the changes of a timeline make of a field, from nothing on.
fn rebuilt<'a>(timeline: &'a [Value], field: &str) -> Option<&'a str> {
    let mut changes = timeline.iter().flat_map(|entry| entry["changes"].as_array().unwrap());
    changes.rfind(|change| change["field"] == field)?["newValue"].as_str()
}

/// T2 to T4: the timeline rebuilds the row, the version counts the changes, sessions add up.
async fn check_ticket(browser: &Browser, ticket: &Value, now: DateTime<Utc>) {
    let name = format!("ticket {}", ticket["number"]);
    let id = text(ticket, "id");
    let timeline = all(browser, &format!("/api/tickets/{id}/timeline")).await;
    let times: Vec<_> = timeline.iter().map(|entry| time(&entry["occurredAt"])).collect();
    assert!(times.is_sorted() && *times.last().unwrap() <= now, "{name}: {times:?}");
    assert_eq!(time(&ticket["createdAt"]), times[0], "{name}");
    let versions: HashSet<i64> = timeline
        .iter()
        .filter(|entry| entry["type"] != "commented")
        .map(|entry| entry["version"].as_i64().unwrap())
        .collect();
    let version = ticket["version"].as_i64().unwrap();
    assert_eq!(versions, (1..=version).collect(), "{name}: each change has its version");

    let status = rebuilt(&timeline, "status").unwrap_or("pending");
    assert_eq!(status, text(ticket, "status"), "{name}");
    let assignee = rebuilt(&timeline, "assigneeId");
    assert_eq!(assignee, ticket["assignee"]["id"].as_str(), "{name}: assignee");
    let reason = rebuilt(&timeline, "pauseReason").filter(|_| status == "paused");
    assert_eq!(reason, ticket["pauseReason"].as_str(), "{name}: reason");

    let sessions = all(browser, &format!("/api/tickets/{id}/work-sessions")).await;
    let mut worked = TimeDelta::zero();
    let mut spans: Vec<_> = sessions
        .iter()
        .map(|session| {
            (
                time(&session["startedAt"]),
                session["endedAt"].as_str().map(|_| time(&session["endedAt"])),
            )
        })
        .collect();
    spans.sort();
    for (place, (start, end)) in spans.iter().enumerate() {
        assert!(
            *start <= now && end.is_none_or(|end| *start < end && end <= now),
            "{name}: {start} {end:?}"
        );
        assert!(
            end.is_some() || (place + 1 == spans.len() && status == "in_progress"),
            "{name}: open"
        );
        assert!(
            spans.get(place + 1).is_none_or(|(next, _)| end.unwrap() <= *next),
            "{name}: overlap"
        );
        worked += TimeDelta::seconds(end.map_or(0, |end| (end - *start).num_seconds()));
    }
    assert_eq!(ticket["workedSeconds"], worked.num_seconds(), "{name}: worked");
}

/// The past of the schedules is one that the scheduler could have written: done, in order, each with its log.
async fn check_runs(browser: &Browser) {
    for job in browser.get("/api/admin/jobs").await.unwrap()["items"].as_array().unwrap() {
        let key = text(job, "key");
        let runs = all(browser, &format!("/api/admin/jobs/{key}/runs")).await;
        // Besides those the real runs with which it was made and served: one may be under way, or skipped beside another.
        let past: Vec<_> = runs
            .iter()
            .filter(|run| run["trigger"] == "schedule" && run["state"] == "succeeded")
            .collect();
        assert!(past.len() >= 28, "{key}: {} runs", past.len());
        let due: Vec<_> = past.iter().map(|run| time(&run["dueAt"])).collect();
        assert!(due.is_sorted_by(|later, earlier| later > earlier), "{key}: {due:?}");
        for run in &past {
            assert!(time(&run["dueAt"]) <= time(&run["startedAt"]), "{key}: {run}");
            assert!(time(&run["startedAt"]) <= time(&run["endedAt"]), "{key}: {run}");
            assert!(time(&run["endedAt"]) <= Utc::now(), "{key}: {run}");
        }
        for run in [past[1], past[past.len() - 1]] {
            let run = browser.get(&format!("/api/admin/runs/{}", text(run, "id"))).await.unwrap();
            let lines = run["logLines"].as_array().unwrap();
            assert_eq!(lines[0]["code"], "attempt_started", "{key}: {lines:?}");
            let numbers: Vec<_> = lines.iter().map(|line| line["sequence"].as_u64()).collect();
            let counted: Vec<_> = (1..=lines.len() as u64).map(Some).collect();
            assert_eq!(numbers, counted, "{key}");
        }
    }
}

async fn check_all(browser: &Browser, size: Size, filled: &Filled, now: DateTime<Utc>) {
    let tickets = all(browser, "/api/tickets").await;
    let numbers: HashSet<i64> =
        tickets.iter().map(|ticket| ticket["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=size.tickets as i64).collect());
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for ticket in &tickets {
        check_ticket(browser, ticket, now).await;
        *states.entry(text(ticket, "status")).or_default() += 1;
        assert!(text(&ticket["company"], "name").contains("Fictícia"));
    }
    assert!(states["resolved"] * 10 > size.tickets * 7 && states["in_progress"] >= 1, "{states:?}");
    let oldest = tickets.iter().map(|ticket| time(&ticket["createdAt"])).min().unwrap();
    assert!(now - oldest > TimeDelta::days(300), "a year of them, not from {oldest} on");
    // Opened and resolved are the same events in the figures of the dashboard.
    let dashboard = browser.get("/api/dashboard").await.unwrap();
    assert!(!dashboard["activeWork"]["items"].as_array().unwrap().is_empty());
    assert_eq!(
        dashboard["counts"]["byStatus"]
            .as_array()
            .unwrap()
            .iter()
            .map(|state| state["count"].as_u64().unwrap())
            .sum::<u64>(),
        size.tickets as u64
    );

    let people = all(browser, "/api/admin/users?kind=person").await;
    assert_eq!(people.len(), size.people);
    assert!(people.iter().all(|person| text(person, "email").ends_with(".example.com")));
    assert_eq!(all(browser, "/api/admin/companies").await.len(), 3);
    let devices = all(browser, "/api/admin/devices").await;
    assert_eq!(devices.len(), size.devices);
    let online = devices.iter().filter(|device| device["presence"] == "online").count();
    assert_eq!(online, filled.streaming(), "all that stream are online and nobody else");
    assert!(online < size.devices && online * 10 > size.devices * 7, "{online}");
    for device in &devices {
        let entries =
            all(browser, &format!("/api/admin/devices/{}/timeline", text(device, "id"))).await;
        // What the simulated computers do beside the server is done now.
        assert!(entries.iter().all(|entry| time(&entry["occurredAt"]) <= Utc::now()));
        assert!(entries.iter().any(|entry| entry["type"] == "enrolled"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_is_what_the_product_would_have_written() {
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("demo");
    let folder = Folder::open(&path).unwrap();
    let (size, now) = (Size::SMALL, Utc::now());
    let progress = ProgressBar::hidden();
    // What is left of a fill that was interrupted is in nobody's way.
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::write(folder.data().join("identity.db"), "half a page").unwrap();
    let filled = fill(&folder, SEED, size, now, &progress).await.unwrap();
    let again = fill(&folder, SEED, size, Utc::now(), &progress).await.unwrap();
    assert_eq!(again.password, filled.password, "it is filled once");

    let [http, grpc] =
        [free_address().unwrap(), free_address().unwrap()].map(|address| address.parse().unwrap());
    let mut served = serve(&folder, &filled, Addresses { http, grpc }).await.unwrap();
    served.connect().await.unwrap();
    let origin = format!("http://{http}");
    let nobody = Browser::new(&origin).unwrap();
    assert_eq!(nobody.get("/api/setup").await.unwrap(), json!({"required": false, "demo": true}));
    let mut roles = Vec::new();
    for account in &filled.accounts {
        let credentials = json!({"email": account.email, "password": filled.password});
        let browser =
            Browser::enter(&origin, "/api/auth/sign-in/email", &credentials).await.unwrap();
        let me = browser.get("/api/me").await.unwrap();
        assert_eq!(text(&me["user"], "role"), account.role);
        roles.push(account.role.as_str());
        if account.role == "admin" {
            check_all(&browser, size, &filled, now).await;
            check_runs(&browser).await;
        }
    }
    assert_eq!(roles, ["admin", "agent", "manager", "collaborator"]);
    assert!(remove(&path).is_err(), "it is running");
    served.stop().await.unwrap();
    drop(folder);
    remove(&path).unwrap();
    assert!(!path.exists());
}
