//! The dashboard, whole, in one answer.

use chamados_testkit::{Sandbox, sandbox_suite};
use serde_json::{Value, json};

use crate::fixture::{Desk, items, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    everybody_is_told_what_they_may_know,
    what_waits_is_first_and_oldest_first,
    only_days_and_a_time_zone_can_be_asked_for,
);
sandbox_suite!(split: Split on PostgresRedis; everybody_is_told_what_they_may_know);

const DASHBOARD: &str = "/api/dashboard";

fn count(dashboard: &Value, status: &str) -> i64 {
    let counts = dashboard["counts"]["byStatus"].as_array().unwrap();
    counts.iter().find(|each| each["status"] == status).unwrap()["count"].as_i64().unwrap()
}

fn subjects(dashboard: &Value) -> Vec<&str> {
    let tickets = dashboard["latestTickets"].as_array().unwrap();
    tickets.iter().map(|ticket| ticket["subject"].as_str().unwrap()).collect()
}

async fn everybody_is_told_what_they_may_know(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let other = Desk::another(sandbox, "other").await?;
    let person = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let manager = desk.person(sandbox, "manager", "bia@acme.example").await?;
    let _ticket = person.post("/api/tickets", json!({"subject": "da Ana"})).await.ok();
    let ours = text(&desk.ticket("do suporte").await, "id");
    let _ticket = desk.admin.press(&format!("/api/tickets/{ours}/start")).await.ok();

    let told = desk.admin.get(DASHBOARD).await.ok();
    assert_eq!((count(&told, "pending"), count(&told, "in_progress")), (1, 1));
    assert_eq!((&told["counts"]["unassigned"], &told["counts"]["mine"]), (&json!(1), &json!(1)));
    let queue = &told["counts"]["openByQueue"][0];
    assert_eq!((&queue["queue"]["name"], &queue["count"]), (&json!("Chamados"), &json!(2)));
    let days = told["trends"]["days"].as_array().unwrap();
    assert_eq!((days.len(), &days[29]["opened"]), (30, &json!(2)));
    assert_eq!(days[29]["firstResponseSeconds"], Value::Null);
    let work = items(&told["activeWork"]);
    assert_eq!((work.len(), &work[0]["subject"]), (1, &json!("do suporte")));
    assert_ne!(work[0]["user"]["name"], "");

    let _ticket = desk.admin.press(&format!("/api/tickets/{ours}/resolve")).await.ok();
    let told = desk.admin.get(DASHBOARD).await.ok();
    assert_eq!((count(&told, "resolved"), items(&told["activeWork"]).len()), (1, 0));
    assert_eq!(told["trends"]["days"][29]["resolved"], 1);

    for caller in [&person, &manager] {
        let told = caller.get(DASHBOARD).await.ok();
        assert_eq!(subjects(&told), ["da Ana"]);
        assert_eq!((count(&told, "pending"), count(&told, "resolved")), (1, 0));
        assert_eq!((&told["activeWork"], &told["trends"]["people"]), (&Value::Null, &json!([])));
        assert_eq!(told["trends"]["days"][29]["opened"], 1);
    }
    let told = other.admin.get(DASHBOARD).await.ok();
    assert_eq!((subjects(&told).len(), count(&told, "pending")), (0, 0));
    assert_eq!(told["trends"]["days"][29]["opened"], 0);
    Ok(())
}

async fn what_waits_is_first_and_oldest_first(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    for subject in ["a", "b", "c", "d"] {
        let id = text(&desk.ticket(subject).await, "id");
        if matches!(subject, "a" | "c") {
            let _ticket = desk.admin.press(&format!("/api/tickets/{id}/start")).await.ok();
        }
    }
    assert_eq!(subjects(&desk.admin.get(DASHBOARD).await.ok()), ["b", "d", "c", "a"]);
    Ok(())
}

async fn only_days_and_a_time_zone_can_be_asked_for(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ask = async |query: &str| desk.admin.get(&format!("{DASHBOARD}?{query}")).await;
    let week = ask("days=7&timeZone=America%2FSao_Paulo").await.ok();
    assert_eq!(week["trends"]["days"].as_array().unwrap().len(), 7);
    for (query, field) in [
        ("days=0", "days"),
        ("days=367", "days"),
        ("days=x", "days"),
        ("timeZone=Nowhere", "timeZone"),
        ("timeZone=", "timeZone"),
        ("month=7", "month"),
    ] {
        ask(query).await.refused_field(field);
    }
    Ok(())
}
