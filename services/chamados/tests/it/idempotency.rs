//! A request that is sent again does nothing twice.

use chamados_testkit::{Sandbox, sandbox_suite};
use futures::future::join_all;
use serde_json::json;

use crate::fixture::{Desk, SOON, items, pluck, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_repeated_ticket_is_the_same_ticket,
    every_change_can_be_repeated,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    a_repeated_ticket_is_the_same_ticket,
    every_change_can_be_repeated,
);

async fn a_repeated_ticket_is_the_same_ticket(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let body = || json!({"subject": "Sem rede", "priority": "high"});
    let first = desk.admin.post_once("/api/tickets", "k1", body()).await;
    assert_eq!(first.status, 201);
    let first = first.ok();
    let again = desk.admin.post_once("/api/tickets", "k1", body()).await;
    assert_eq!((again.status, &again.body), (201, &first));
    let changed = json!({"subject": "Sem rede!", "priority": "high"});
    let changed = desk.admin.post_once("/api/tickets", "k1", changed).await;
    changed.refused(409, "request_id_reused");

    let rush = join_all((0..32).map(|_| desk.admin.post_once("/api/tickets", "k2", body()))).await;
    let ids: Vec<String> = rush.into_iter().map(|answer| answer.text("id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(desk.admin.get("/api/tickets").await.ok()["total"], 2);

    let other = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let theirs = other.post_once("/api/tickets", "k1", body()).await.ok();
    assert_ne!(theirs["id"], first["id"], "a key is its sender's own");
    sandbox.restart().await?;
    let later = desk.admin.post_once("/api/tickets", "k1", body()).await;
    assert_eq!((later.status, &later.body), (201, &first), "over a restart");
    Ok(())
}

async fn every_change_can_be_repeated(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let id = text(&desk.ticket("one").await, "id");
    let me = text(&desk.admin.get("/api/me").await.ok()["user"], "id");
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let ticket = |verb: &str| format!("/api/tickets/{id}/{verb}");
    let steps = [
        (ticket("assign"), json!({"assigneeId": me}), json!({"assigneeId": null})),
        (ticket("start"), json!({}), json!({"version": 9})),
        (
            ticket("comments"),
            json!({"body": "<p>a</p>", "visibility": "public"}),
            json!({"body": "<p>b</p>", "visibility": "public"}),
        ),
        (ticket("pause"), json!({"reason": "break"}), json!({"reason": "scheduled"})),
        (ticket("resolve"), json!({"message": "<p>fim</p>"}), json!({"message": "<p>x</p>"})),
        (ticket("reopen"), json!({"reason": "a"}), json!({"reason": "b"})),
        (
            "/api/admin/companies".to_owned(),
            json!({"name": "Globex", "nickname": "globex"}),
            json!({"name": "Globex 2", "nickname": "globex"}),
        ),
        (
            "/api/admin/users".to_owned(),
            json!({"name": "N", "email": "n@desk.example", "role": "agent"}),
            json!({"name": "M", "email": "n@desk.example", "role": "agent"}),
        ),
    ];
    for (path, body, other) in steps {
        let first = desk.admin.post_once(&path, "once", body.clone()).await;
        let status = first.status;
        let first = first.ok();
        let again = desk.admin.post_once(&path, "once", body).await;
        assert_eq!((again.status, &again.body), (status, &first), "{path}");
        desk.admin.post_once(&path, "once", other).await.refused(409, "request_id_reused");
    }
    let timeline = desk.admin.get(&ticket("timeline")).await.ok();
    let kinds = ["created", "assigned", "started", "commented", "paused", "resolved", "reopened"];
    assert_eq!(pluck(&timeline, "type"), kinds);

    let reset = format!("/api/admin/devices/{device}/reset-agent");
    for _ in 0..2 {
        let reset = desk.admin.post_once(&reset, "once", json!({})).await.ok();
        assert_eq!(reset["revokedTokens"], 1, "the first answer again");
    }
    let run = "/api/admin/jobs/ticket-purge-processed/run";
    let runs: Vec<String> = join_all((0..8).map(|_| desk.admin.post_once(run, "once", json!({}))))
        .await
        .into_iter()
        .map(|answer| answer.text("runId"))
        .collect();
    assert!(runs.iter().all(|id| *id == runs[0]), "{runs:?}");
    let path = "/api/admin/jobs/ticket-purge-processed/runs";
    chamados_testkit::eventually(SOON, "it ran", async || {
        let list = desk.admin.get(path).await.ok();
        let ran = items(&list).iter().filter(|run| run["trigger"] == "manual").count();
        assert_eq!(ran, 1, "{list:#}");
        (items(&list)[0]["state"] == "succeeded").then_some(())
    })
    .await;
    Ok(())
}
