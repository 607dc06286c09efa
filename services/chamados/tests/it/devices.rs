//! Devices as people see them.

use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{Desk, SOON, items, pluck, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    each_sees_the_devices_that_concern_them,
    a_broken_connection_is_no_good_bye,
    heartbeats_are_no_changes,
    a_csv_holds_every_device,
    presence_is_told_over_time_and_by_company,
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

async fn a_csv_holds_every_device(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let other = Desk::another(sandbox, "other").await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let (_other, second) = desk.computer(sandbox, "bia@acme.example").await?;
    let named = json!({"displayName": "=cmd(), \"Recepção\""});
    let _device = desk.admin.patch(&format!("/api/admin/devices/{device}"), named).await.ok();
    let csv = async |by: &Browser, query: &str| {
        let path = format!("/api/admin/devices.csv{query}");
        let answer = by.request(Method::GET, &path).send().await?.error_for_status()?;
        let disposition = answer.headers()["content-disposition"].to_str()?.to_owned();
        assert_eq!(disposition, "attachment; filename=\"devices.csv\"");
        anyhow::Ok(answer.text().await?)
    };
    let all = csv(&desk.admin, "").await?;
    let mut lines = all.lines();
    let head = lines.next().unwrap();
    assert!(head.starts_with("name,hostName,company,assignedUser,persona,"), "{head}");
    assert_eq!(lines.count(), 2);
    assert!(all.contains("\"'=cmd(), \"\"Recepção\"\"\""), "no formula: {all}");
    assert!(all.contains(&device) && all.contains(&second));
    let company = format!("?companyId={}&presence=offline&q=recepcao", desk.company);
    let some = csv(&desk.admin, &company).await?;
    assert!(some.contains(&device) && !some.contains(&second), "{some}");
    let own = csv(&ana, "").await?;
    assert!(own.contains(&device) && !own.contains(&second), "what one sees: {own}");
    assert_eq!(csv(&other.admin, "").await?.lines().count(), 1, "only its head");
    desk.admin.get("/api/admin/devices.csv?os=linux").await.refused_field("os");
    desk.admin.get("/api/admin/devices.csv?presence=asleep").await.refused_field("presence");
    Ok(())
}

async fn presence_is_told_over_time_and_by_company(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let rui = desk.person(sandbox, "collaborator", "rui@acme.example").await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let (_spare, _) = desk.computer(sandbox, "rui@acme.example").await?;
    let path = format!("/api/admin/devices/{device}/presence-history");
    let agent = desk.online(&computer, &device).await;
    for client in [&desk.admin, &ana] {
        let history = client.get(&path).await.ok();
        let spans = history["spans"].as_array().unwrap();
        let states: Vec<_> = spans.iter().map(|span| span["state"].as_str().unwrap()).collect();
        assert_eq!((states, &history["truncated"]), (vec!["offline", "online"], &json!(false)));
        assert_eq!(spans[0]["end"], spans[1]["start"]);
    }
    rui.get(&path).await.refused(404, "device_not_found");
    let long = format!("{path}?from=2020-01-01T00:00:00Z");
    desk.admin.get(&long).await.refused_field("from");
    desk.admin.get(&format!("{path}?from=yesterday")).await.refused_field("from");

    let board = desk.admin.get("/api/dashboard").await.ok();
    let companies = items(&board["devicesByCompany"]);
    assert_eq!(companies.len(), 1);
    assert_eq!(companies[0]["company"]["name"], "Acme");
    let figures =
        ["devices", "offline", "unknown"].map(|name| companies[0][name].as_i64().unwrap());
    assert_eq!(figures, [2, 1, 0]);
    let link = format!("/api/admin/devices?companyId={}&presence=offline", desk.company);
    assert_eq!(desk.admin.get(&link).await.ok()["total"], 1, "the list behind the number");
    assert_eq!(ana.get("/api/dashboard").await.ok()["devicesByCompany"], Value::Null);
    agent.stop().await?;
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
