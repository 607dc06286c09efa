//! What is taken from somebody is gone with the next request, on every replica.

use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Desk, items, text},
    matrix::{self, Key},
};

sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    a_changed_role_counts_at_once,
    a_session_that_was_ended_is_refused_at_once,
    a_person_who_may_not_come_is_refused_at_once,
    a_key_that_was_revoked_is_refused_at_once,
);

/// So many requests in a row reach every replica behind a gateway.
const AGREED: usize = 4;

/// Checks that every replica answers `path` with this status.
async fn everywhere(sandbox: &Sandbox, who: &Browser, path: &str, status: u16) {
    for gateway in 0..sandbox.gateways() {
        let browser = who.beside(gateway);
        for _ in 0..AGREED {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, status, "gateway {gateway}: {answer:#?}");
        }
    }
}

async fn id_of(browser: &Browser) -> String {
    text(&browser.get("/api/me").await.ok()["user"], "id")
}

async fn a_changed_role_counts_at_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let agent = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let path = format!("/api/admin/users/{}", id_of(&agent).await);
    for _ in 0..3 {
        everywhere(sandbox, &agent, "/api/admin/invites", 200).await;
        let less = json!({"role": "collaborator", "companyId": desk.company});
        let _user = desk.admin.patch(&path, less).await.ok();
        everywhere(sandbox, &agent, "/api/admin/invites", 403).await;
        let more = json!({"role": "agent", "companyId": null});
        let _user = desk.admin.patch(&path, more).await.ok();
    }
    Ok(())
}

async fn a_session_that_was_ended_is_refused_at_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let here = desk.person(sandbox, "agent", "bia@desk.example").await?;
    for _ in 0..3 {
        let there = sandbox.sign_in("bia@desk.example").await?;
        everywhere(sandbox, &there, "/api/me", 200).await;
        let sessions = there.get("/api/me/sessions").await.ok();
        let session = items(&sessions).iter().find(|session| session["current"] == true);
        let path = format!("/api/me/sessions/{}", text(session.unwrap_or(&Value::Null), "id"));
        assert_eq!(here.send(here.request(Method::DELETE, &path)).await.status, 204);
        everywhere(sandbox, &there, "/api/me", 401).await;
        everywhere(sandbox, &here, "/api/me", 200).await;
    }
    Ok(())
}

async fn a_person_who_may_not_come_is_refused_at_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let survivor = json!({
        "name": "S", "email": "s@acme.example", "role": "collaborator", "companyId": desk.company,
    });
    let survivor = desk.admin.post("/api/admin/users", survivor).await.text("id");
    let merge = json!({"intoUserId": survivor});
    let ways = [
        (Method::PATCH, "", json!({"active": false})),
        (Method::POST, "/password-reset", json!({})),
        (Method::POST, "/merge", merge),
    ];
    for (number, (method, suffix, body)) in ways.into_iter().enumerate() {
        let email = format!("p{number}@acme.example");
        let person = desk.person(sandbox, "collaborator", &email).await?;
        let path = format!("/api/admin/users/{}{suffix}", id_of(&person).await);
        everywhere(sandbox, &person, "/api/me", 200).await;
        let _done = desk.admin.send(desk.admin.request(method, &path).json(&body)).await.ok();
        everywhere(sandbox, &person, "/api/me", 401).await;
    }
    Ok(())
}

async fn a_key_that_was_revoked_is_refused_at_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let admin = matrix::principal(sandbox, &desk.admin).await?;
    for revoke_the_key in [true, false] {
        let name = format!("key {revoke_the_key}");
        let key = Key::make(sandbox, &admin, &name, &["queues.read"]).await?;
        keyed_everywhere(sandbox, &key.secret, 200).await?;
        let account = format!("/api/admin/service-accounts/{}", key.account);
        if revoke_the_key {
            let path = format!("{account}/keys/{}", key.id);
            let revoked = desk.admin.send(desk.admin.request(Method::DELETE, &path)).await;
            assert_eq!(revoked.status, 204, "{revoked:#?}");
        } else {
            let _account = desk.admin.patch(&account, json!({"active": false})).await.ok();
        }
        keyed_everywhere(sandbox, &key.secret, 401).await?;
    }
    Ok(())
}

/// The same for a key, over HTTP and gRPC.
async fn keyed_everywhere(sandbox: &Sandbox, secret: &str, status: u16) -> anyhow::Result<()> {
    for gateway in 0..sandbox.gateways() {
        let browser = sandbox.browser_on(gateway);
        for _ in 0..AGREED {
            let request = browser.request(Method::GET, "/api/queues").bearer_auth(secret);
            let answer = browser.send(request).await;
            assert_eq!(answer.status, status, "gateway {gateway}: {answer:#?}");
        }
    }
    for _ in 0..AGREED {
        // Each connection goes to the next replica.
        let heard = matrix::list_queues_by_key(sandbox, secret).await?;
        assert_eq!(heard.is_ok(), status == 200, "{heard:?}");
    }
    Ok(())
}
