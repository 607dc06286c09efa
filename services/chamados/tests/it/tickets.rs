//! What a ticket may and may not become.

use chamados_testkit::{Sandbox, sandbox_suite};
use serde_json::{Value, json};

use crate::fixture::{Desk, items, pluck, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    only_legal_transitions,
    comments_need_an_assignee_and_internal_ones_stay_inside,
    what_is_written_is_safe,
    filters_are_the_servers,
    pages_hold_every_ticket_once,
);
sandbox_suite!(split: Split on PostgresRedis; only_legal_transitions, filters_are_the_servers);

async fn only_legal_transitions(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let pause = json!({"reason": "break"});
    let verbs =
        [("start", json!({})), ("pause", pause), ("resolve", json!({})), ("reopen", json!({}))];
    let paths: [(&[&str], &str, &[&str]); 4] = [
        (&[], "pending", &["start", "resolve"]),
        (&["start"], "in_progress", &["pause", "resolve"]),
        (&["start", "pause"], "paused", &["start", "resolve"]),
        (&["resolve"], "resolved", &["reopen"]),
    ];
    let body = |verb: &str| verbs.iter().find(|(name, _)| *name == verb).unwrap().1.clone();
    for (way, status, legal) in paths {
        for (verb, _) in &verbs {
            let id = text(&desk.ticket(status).await, "id");
            let to = |verb: &str| format!("/api/tickets/{id}/{verb}");
            for step in way {
                let _ticket = desk.admin.post(&to(step), body(step)).await.ok();
            }
            let before = desk.admin.get(&format!("/api/tickets/{id}")).await.ok();
            assert_eq!(before["status"], status);
            let answer = desk.admin.post(&to(verb), body(verb)).await;
            if legal.contains(verb) {
                let _ticket = answer.ok();
            } else {
                answer.refused(409, "illegal_transition");
                let after = desk.admin.get(&format!("/api/tickets/{id}")).await.ok();
                assert_eq!(after, before, "{verb} of a {status} ticket changed something");
            }
        }
    }
    Ok(())
}

async fn comments_need_an_assignee_and_internal_ones_stay_inside(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let person = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let ticket = person.post("/api/tickets", json!({"subject": "Sem rede"})).await.ok();
    let id = text(&ticket, "id");
    let path = format!("/api/tickets/{id}/comments");
    let comment = |visibility: &str| json!({"body": "<p>oi</p>", "visibility": visibility});
    desk.admin.post(&path, comment("public")).await.refused(409, "ticket_unassigned");
    let _comment = person.post(&path, comment("public")).await.ok();
    person.post(&path, comment("internal")).await.refused(403, "permission_denied");
    let _ticket = desk.admin.press(&format!("/api/tickets/{id}/start")).await.ok();
    let _comment = desk.admin.post(&path, comment("internal")).await.ok();
    assert_eq!(items(&desk.admin.get(&path).await.ok()).len(), 2);
    assert_eq!(pluck(&person.get(&path).await.ok(), "visibility"), ["public"]);
    let timeline = format!("/api/tickets/{id}/timeline");
    assert_eq!(pluck(&desk.admin.get(&timeline).await.ok(), "type").len(), 4);
    let told = person.get(&timeline).await.ok();
    assert_eq!(pluck(&told, "type"), ["created", "commented", "started"]);
    assert_eq!(told["total"], 3, "not even counted");
    Ok(())
}

async fn what_is_written_is_safe(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let html = "<p onclick=\"x()\">a<script>alert(1)</script><a href=\"javascript:x()\">b</a></p>";
    let body = json!({"subject": "<b>s</b>", "description": html});
    let ticket = desk.admin.post("/api/tickets", body).await.ok();
    let description = text(&ticket, "description");
    for danger in ["script", "onclick", "javascript"] {
        assert!(!description.contains(danger), "{description}");
    }
    assert_eq!(ticket["subject"], "<b>s</b>", "plain text is text");
    Ok(())
}

async fn filters_are_the_servers(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let me = text(&desk.admin.get("/api/me").await.ok()["user"], "id");
    let queue = text(&items(&desk.admin.get("/api/queues").await.ok())[0], "id");
    let high =
        json!({"subject": "Impressora não imprime", "priority": "high", "companyId": desk.company});
    let high = text(&desk.admin.post("/api/tickets", high).await.ok(), "id");
    let plain = text(&desk.ticket("Sem rede").await, "id");
    let _ticket = desk.admin.press(&format!("/api/tickets/{plain}/start")).await.ok();
    let (both, company) = ([plain.clone(), high.clone()], &desk.company);
    let cases: &[(String, &[String])] = &[
        (String::new(), &both),
        ("status=in_progress".into(), &both[..1]),
        ("status=pending&status=in_progress".into(), &both),
        ("status=resolved".into(), &[]),
        ("assigneeId=none".into(), &both[1..]),
        (format!("assigneeId={me}"), &both[..1]),
        (format!("assigneeId={me}&assigneeId=none"), &both),
        ("priority=high".into(), &both[1..]),
        (format!("companyId={company}"), &both[1..]),
        (format!("queueId={queue}"), &both),
        (format!("requesterId={me}"), &both),
        ("q=IMPRESSORA%20NAO".into(), &both[1..]),
        ("q=2".into(), &both[..1]),
        ("createdFrom=2999-01-01T00:00:00Z".into(), &[]),
        ("createdTo=2999-01-01T00:00:00Z".into(), &both),
    ];
    for (query, expected) in cases {
        let list = desk.admin.get(&format!("/api/tickets?{query}")).await.ok();
        assert_eq!(pluck(&list, "id"), *expected, "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
    }
    Ok(())
}

async fn pages_hold_every_ticket_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let subjects: Vec<String> = (0..7).map(|number| number.to_string()).collect();
    let new = subjects.iter().map(|subject| desk.ticket(subject));
    let made = futures::future::join_all(new).await;
    let mut numbers: Vec<i64> =
        made.iter().filter_map(|ticket| ticket["number"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7], "numbers are unique and gapless");
    let (mut seen, mut token) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = desk.admin.get(&format!("/api/tickets?pageSize=2&pageToken={token}")).await.ok();
        assert_eq!(page["total"], 7);
        seen.extend(pluck(&page, "id").into_iter().map(ToOwned::to_owned));
        match &page["nextPageToken"] {
            Value::String(next) => token.clone_from(next),
            _ => break,
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 7, "every ticket once");
    Ok(())
}
