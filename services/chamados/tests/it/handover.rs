//! A computer goes from one person to another and keeps its history.

use chamados_agent::Exit;
use chamados_testkit::{Sandbox, sandbox_suite};
use serde_json::json;

use crate::fixture::{Desk, pluck, text};

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
    let enrolled = computer.enroll(sandbox.agent_url(), &desk.code, "rui@acme.example").await?;
    assert_eq!((enrolled.device_id.to_string(), enrolled.reused), (device.clone(), true));
    let agent = desk.online(&computer, &device).await;

    let record = desk.device(&device).await;
    let owner = text(&rui.get("/api/me").await.ok()["user"], "id");
    assert_eq!(record["assignedUser"]["id"], owner);
    assert_eq!(pluck(&rui.get("/api/devices").await.ok(), "id"), [device.as_str()]);
    assert_eq!(ana.get("/api/devices").await.ok()["total"], 0);
    let tickets = desk.admin.get(&format!("/api/tickets?deviceId={device}")).await.ok();
    assert_eq!(pluck(&tickets, "id"), [ticket.as_str()]);
    let kinds = desk.admin.get(&format!("/api/admin/devices/{device}/timeline")).await.ok();
    for kind in ["enrolled", "reset", "reenrolled"] {
        assert!(pluck(&kinds, "type").contains(&kind), "{kind}: {kinds:#}");
    }

    // The old owner's new computer is a new record.
    let (_new, other) = desk.computer(sandbox, "ana@acme.example").await?;
    assert_ne!(other, device);
    assert_eq!(pluck(&ana.get("/api/devices").await.ok(), "id"), [other.as_str()]);
    agent.stop().await?;
    Ok(())
}
