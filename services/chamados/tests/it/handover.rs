//! A computer goes from one person to another and keeps its history.

use chamados_agent::Exit;
use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{Desk, items, pluck, text};

sandbox_suite!(embedded: AllInOne on SqliteMemory; the_record_and_its_tickets_stay);
sandbox_suite!(split: Split on PostgresRedis; the_record_and_its_tickets_stay);

async fn the_record_and_its_tickets_stay(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let rui = desk.person(sandbox, "collaborator", "rui@acme.example").await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &device).await;
    let ticket = json!({"subject": "Sem rede", "deviceId": device});
    let ticket = ana.post("/api/tickets", ticket).await.text("id");

    let _reset = desk.admin.press(&format!("/api/admin/devices/{device}/reset-agent")).await.ok();
    assert_eq!(agent.exit().await?, Exit::Reset);

    // Nobody who asks may give it away, and staff give it to one of the company.
    let path = format!("/api/admin/devices/{device}/access");
    let to_rui = json!({"email": "RUI@acme.example", "persona": "manager"});
    let request = |by: &Browser, body: &Value| by.request(Method::PUT, &path).json(body);
    ana.send(request(&ana, &to_rui)).await.refused(403, "permission_denied");
    let unclear = json!({"email": "rui@acme.example", "persona": "admin"});
    desk.admin.send(request(&desk.admin, &unclear)).await.refused_field("persona");
    let adjusted = desk.admin.send(request(&desk.admin, &to_rui)).await.ok();
    let owner = text(&rui.get("/api/me").await.ok()["user"], "id");
    assert_eq!(
        (&adjusted["assignedUser"]["id"], &adjusted["enrolled"]),
        (&json!(owner), &json!(false))
    );
    assert_eq!(adjusted["persona"], "manager");
    assert_eq!(ana.get("/api/devices").await.ok()["total"], 0, "it is Ana's no longer");
    let enrolled = computer.enroll(sandbox.agent_url(), &desk.code, "rui@acme.example").await?;
    assert_eq!((enrolled.device_id.to_string(), enrolled.reused), (device.clone(), true));
    let agent = desk.online(&computer, &device).await;

    let record = desk.device(&device).await;
    assert_eq!(record["assignedUser"]["id"], owner);
    assert_eq!(record["persona"], "manager", "staff's word outlives the reinstallation");
    assert_eq!(pluck(&rui.get("/api/devices").await.ok(), "id"), [device.as_str()]);
    assert_eq!(ana.get("/api/devices").await.ok()["total"], 0);
    let tickets = desk.admin.get(&format!("/api/tickets?deviceId={device}")).await.ok();
    assert_eq!(pluck(&tickets, "id"), [ticket.as_str()]);
    let kinds = desk.admin.get(&format!("/api/admin/devices/{device}/timeline")).await.ok();
    for kind in ["enrolled", "reset", "access_adjusted", "reenrolled"] {
        assert!(pluck(&kinds, "type").contains(&kind), "{kind}: {kinds:#}");
    }

    let adjusted = items(&kinds).iter().find(|entry| entry["type"] == "access_adjusted").unwrap();
    let change = &adjusted["changes"][0];
    assert_eq!(
        (&change["field"], &change["newLabel"]),
        (&json!("assignedUserId"), &json!("rui@acme.example"))
    );
    assert_eq!(
        pluck(&rui.get("/api/tickets").await.ok(), "id"),
        [] as [&str; 0],
        "Ana's tickets are Ana's"
    );
    let tokens = desk.admin.get(&format!("/api/admin/devices/{device}/tokens")).await.ok();
    let tokens = items(&tokens);
    assert_eq!((tokens.len(), tokens[0]["revokedAt"].is_null()), (2, true));
    assert!(tokens[1]["revokedAt"].is_string(), "{tokens:?}");

    // The old owner's new computer is a new record.
    let (_new, other) = desk.computer(sandbox, "ana@acme.example").await?;
    assert_ne!(other, device);
    assert_eq!(pluck(&ana.get("/api/devices").await.ok(), "id"), [other.as_str()]);
    agent.stop().await?;
    Ok(())
}
