//! What an operator does by command, beside the running product.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use chamados_testkit::{
    Sandbox, eventually,
    sandbox::{Answer, Browser},
    sandbox_suite,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{Desk, SOON, items, pluck};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_tenant_and_its_admin_are_made_by_command,
    who_is_locked_out_is_let_in_again,
    a_key_is_made_once_and_does_what_its_scopes_say,
    a_platform_admin_moves_a_person_to_another_tenant,
    what_cannot_be_is_said_in_one_line,
);
sandbox_suite!(
    all_in_one: AllInOne on PostgresRedis;
    a_tenant_and_its_admin_are_made_by_command,
    who_is_locked_out_is_let_in_again,
    a_key_is_made_once_and_does_what_its_scopes_say,
    a_platform_admin_moves_a_person_to_another_tenant,
);

const PASSWORD: &str = "a staple of batteries";

/// Runs `chamados admin …` on the rows of the sandbox.
fn admin(sandbox: &Sandbox, words: &[&str], input: &str) -> anyhow::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chamados"))
        .arg("admin")
        .args(words)
        .args(["--database-url", sandbox.database_url()])
        .arg("--data-dir")
        .arg(sandbox.keyring_file().with_file_name(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // A command that wants no input may be gone by now.
    let _not_wanted = command.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    Ok(command.wait_with_output()?)
}

/// What a command that succeeds prints.
fn done(sandbox: &Sandbox, words: &[&str], input: &str) -> anyhow::Result<String> {
    let output = admin(sandbox, words, input)?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Answer {
    browser.post("/api/auth/sign-in/email", json!({"email": email, "password": password})).await
}

/// Chooses a password by a one-time link.
async fn choose(browser: &Browser, link: &str, password: &str) -> Answer {
    let (_, token) = link.split_once('#').unwrap();
    browser.post("/api/auth/password/reset", json!({"token": token, "password": password})).await
}

async fn a_tenant_and_its_admin_are_made_by_command(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let tenant = done(sandbox, &["tenant", "create", "--name", "Suporte Sul"], "")?;
    let words =
        ["user", "create", "--email", "ana@sul.example", "--name", "Ana", "--role", "admin"];
    let with_password = [words.as_slice(), &["--tenant", &tenant, "--password-file", "-"]].concat();
    done(sandbox, &with_password, PASSWORD)?;
    let browser = sandbox.browser();
    assert_eq!(sign_in(&browser, "ana@sul.example", PASSWORD).await.ok()["user"]["role"], "admin");
    assert_eq!(browser.get("/api/me").await.ok()["tenant"]["name"], "Suporte Sul");
    eventually(SOON, "the tenant has its default queue", async || {
        (browser.get("/api/queues").await.ok()["total"] == 1).then_some(())
    })
    .await;
    assert_eq!(browser.get("/api/setup").await.ok()["required"], false, "set-up is done");
    let log = browser.get("/api/admin/audit-log").await.ok();
    assert_eq!(items(&log)[0]["action"], "user.created");
    assert_eq!(items(&log)[0]["actor"]["name"], "chamados admin");
    Ok(())
}

async fn who_is_locked_out_is_let_in_again(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let agent = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let id = agent.get("/api/me").await.ok()["user"]["id"].take();
    let path = format!("/api/admin/users/{}", id.as_str().unwrap());
    let _user = desk.admin.patch(&path, json!({"active": false})).await.ok();

    let words = ["user", "reset-access", "--email", "BIA@desk.example", "--make-admin"];
    let first = done(sandbox, &words, "")?;
    let link = done(sandbox, &words, "")?;
    let browser = sandbox.browser();
    choose(&browser, &first, PASSWORD).await.refused(401, "reset_token_invalid");
    let user = choose(&browser, &link, PASSWORD).await.ok();
    assert_eq!((&user["user"]["role"], &user["user"]["active"]), (&json!("admin"), &json!(true)));
    choose(&sandbox.browser(), &link, PASSWORD).await.refused(401, "reset_token_invalid");
    Ok(())
}

async fn a_key_is_made_once_and_does_what_its_scopes_say(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let words = ["api-key", "create", "--name", "backup", "--scope", "tickets.read", "--json"];
    let made: Value = serde_json::from_str(&done(sandbox, &words, "")?)?;
    let secret = format!("Bearer {}", made["secret"].as_str().unwrap());
    let script = sandbox.browser();
    let get = |path: &str| script.request(Method::GET, path).header("authorization", &secret);
    assert_eq!(script.send(get("/api/tickets")).await.ok()["total"], 0);
    script.send(get("/api/admin/users")).await.refused(403, "permission_denied");
    done(sandbox, &words, "")?;
    let accounts = desk.admin.get("/api/admin/service-accounts").await.ok();
    assert_eq!(pluck(&accounts, "name"), ["backup"], "one account, two keys");
    assert_eq!(items(&accounts)[0]["keys"].as_array().unwrap().len(), 2);
    Ok(())
}

async fn a_platform_admin_moves_a_person_to_another_tenant(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let agent = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let id = agent.get("/api/me").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let ticket = desk.ticket("hers").await;
    let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    let assigned = desk.admin.post(&format!("{path}/assign"), json!({"assigneeId": id})).await.ok();
    assert_eq!(assigned["assignee"]["id"], id);
    let tenant = done(sandbox, &["tenant", "create", "--name", "Suporte Sul"], "")?;

    let user = format!("/api/admin/users/{id}");
    let there = json!({"tenantId": tenant});
    desk.admin.get("/api/admin/tenants").await.refused(403, "permission_denied");
    desk.admin.patch(&user, there.clone()).await.refused(403, "permission_denied");
    let words = ["user", "set-platform", "--email", "admin@desk.example", "--tenant", "Desk"];
    done(sandbox, &words, "")?;
    let tenants = desk.admin.get("/api/admin/tenants").await.ok();
    assert_eq!(pluck(&tenants, "name"), ["Desk", "Suporte Sul"]);
    let _user = desk.admin.patch(&user, there).await.ok();

    agent.get("/api/me").await.refused(401, "session_invalid");
    desk.admin.get(&user).await.refused(404, "user_not_found");
    eventually(SOON, "the ticket they left is nobody's", async || {
        desk.admin.get(&path).await.ok()["assignee"].is_null().then_some(())
    })
    .await;
    let timeline = desk.admin.get(&format!("{path}/timeline")).await.ok();
    let told = timeline.to_string();
    assert!(told.contains("bia@desk.example"), "who it was is still told: {told}");
    done(sandbox, &[words.as_slice(), &["--off"]].concat(), "")?;
    desk.admin.get("/api/admin/tenants").await.refused(403, "permission_denied");
    Ok(())
}

async fn what_cannot_be_is_said_in_one_line(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let _desk = Desk::open(sandbox).await?;
    let user =
        |rest: &[&'static str]| [&["user", "create", "--name", "N", "--role"], rest].concat();
    for words in [
        user(&["king", "--email", "n@desk.example"]),
        user(&["machine", "--email", "n@desk.example"]),
        user(&["collaborator", "--email", "n@desk.example"]),
        user(&["admin", "--email", "nonsense"]),
        user(&["admin", "--email", "admin@desk.example"]),
        user(&["agent", "--email", "n@desk.example", "--platform"]),
        user(&["admin", "--email", "n@desk.example", "--tenant", "elsewhere"]),
        user(&["admin", "--email", "n@desk.example", "--password-file", "/nowhere"]),
        vec!["user", "reset-access", "--email", "nobody@desk.example"],
        vec!["api-key", "create", "--name", "n", "--scope", "tickets.eat"],
        vec!["api-key", "create", "--name", "n", "--scope", "service_accounts.manage"],
        vec!["tenant", "create", "--name", ""],
    ] {
        let output = admin(sandbox, &words, "")?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{words:?}: {said}");
        assert!(output.stdout.is_empty(), "{words:?}");
    }
    Ok(())
}
