//! A device's account gets into the web by no path.

use chamados_testkit::{Sandbox, sandbox::PASSWORD, sandbox_suite};
use serde_json::{Value, json};

use crate::fixture::{Desk, items, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_devices_account_gets_no_session,
    nobody_becomes_a_devices_account,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    a_devices_account_gets_no_session,
    nobody_becomes_a_devices_account,
);

/// The account of a device, and a person.
async fn accounts(sandbox: &Sandbox, desk: &Desk) -> anyhow::Result<(Value, String)> {
    let (_computer, _device) = desk.computer(sandbox, "ana@acme.example").await?;
    let machines = desk.admin.get("/api/admin/users?kind=device").await.ok();
    let people = desk.admin.get("/api/admin/users?q=ana@acme.example").await.ok();
    Ok((items(&machines)[0].clone(), text(&items(&people)[0], "id")))
}

async fn a_devices_account_gets_no_session(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (machine, person) = accounts(sandbox, &desk).await?;
    assert_eq!((&machine["role"], &machine["email"]), (&json!("machine"), &Value::Null));
    let id = text(&machine, "id");
    let path = format!("/api/admin/users/{id}");

    // Signing in with whatever could name it.
    for email in ["", " ", id.as_str(), machine["name"].as_str().unwrap_or_default()] {
        for password in ["", PASSWORD] {
            let browser = sandbox.browser();
            let body = json!({"email": email, "password": password});
            let answer = browser.post("/api/auth/sign-in/email", body).await;
            assert!(matches!(answer.status, 400 | 401), "{email:?}: {answer:#?}");
            assert_eq!(browser.session_cookie(), None);
        }
    }
    // Making a person of it.
    for patch in [
        json!({"email": "pc@acme.example"}),
        json!({"role": "collaborator"}),
        json!({"role": "admin", "email": "pc@acme.example", "companyId": null}),
    ] {
        desk.admin.patch(&path, patch).await.refused(409, "device_account");
    }
    // Giving it a password.
    let reset = desk.admin.post(&format!("{path}/password-reset"), json!({})).await;
    reset.refused(409, "device_account");
    // Becoming a person, or a person it.
    let merge = desk.admin.post(&format!("{path}/merge"), json!({"intoUserId": person})).await;
    merge.refused(409, "device_account");
    let back = format!("/api/admin/users/{person}/merge");
    desk.admin.post(&back, json!({"intoUserId": id})).await.refused(409, "device_account");
    // Set-up makes admins, and is over.
    let setup = json!({
        "token": "wrong", "tenantName": "T", "name": "N", "email": "n@x.example", "password": PASSWORD,
    });
    let setup = desk.admin.post("/api/setup", setup).await;
    assert!(matches!(setup.status, 401 | 409), "{setup:#?}");

    let after = desk.admin.get(&path).await.ok();
    assert_eq!((&after["role"], &after["hasPassword"]), (&json!("machine"), &json!(false)));
    Ok(())
}

async fn nobody_becomes_a_devices_account(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (_machine, person) = accounts(sandbox, &desk).await?;
    let company = &desk.company;
    let user =
        json!({"name": "N", "email": "n@acme.example", "role": "machine", "companyId": company});
    desk.admin.post("/api/admin/users", user).await.refused_field("role");
    let invite = json!({"email": "n@acme.example", "role": "machine", "companyId": company});
    desk.admin.post("/api/admin/invites", invite).await.refused_field("role");
    let path = format!("/api/admin/users/{person}");
    desk.admin.patch(&path, json!({"role": "machine"})).await.refused_field("role");
    let machines = desk.admin.get("/api/admin/users?kind=device").await.ok();
    assert_eq!(machines["total"], 1);
    Ok(())
}
