//! Everything of a tenant as one file, from the panel.

use std::{
    io::{Cursor, Read as _},
    process::Command,
};

use chamados_testkit::{Sandbox, eventually, sandbox_suite};
use reqwest::Method;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::{
    archives::busy,
    fixture::{SOON, items, pluck, text},
};

sandbox_suite!(embedded: AllInOne on SqliteMemory; an_archive_is_made_and_taken_away);
sandbox_suite!(all_in_one: AllInOne on PostgresRedis; an_archive_is_made_and_taken_away);
sandbox_suite!(split: Split on PostgresRedis; an_archive_is_made_and_taken_away);

async fn an_archive_is_made_and_taken_away(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let (desk, _ticket) = busy(sandbox).await?;
    let admin = &desk.admin;
    let made = admin.press("/api/admin/exports").await;
    assert_eq!(made.status, 201);
    let path = made.header("location").to_owned();
    let id = text(&made.ok(), "id");
    assert_eq!(path, format!("/api/admin/exports/{id}"));
    let done = eventually(SOON, "the archive is whole", async || {
        let export = admin.get(&path).await.ok();
        assert_ne!(export["state"], "failed", "{export:#}");
        (export["state"] == "succeeded").then_some(export)
    })
    .await;
    assert_eq!((&done["attachments"], &done["unreadable"]), (&json!(1), &json!(0)));
    assert!(done["records"].as_i64() > Some(30), "{done:#}");
    let run = admin.get(&format!("/api/admin/runs/{id}")).await.ok();
    let codes: Vec<_> = run["logLines"].as_array().unwrap().iter().map(|l| &l["code"]).collect();
    assert_eq!(codes, ["run_requested", "attempt_started", "exported", "done", "run_succeeded"]);

    let got = admin.request(Method::GET, &format!("{path}/archive")).send().await?;
    assert_eq!(got.headers()["content-type"], "application/zip");
    assert!(got.headers()["content-disposition"].to_str()?.contains("filename=\"chamados-20"));
    assert_eq!(got.headers()["content-length"].to_str()?, done["size"].to_string());
    let bytes = got.bytes().await?;
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut manifest = String::new();
    zip.by_name("manifest.json")?.read_to_string(&mut manifest)?;
    let manifest: Value = serde_json::from_str(&manifest)?;

    // The same as by command, but for what tells of the export itself.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("by-command.zip");
    let output = Command::new(env!("CARGO_BIN_EXE_chamados"))
        .args(["export", "--tenant", "Desk", "--database-url", sandbox.database_url(), "--out"])
        .arg(&file)
        .arg("--data-dir")
        .arg(sandbox.keyring_file().with_file_name(""))
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut by_command = ZipArchive::new(std::fs::File::open(&file)?)?;
    let mut other = String::new();
    by_command.by_name("manifest.json")?.read_to_string(&mut other)?;
    let other: Value = serde_json::from_str(&other)?;
    let files = |manifest: &Value| {
        let files = manifest["files"].as_array().unwrap().clone();
        let told = ["identity/audit_entry.jsonl"];
        files
            .into_iter()
            .filter(|file| !told.contains(&file["path"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(files(&manifest), files(&other));

    admin.press(&format!("{path}/cancel")).await.refused(409, "export_ended");
    assert_eq!(pluck(&admin.get("/api/admin/exports").await.ok(), "id"), [id.as_str()]);
    let told = ["export.created", "export.downloaded"];
    eventually(SOON, "the audit log tells of it", async || {
        let log = admin.get("/api/admin/audit-log").await.ok();
        let actions = pluck(&log, "action");
        told.iter().all(|action| actions.contains(action)).then_some(())
    })
    .await;
    let jobs = admin.get("/api/admin/jobs").await.ok();
    assert!(!pluck(&jobs, "key").contains(&"export"), "it is no job that fires: {jobs:#}");
    assert!(!items(&jobs).is_empty());
    Ok(())
}
