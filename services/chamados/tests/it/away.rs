//! What still works while a part is away, and what people are told.

use chamados::Target;
use chamados_testkit::{
    Sandbox, eventually,
    redis::PrivateRedis,
    sandbox::{self, Answer, Backends, Topology},
    sandbox_suite,
};
use serde_json::json;

use crate::fixture::{Desk, SOON, items, text};

sandbox_suite!(
    split: Split on PostgresRedis;
    the_part_that_is_away_is_named,
    facts_wait_for_who_is_away,
);
sandbox_suite!(replicated: Replicated on PostgresRedis; one_replica_is_enough);
sandbox_suite!(all_in_one: AllInOne on PostgresRedis; without_postgres_it_waits_and_comes_back);

#[track_caller]
fn names_the_part(answer: &Answer, part: &str) {
    answer.refused(503, "unavailable");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{answer:#?}");
    assert!(text(&answer.body, "detail").contains(part), "{answer:#?}");
}

async fn the_part_that_is_away_is_named(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let ticket = json!({"subject": "s", "deviceId": device});
    let ticket = desk.admin.post("/api/tickets", ticket).await.text("id");
    let ticket = format!("/api/tickets/{ticket}");
    let companies = "/api/admin/companies";
    let cases = [
        (Target::Ticket, "ticket", "/api/tickets", companies),
        (Target::Device, "device", "/api/admin/devices", ticket.as_str()),
        (Target::Scheduler, "scheduler", "/api/admin/jobs", ticket.as_str()),
        (Target::Identity, "identity", "/api/me", "/healthz"),
    ];
    for (target, name, away, there) in cases {
        sandbox.stop(target).await?;
        names_the_part(&desk.admin.get(away).await, name);
        let still = desk.admin.get(there).await;
        assert_eq!(still.status, 200, "{name} away: {still:#?}");
        sandbox.start_again().await?;
        eventually(SOON, &format!("{name} is back"), async || {
            (desk.admin.get(away).await.status == 200).then_some(())
        })
        .await;
    }
    sandbox.stop(Target::Ticket).await?;
    let lost = desk.admin.post("/api/tickets", json!({"subject": "lost"})).await;
    names_the_part(&lost, "ticket");
    sandbox.start_again().await?;
    eventually(SOON, "tickets are opened again", async || {
        let again = json!({"subject": "again"});
        (desk.admin.post("/api/tickets", again).await.status == 201).then_some(())
    })
    .await;
    Ok(())
}

/// A device's timeline hears of a ticket that was opened and resolved while nobody listened.
async fn facts_wait_for_who_is_away(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let ticket = json!({"subject": "s", "deviceId": device});
    let ticket = desk.admin.post("/api/tickets", ticket).await.text("id");
    sandbox.stop(Target::Device).await?;
    let _ticket = desk.admin.press(&format!("/api/tickets/{ticket}/resolve")).await.ok();
    sandbox.start_again().await?;
    let path = format!("/api/admin/devices/{device}/timeline");
    let told = eventually(2 * SOON, "the device's timeline tells it", async || {
        let answer = desk.admin.get(&path).await;
        if answer.status != 200 {
            return None;
        }
        let timeline = answer.ok();
        let about = items(&timeline).iter().filter(|entry| entry["ticketId"] == ticket);
        let mut kinds: Vec<String> = about.map(|entry| text(entry, "type")).collect();
        kinds.sort_unstable();
        (kinds.len() >= 2).then_some(kinds)
    })
    .await;
    assert_eq!(told, ["ticket_opened", "ticket_resolved"], "once each");
    Ok(())
}

async fn one_replica_is_enough(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let first = desk.admin.beside(0);
    for target in [Target::Identity, Target::Ticket, Target::Device, Target::Scheduler] {
        sandbox.stop_replica(target, 0).await?;
    }
    let paths = ["/api/me", "/api/tickets", "/api/admin/devices", "/api/admin/jobs"];
    for path in paths {
        eventually(SOON, path, async || (first.get(path).await.status == 200).then_some(())).await;
    }
    let ticket = first.post("/api/tickets", json!({"subject": "still"})).await.ok();
    assert_eq!(ticket["status"], "pending");
    Ok(())
}

/// The process lives, says that it is not ready, refuses in time, and is well again by itself. Agents
/// notice nothing.
async fn without_postgres_it_waits_and_comes_back(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &device).await;
    let before = text(&desk.device(&device).await, "lastSeenAt");
    for _ in 0..2 {
        sandbox.unplug_database();
        for path in ["/api/tickets", "/api/me", "/api/admin/devices"] {
            let answer = desk.admin.get(path).await;
            answer.refused(503, "unavailable");
            assert!(!answer.header("retry-after").is_empty(), "{answer:#?}");
        }
        let lost = desk.admin.post("/api/tickets", json!({"subject": "lost"})).await;
        lost.refused(503, "unavailable");
        assert_eq!(desk.admin.get("/healthz").await.status, 200);
        eventually(SOON, "it says that it is not ready", async || {
            let ready = desk.admin.get("/readyz").await;
            (ready.status == 503 && ready.body["ready"] == false).then_some(())
        })
        .await;
        sandbox.plug_database();
        eventually(SOON, "it is ready again", async || {
            let ready = desk.admin.get("/readyz").await.status == 200;
            (ready && desk.admin.get("/api/tickets").await.status == 200).then_some(())
        })
        .await;
    }
    assert_eq!(desk.ticket("after").await["number"], 1);
    eventually(SOON, "the agent is heard", async || {
        let now = desk.device(&device).await;
        (now["presence"] == "online" && text(&now, "lastSeenAt") > before).then_some(())
    })
    .await;
    let timeline = desk.admin.get(&format!("/api/admin/devices/{device}/timeline")).await.ok();
    let offline = items(&timeline).iter().filter(|entry| entry["type"] == "offline").count();
    assert_eq!(offline, 0, "{timeline:#}");
    agent.stop().await?;
    Ok(())
}

/// Everything durable works; presence is right again soon after Redis is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_tickets_go_on() -> anyhow::Result<()> {
    let mut redis = PrivateRedis::start().await?;
    let url = redis.url();
    let settings = [("redis.url.value", url.as_str())];
    let sandbox = Sandbox::start_with(Topology::AllInOne, Backends::PostgresRedis, &settings).await;
    sandbox::with(sandbox, async |sandbox: &mut Sandbox| -> anyhow::Result<()> {
        let desk = Desk::open(sandbox).await?;
        let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
        let agent = desk.online(&computer, &device).await;
        let mut live = desk.admin.listen(None).await;
        redis.kill()?;
        let ticket = json!({"subject": "s", "deviceId": device});
        let ticket = desk.admin.post("/api/tickets", ticket).await.text("id");
        let _ticket = desk.admin.press(&format!("/api/tickets/{ticket}/start")).await.ok();
        let presence = text(&desk.device(&device).await, "presence");
        assert_ne!(presence, "offline", "the agent never stopped");

        redis.restart().await?;
        desk.is(&device, "online", SOON).await;
        let path = format!("/api/admin/devices/{device}/timeline");
        eventually(2 * SOON, "the fact was kept", async || {
            let timeline = desk.admin.get(&path).await.ok();
            items(&timeline).iter().any(|entry| entry["ticketId"] == ticket).then_some(())
        })
        .await;
        // Whether anything was lost cannot be known, so browsers are told to look again.
        eventually(SOON, "live updates resume", async || {
            let frames = live.drain();
            frames.iter().any(|frame| frame.event == "reset").then_some(())
        })
        .await;
        let later = text(&desk.ticket("later").await, "id");
        live.signal("ticket.changed", &later, SOON).await;
        agent.stop().await?;
        Ok(())
    })
    .await;
    Ok(())
}
