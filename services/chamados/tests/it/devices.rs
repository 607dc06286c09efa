//! Devices as people see them.

use chamados_testkit::{Sandbox, sandbox_suite};
use serde_json::json;

use crate::fixture::{Desk, SOON, pluck, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    each_sees_the_devices_that_concern_them,
    a_broken_connection_is_no_good_bye,
    heartbeats_are_no_changes,
);
sandbox_suite!(replicated: Replicated on PostgresRedis; a_broken_connection_is_no_good_bye);

async fn each_sees_the_devices_that_concern_them(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let rui = desk.person(sandbox, "collaborator", "rui@acme.example").await?;
    let manager = desk.person(sandbox, "manager", "caio@acme.example").await?;
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let path = format!("/api/admin/devices/{device}");
    assert_eq!(pluck(&ana.get("/api/devices").await.ok(), "id"), [device.as_str()]);
    for (client, sees) in [(&desk.admin, true), (&manager, true), (&ana, true), (&rui, false)] {
        let list = client.get("/api/admin/devices").await.ok();
        assert_eq!(list["total"], i64::from(sees), "{list:#}");
        let answer = client.get(&path).await;
        if sees {
            assert_eq!(answer.ok()["id"], device);
        } else {
            answer.refused(404, "device_not_found");
        }
    }
    let reset = manager.press(&format!("{path}/reset-agent")).await;
    reset.refused(403, "permission_denied");
    let renamed = json!({"displayName": "Recepção", "notes": "2º andar"});
    let renamed = desk.admin.patch(&path, renamed).await.ok();
    assert_eq!(renamed["name"], "Recepção");
    let found = desk.admin.get("/api/admin/devices?q=RECEPCAO").await.ok();
    assert_eq!(pluck(&found, "id"), [device.as_str()]);
    desk.admin.patch(&path, json!({"hostName": "forged"})).await.refused_field("hostName");
    desk.admin.patch(&path, json!({"notes": "x".repeat(4_001)})).await.refused_field("notes");
    Ok(())
}

/// The agent comes back by itself, and nobody ever saw the device offline.
async fn a_broken_connection_is_no_good_bye(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &device).await;
    let before = text(&desk.device(&device).await, "presenceSince");
    sandbox.cut_agents();
    let timeline = format!("/api/admin/devices/{device}/timeline");
    chamados_testkit::eventually(SOON, "the agent beats again", async || {
        let now = desk.device(&device).await;
        assert_ne!(now["presence"], "offline", "{now:#}");
        (text(&now, "lastSeenAt") > before).then_some(())
    })
    .await;
    desk.is(&device, "online", SOON).await;
    let kinds = desk.admin.get(&timeline).await.ok();
    assert!(!pluck(&kinds, "type").contains(&"offline"), "{kinds:#}");
    agent.stop().await?;
    Ok(())
}

/// Nothing durable changes while an agent only says that it is alive.
async fn heartbeats_are_no_changes(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &device).await;
    let described = chamados_testkit::eventually(SOON, "it is described", async || {
        let device = desk.device(&device).await;
        (!device["inventory"]["os"].is_null()).then_some(device)
    })
    .await;
    let first = text(&described, "lastSeenAt");
    let timeline = format!("/api/admin/devices/{device}/timeline");
    let told = desk.admin.get(&timeline).await.ok();
    let mut seen = std::collections::BTreeSet::from([first]);
    chamados_testkit::eventually(SOON, "three beats come", async || {
        seen.insert(text(&desk.device(&device).await, "lastSeenAt"));
        (seen.len() > 3).then_some(())
    })
    .await;
    let now = desk.device(&device).await;
    assert_eq!(now["version"], described["version"]);
    assert_eq!(now["updatedAt"], described["updatedAt"]);
    assert_eq!(desk.admin.get(&timeline).await.ok(), told);
    agent.stop().await?;
    Ok(())
}
