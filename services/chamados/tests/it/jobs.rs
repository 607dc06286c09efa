//! Scheduled jobs.

use chamados_testkit::{Sandbox, eventually, sandbox_suite};
use serde_json::json;

use crate::fixture::{Desk, SOON, items, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    each_owners_job_runs_and_says_so,
    what_cannot_be_scheduled_is_refused,
);
sandbox_suite!(split: Split on PostgresRedis; each_owners_job_runs_and_says_so);
sandbox_suite!(replicated: Replicated on PostgresRedis; each_owners_job_runs_and_says_so);

/// One of each service, each run once although several replicas look for work.
async fn each_owners_job_runs_and_says_so(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let jobs = [
        "identity-purge-expired",
        "ticket-purge-processed",
        "device-settle-presence",
        "scheduler-purge-runs",
    ];
    for job in jobs {
        let run = desk.admin.press(&format!("/api/admin/jobs/{job}/run")).await.text("runId");
        let run = eventually(SOON, &format!("{job} ran"), async || {
            let run = desk.admin.get(&format!("/api/admin/runs/{run}")).await.ok();
            (!run["endedAt"].is_null()).then_some(run)
        })
        .await;
        assert_eq!((&run["state"], &run["attempt"]), (&json!("succeeded"), &json!(1)), "{run:#}");
        let lines = run["logLines"].as_array().unwrap();
        assert!(!lines.is_empty(), "{run:#}");
        assert!(lines.iter().all(|line| !text(line, "message").is_empty()), "{run:#}");
        let list = desk.admin.get(&format!("/api/admin/jobs/{job}/runs")).await.ok();
        let manual = items(&list).iter().filter(|run| run["trigger"] == "manual").count();
        assert_eq!(manual, 1, "{list:#}");
    }
    let list = desk.admin.get("/api/admin/jobs").await.ok();
    let settle = items(&list).iter().find(|job| job["key"] == "device-settle-presence").unwrap();
    assert_eq!(settle["upcoming"].as_array().map(Vec::len), Some(5), "{settle:#}");
    Ok(())
}

async fn what_cannot_be_scheduled_is_refused(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let path = "/api/admin/jobs/ticket-purge-processed";
    let before = desk.admin.get("/api/admin/jobs").await.ok();
    for schedule in ["", "nonsense", "* * * *", "61 * * * *", "0 0 30 2 *"] {
        desk.admin.patch(path, json!({"schedule": schedule})).await.refused_field("schedule");
    }
    desk.admin.patch(path, json!({"timeZone": "Mars/Olympus"})).await.refused_field("timeZone");
    desk.admin.patch(path, json!({})).await.refused_field("body");
    let nothing = desk.admin.patch("/api/admin/jobs/nothing", json!({"enabled": false})).await;
    nothing.refused(404, "schedule_not_found");
    assert_eq!(desk.admin.get("/api/admin/jobs").await.ok()["total"], before["total"]);

    let paused = desk.admin.patch(path, json!({"enabled": false})).await.ok();
    assert_eq!((&paused["state"], &paused["nextFireAt"]), (&json!("paused"), &json!(null)));
    let stale = desk.admin.patch_if(path, "\"1\"", json!({"enabled": true})).await;
    stale.refused(412, "stale_version");
    let moved = json!({"enabled": true, "schedule": "0 4 * * *", "timeZone": "UTC"});
    let moved = desk.admin.patch(path, moved).await.ok();
    assert_eq!((&moved["state"], &moved["expression"]), (&json!("active"), &json!("0 4 * * *")));
    assert!(text(&moved, "nextFireAt").contains("T04:00:00"), "{moved:#}");
    Ok(())
}
