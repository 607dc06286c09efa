//! Signing in and out, and requests that others forge.

use chamados_testkit::{
    Sandbox,
    sandbox::{Answer, Browser, PASSWORD},
    sandbox_suite,
};
use reqwest::Method;
use serde_json::json;

use crate::fixture::{Desk, SOON};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_wrong_password_says_as_much_as_an_unknown_address,
    guessing_is_slowed_down_and_locks_nobody_out_for_good,
    a_wrong_set_up_link_makes_nobody,
    another_sites_request_changes_nothing,
    who_may_not_is_told_so,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    a_session_that_ended_is_refused_at_once_by_the_other_replica,
);

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    browser.post("/api/auth/sign-in/email", body).await
}

async fn a_wrong_password_says_as_much_as_an_unknown_address(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    sandbox.set_up().await?;
    let browser = sandbox.browser();
    let wrong = sign_in(&browser, "admin@desk.example", "wrong horse").await;
    let unknown = sign_in(&browser, "nobody@desk.example", PASSWORD).await;
    wrong.refused(401, "credentials_invalid");
    unknown.refused(401, "credentials_invalid");
    assert_eq!(wrong.body["detail"], unknown.body["detail"]);
    assert_eq!(browser.session_cookie(), None);

    let answer = sign_in(&browser, "ADMIN@desk.example", PASSWORD).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert_eq!(answer.ok()["user"]["role"], "admin");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(browser.get("/api/me").await.ok()["tenant"]["name"], "Desk");
    assert_eq!(browser.press("/api/auth/sign-out").await.status, 204);
    browser.get("/api/me").await.refused(401, "unauthenticated");
    assert_eq!(browser.press("/api/auth/sign-out").await.status, 204, "again does no harm");
    Ok(())
}

async fn guessing_is_slowed_down_and_locks_nobody_out_for_good(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let admin = sandbox.set_up().await?;
    let guesser = sandbox.browser();
    for _ in 0..10 {
        sign_in(&guesser, "admin@desk.example", "guess").await.refused(401, "credentials_invalid");
    }
    let refused = sign_in(&guesser, "admin@desk.example", PASSWORD).await;
    refused.refused(429, "too_many_attempts");
    let wait: u64 = refused.header("retry-after").parse()?;
    assert!((1..=900).contains(&wait), "{wait}");
    let _who_is_in_stays_in = admin.get("/api/me").await.ok();
    Ok(())
}

async fn a_wrong_set_up_link_makes_nobody(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let browser = sandbox.browser();
    let admin = |token: &str, password: &str| {
        json!({
            "token": token, "tenantName": "T", "name": "N", "email": "n@example.com",
            "password": password,
        })
    };
    let (_, token) = sandbox.setup_link()?.split_once("token=").unwrap();
    let answer = browser.post("/api/setup", admin("nonsense", PASSWORD)).await;
    answer.refused(401, "setup_token_invalid");
    browser.post("/api/setup", admin(token, "password")).await.refused_field("password");
    browser.post("/api/setup", admin(token, "short")).await.refused_field("password");
    assert_eq!(browser.get("/api/setup").await.ok()["required"], true);

    // Of many who follow the link at once, one becomes the admin.
    let rush = (0..8).map(|_| browser.post("/api/setup", admin(token, PASSWORD)));
    let answers = futures::future::join_all(rush).await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 1, "{answers:#?}");
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 401 | 409)), "{answers:#?}");
    Ok(())
}

async fn another_sites_request_changes_nothing(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let body = json!({"subject": "forged"});
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut request = desk.admin.request(Method::POST, "/api/tickets").json(&body).build()?;
        request.headers_mut().insert(header, value.parse()?);
        desk.admin.send_built(request).await.refused(403, "cross_site_request");
    }
    let mut reading = desk.admin.request(Method::GET, "/api/tickets").build()?;
    reading.headers_mut().insert("sec-fetch-site", "cross-site".parse()?);
    assert_eq!(desk.admin.send_built(reading).await.ok()["total"], 0, "and reading is no change");
    Ok(())
}

async fn who_may_not_is_told_so(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ticket = desk.ticket("one").await;
    let (id, company) = (ticket["id"].as_str().unwrap(), &desk.company);
    let agent = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let manager = desk.person(sandbox, "manager", "caio@acme.example").await?;
    let person = desk.person(sandbox, "collaborator", "duda@acme.example").await?;
    let start = format!("/api/tickets/{id}/start");
    for client in [&manager, &person] {
        client.press(&start).await.refused(403, "permission_denied");
        client.get("/api/admin/jobs").await.refused(403, "permission_denied");
        let made = json!({"name": "Nova", "nickname": "nova"});
        client.post("/api/admin/companies", made).await.refused(403, "permission_denied");
    }
    agent.get("/api/admin/jobs").await.refused(403, "permission_denied");
    agent
        .patch(&format!("/api/admin/companies/{company}"), json!({"name": "n"}))
        .await
        .refused(403, "permission_denied");
    let admin = json!({"name": "n", "email": "n@desk.example", "role": "admin"});
    agent.post("/api/admin/users", admin).await.refused(403, "permission_denied");
    assert_eq!(agent.press(&start).await.ok()["status"], "in_progress");
    for client in [&manager, &person] {
        client.get(&format!("/api/tickets/{id}")).await.refused(404, "ticket_not_found");
    }
    Ok(())
}

async fn a_session_that_ended_is_refused_at_once_by_the_other_replica(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    sandbox.set_up().await?;
    for round in 0..3 {
        let browser = sandbox.browser();
        let _user = sign_in(&browser, "admin@desk.example", PASSWORD).await.ok();
        let (one, other) = (browser.beside(round), browser.beside(round + 1));
        let mut live = other.listen(None).await;
        let _both = (one.get("/api/me").await.ok(), other.get("/api/me").await.ok());
        assert_eq!(one.press("/api/auth/sign-out").await.status, 204);
        other.get("/api/me").await.refused(401, "session_invalid");
        other.post("/api/tickets", json!({"subject": "s"})).await.refused(401, "session_invalid");
        // Sooner than the ping, every 15 seconds, would find out.
        assert!(live.ends(SOON).await, "live updates go on");
    }
    Ok(())
}
