//! Versions: of simultaneous changes of one version exactly one happens.

use chamados_testkit::{Sandbox, sandbox_suite};
use futures::future::join_all;
use serde_json::json;

use crate::fixture::{Desk, pluck, text};

/// People who save at the same time.
const RIVALS: usize = 32;

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    of_many_updates_with_one_version_exactly_one_wins,
    a_stale_version_changes_nothing,
    of_many_who_press_play_exactly_one_works,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    of_many_updates_with_one_version_exactly_one_wins,
    of_many_who_press_play_exactly_one_works,
);

async fn of_many_updates_with_one_version_exactly_one_wins(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ticket = text(&desk.ticket("one").await, "id");
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let resources = [
        (format!("/api/tickets/{ticket}"), "subject"),
        (format!("/api/admin/companies/{}", desk.company), "name"),
        (format!("/api/admin/devices/{device}"), "displayName"),
    ];
    drop(computer);
    for (path, field) in resources {
        let before = desk.admin.get(&path).await;
        let etag = before.header("etag").to_owned();
        let version = before.ok()["version"].as_i64().unwrap();
        assert_eq!(etag, format!("\"{version}\""));
        let paths = vec![path.as_str(); RIVALS];
        let rivals = paths.iter().enumerate().map(|(rival, path)| {
            let body = json!({field: format!("rival {rival}")});
            desk.admin.patch_if(path, &etag, body)
        });
        let answers = join_all(rivals).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "{path}: {answers:#?}");
        lost.iter().for_each(|answer| answer.refused(412, "stale_version"));
        let after = desk.admin.get(&path).await.ok();
        assert_eq!(after[field], won[0].body[field], "{path}");
        assert_eq!(after["version"], version + 1, "{path}");
    }
    Ok(())
}

async fn a_stale_version_changes_nothing(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let id = text(&desk.ticket("one").await, "id");
    let path = format!("/api/tickets/{id}");
    let changed = desk.admin.patch_if(&path, "\"1\"", json!({"subject": "two"})).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.ok();
    desk.admin
        .patch_if(&path, "\"1\"", json!({"subject": "x"}))
        .await
        .refused(412, "stale_version");
    let stale = json!({"version": 1});
    desk.admin.post(&format!("{path}/start"), stale).await.refused(412, "stale_version");
    let stale = json!({"reason": "break", "version": 1});
    desk.admin.post(&format!("{path}/pause"), stale).await.refused(412, "stale_version");
    assert_eq!(desk.admin.get(&path).await.ok(), changed);
    for etag in ["1", "\"one\"", "\"0\"", "\"1\", \"2\"", "W/\"2\""] {
        let answer = desk.admin.patch_if(&path, etag, json!({"subject": "x"})).await;
        answer.refused_field("If-Match");
    }
    let any = desk.admin.patch_if(&path, "*", json!({"subject": "three"})).await.ok();
    assert_eq!(any["version"], 3);
    Ok(())
}

async fn of_many_who_press_play_exactly_one_works(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let id = text(&desk.ticket("one").await, "id");
    let start = format!("/api/tickets/{id}/start");
    let answers = join_all((0..RIVALS).map(|_| desk.admin.press(&start))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1, "{answers:#?}");
    let lost = answers.iter().filter(|answer| answer.status != 200);
    lost.for_each(|answer| answer.refused(409, "illegal_transition"));
    let sessions = desk.admin.get(&format!("/api/tickets/{id}/work-sessions")).await.ok();
    assert_eq!(sessions["total"], 1, "{sessions:#}");
    let timeline = desk.admin.get(&format!("/api/tickets/{id}/timeline")).await.ok();
    assert_eq!(pluck(&timeline, "type"), ["created", "started"]);
    Ok(())
}
