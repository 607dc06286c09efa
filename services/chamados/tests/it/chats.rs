//! Live chat and who is at a ticket, on every replica.

use std::time::Duration;

use chamados_testkit::{Sandbox, eventually, sandbox::Browser, sandbox_suite};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{Desk, SOON, items, text};

sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    who_is_there_is_known_everywhere,
    a_message_is_told_to_whom_it_concerns,
);

/// A second is promised, the rest is for a test machine that does other things beside.
const AT_ONCE: Duration = Duration::from_secs(5);
/// So many answers in a row come from every replica behind a gateway.
const AGREED: usize = 4;

async fn report(who: &Browser, ticket: &str, activity: &str) {
    let path = format!("/api/tickets/{ticket}/activity");
    let request = who.request(Method::PUT, &path).json(&json!({"activity": activity}));
    assert_eq!(who.send(request).await.status, 204);
}

async fn who_is_there_is_known_everywhere(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let ticket = ana.post("/api/tickets", json!({"subject": "s"})).await.text("id");
    let path = format!("/api/tickets/{ticket}/activity");
    let mut live = desk.admin.beside(1).listen(None).await;
    for activity in ["viewing", "typing", "left"] {
        report(&ana.beside(0), &ticket, activity).await;
        live.signal("ticket.activity", &ticket, AT_ONCE).await;
        for gateway in 0..sandbox.gateways() {
            let admin = desk.admin.beside(gateway);
            let mut agreed = 0;
            eventually(SOON, "every replica knows", async || {
                let here = admin.get(&path).await.ok();
                let seen = items(&here).first().map_or(&Value::Null, |one| &one["activity"]);
                let expected = if activity == "left" { Value::Null } else { json!(activity) };
                agreed = if *seen == expected { agreed + 1 } else { 0 };
                (agreed == AGREED).then_some(())
            })
            .await;
        }
    }
    Ok(())
}

async fn a_message_is_told_to_whom_it_concerns(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let bia = desk.person(sandbox, "collaborator", "bia@acme.example").await?;
    let ticket = ana.post("/api/tickets", json!({"subject": "s"})).await.text("id");
    let of_bia = bia.post("/api/tickets", json!({"subject": "s"})).await.text("id");
    let path = |of: &str| format!("/api/tickets/{ticket}/chat{of}");
    assert_eq!(ana.get(&path("")).await.ok(), json!({"chat": null, "messages": []}));
    let none = ana.post(&path("/messages"), json!({"body": "oi"})).await;
    assert_eq!((none.status, &none.body["code"]), (404, &json!("chat_not_found")));
    let chat = ana.press(&path("/start")).await.text("id");
    assert_eq!(desk.admin.press(&path("/start")).await.text("id"), chat);

    let mut ears = Vec::new();
    for gateway in 0..sandbox.gateways() {
        ears.push(desk.admin.beside(gateway).listen(None).await);
        ears.push(ana.beside(gateway).listen(None).await);
    }
    let mut deaf = bia.listen(None).await;
    let said = ana.post(&path("/messages"), json!({"body": " oi "})).await;
    assert_eq!((said.status, &said.body["body"]), (201, &json!("oi")));
    for live in &mut ears {
        live.signal("ticket.chat", &ticket, AT_ONCE).await;
    }
    // What comes first to somebody else is their own.
    let _chat = bia.press(&format!("/api/tickets/{of_bia}/chat/start")).await.ok();
    let first = deaf.next(AT_ONCE).await;
    assert_eq!(first.data["ids"][0], json!(of_bia), "{first:?}");

    let known = desk.admin.get(&path("")).await.ok();
    assert_eq!(
        (text(&known["chat"], "id"), known["messages"][0]["sequence"].clone()),
        (chat.clone(), json!(1))
    );
    let read = format!("/api/chats/{chat}/read");
    let read = desk.admin.post(&read, json!({"sequence": 9})).await.ok();
    assert_eq!(read["readMarks"][0]["sequence"], 1);
    assert_eq!(ana.get(&path("?afterSequence=1")).await.ok()["messages"], json!([]));
    let ended = desk.admin.press(&path("/end")).await.ok();
    assert_eq!((&ended["end"], &ended["lastSequence"]), (&json!("closed"), &json!(1)));
    let late = ana.post(&path("/messages"), json!({"body": "ainda?"})).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("chat_ended")));
    let transcript = ana.get(&format!("/api/chats/{chat}/messages")).await.ok();
    assert_eq!((items(&transcript).len(), &transcript["lastSequence"]), (1, &json!(1)));
    assert_eq!(bia.get(&format!("/api/chats/{chat}/messages")).await.status, 404);
    assert_eq!(items(&ana.get(&path("s")).await.ok()).len(), 1);
    Ok(())
}
