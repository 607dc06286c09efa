//! What only one of many may do, done by many at once: over HTTP, on one process and on replicas.

use std::collections::BTreeMap;

use chamados_bench::races;
use chamados_testkit::{
    Sandbox,
    sandbox::{Answer, Browser, PASSWORD},
    sandbox_suite,
};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::fixture::{Desk, items, text};

/// Those who try at the same time.
const RIVALS: usize = 16;
/// The most keys a service account may have.
const KEYS: usize = 20;

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    an_invite_makes_one_person,
    a_reset_link_sets_one_password,
    an_address_is_invited_once,
    an_address_becomes_one_persons,
    an_admin_is_left,
    an_account_is_merged_once,
    two_accounts_are_not_merged_into_each_other,
    a_service_account_has_so_many_keys,
    each_contest_has_one_winner,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    an_invite_makes_one_person,
    a_reset_link_sets_one_password,
    an_address_is_invited_once,
    an_address_becomes_one_persons,
    an_admin_is_left,
    an_account_is_merged_once,
    two_accounts_are_not_merged_into_each_other,
    a_service_account_has_so_many_keys,
    each_contest_has_one_winner,
);

/// How often each answer came, as "status code".
fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        let code = answer.body["code"].as_str().unwrap_or_default();
        *tally.entry(format!("{} {code}", answer.status)).or_default() += 1;
    }
    tally
}

/// The one success among many, all others refused with this status and code.
#[track_caller]
fn one_of(answers: Vec<Answer>, status: u16, code: &str) -> Answer {
    let came = tally(&answers);
    let (mut won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| (200..300).contains(&answer.status));
    assert_eq!(won.len(), 1, "{came:?}");
    for answer in lost {
        answer.refused(status, code);
    }
    won.remove(0)
}

fn token_of(link: &str) -> &str {
    link.split_once('#').map(|(_, token)| token).unwrap_or_else(|| panic!("no token in {link}"))
}

async fn person(desk: &Desk, email: &str) -> String {
    let person = json!({
        "name": email, "email": email, "role": "collaborator", "companyId": desk.company,
    });
    desk.admin.post("/api/admin/users", person).await.text("id")
}

async fn an_invite_makes_one_person(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let invite =
        json!({"email": "nova@acme.example", "role": "collaborator", "companyId": desk.company});
    let link = desk.admin.post("/api/admin/invites", invite).await.text("url");
    let browsers: Vec<Browser> = (0..RIVALS).map(|_| sandbox.browser()).collect();
    let rush = browsers.iter().enumerate().map(|(rival, browser)| {
        let name = format!("Rival {rival}");
        let body = json!({"token": token_of(&link), "name": name, "password": PASSWORD});
        browser.post("/api/auth/invites/accept", body)
    });
    let won = one_of(join_all(rush).await, 401, "invite_token_invalid").ok();
    let signed_in = browsers.iter().filter(|browser| browser.session_cookie().is_some()).count();
    assert_eq!(signed_in, 1, "only the winner is signed in");
    let people = desk.admin.get("/api/admin/users?q=nova@acme.example").await.ok();
    assert_eq!((&people["total"], &people["items"][0]["name"]), (&json!(1), &won["user"]["name"]));
    Ok(())
}

async fn a_reset_link_sets_one_password(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let id = person(&desk, "ana@acme.example").await;
    let path = format!("/api/admin/users/{id}/password-reset");
    let link = desk.admin.post(&path, json!({})).await.text("url");
    let password = |rival: usize| format!("correct horse {rival}");
    let browsers: Vec<Browser> = (0..RIVALS).map(|_| sandbox.browser()).collect();
    let rush = browsers.iter().enumerate().map(|(rival, browser)| {
        let body = json!({"token": token_of(&link), "password": password(rival)});
        browser.post("/api/auth/password/reset", body)
    });
    let answers = join_all(rush).await;
    let winner = answers.iter().position(|answer| answer.status == 200);
    let _won = one_of(answers, 401, "reset_token_invalid");
    for rival in [winner.unwrap_or_default(), (winner.unwrap_or_default() + 1) % RIVALS] {
        let body = json!({"email": "ana@acme.example", "password": password(rival)});
        let answer = sandbox.browser().post("/api/auth/sign-in/email", body).await;
        let expected = if Some(rival) == winner { 200 } else { 401 };
        assert_eq!(answer.status, expected, "{answer:#?}");
    }
    Ok(())
}

async fn an_address_is_invited_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let body =
        || json!({"email": "Nova@acme.example", "role": "collaborator", "companyId": desk.company});
    let rush = (0..RIVALS).map(|_| desk.admin.post("/api/admin/invites", body()));
    let _won = one_of(join_all(rush).await, 409, "invite_pending");
    assert_eq!(desk.admin.get("/api/admin/invites").await.ok()["total"], 1);
    Ok(())
}

async fn an_address_becomes_one_persons(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let people =
        (0..RIVALS).map(async |rival| person(&desk, &format!("p{rival}@acme.example")).await);
    let people = join_all(people).await;
    let rush = people.iter().map(async |id| {
        let body = json!({"email": "wanted@acme.example"});
        desk.admin.patch(&format!("/api/admin/users/{id}"), body).await
    });
    let _won = one_of(join_all(rush).await, 409, "email_taken");
    let found = desk.admin.get("/api/admin/users?q=wanted@acme.example").await.ok();
    assert_eq!(found["total"], 1, "{found:#}");
    Ok(())
}

/// Each admin makes the next one an agent, all at once and in a circle.
async fn an_admin_is_left(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    for round in 0..6 {
        let mut circle = vec![desk.admin.clone()];
        // Of two the last two fall on each other; of more it takes a chain.
        for number in 0..(1 + round % 3) {
            let email = format!("admin{round}{number}@desk.example");
            circle.push(desk.person(sandbox, "admin", &email).await?);
        }
        let ids =
            circle.iter().map(async |admin| text(&admin.get("/api/me").await.ok()["user"], "id"));
        let ids = join_all(ids).await;
        let rush = circle.iter().enumerate().map(async |(place, admin)| {
            let next = &ids[(place + 1) % ids.len()];
            admin.patch(&format!("/api/admin/users/{next}"), json!({"role": "agent"})).await
        });
        let answers = join_all(rush).await;
        let came = tally(&answers);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 403 | 409)), "{came:?}");
        let roles =
            circle.iter().map(async |admin| admin.get("/api/me").await.ok()["user"]["role"].take());
        let left: Vec<usize> = join_all(roles)
            .await
            .iter()
            .enumerate()
            .filter_map(|(place, role)| (*role == "admin").then_some(place))
            .collect();
        assert!(!left.is_empty(), "round {round}: nobody is left, {came:?}");
        // The first admin goes on to the next round, whoever won this one.
        let admin = &circle[left[0]];
        let _back =
            admin.patch(&format!("/api/admin/users/{}", ids[0]), json!({"role": "admin"})).await;
        for id in &ids[1..] {
            let _user = desk
                .admin
                .patch(&format!("/api/admin/users/{id}"), json!({"role": "agent"}))
                .await
                .ok();
        }
    }
    Ok(())
}

async fn an_account_is_merged_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    for round in 0..4 {
        let from = person(&desk, &format!("from{round}@acme.example")).await;
        let into = [
            person(&desk, &format!("one{round}@acme.example")).await,
            person(&desk, &format!("two{round}@acme.example")).await,
        ];
        let path = format!("/api/admin/users/{from}/merge");
        let rush =
            (0..RIVALS).map(|rival| desk.admin.post(&path, json!({"intoUserId": into[rival % 2]})));
        let answers = join_all(rush).await;
        let came = tally(&answers);
        // Merging again into the same survivor gives the same merge; into another one is refused.
        let mut survivors: Vec<Value> = Vec::new();
        for (rival, answer) in answers.into_iter().enumerate() {
            match answer.status {
                200..300 => survivors.push(json!(into[rival % 2])),
                _ => answer.refused(409, "user_merged"),
            }
        }
        assert_eq!(survivors.len(), RIVALS / 2, "{came:?}");
        assert!(survivors.iter().all(|survivor| *survivor == survivors[0]), "{came:?}");
        let user = desk.admin.get(&format!("/api/admin/users/{from}")).await.ok();
        assert_eq!((&user["mergedInto"]["id"], &user["active"]), (&survivors[0], &json!(false)));
    }
    Ok(())
}

async fn two_accounts_are_not_merged_into_each_other(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    for round in 0..8 {
        let one = person(&desk, &format!("one{round}@acme.example")).await;
        let two = person(&desk, &format!("two{round}@acme.example")).await;
        let merge = async |from: &str, into: &str| {
            let path = format!("/api/admin/users/{from}/merge");
            desk.admin.post(&path, json!({"intoUserId": into})).await
        };
        let (there, back) = futures::join!(merge(&one, &two), merge(&two, &one));
        let came = tally(&[there.clone(), back.clone()]);
        let won = [&there, &back].iter().filter(|answer| answer.status < 300).count();
        assert_eq!(won, 1, "round {round}: {came:?}");
        let lost = if there.status < 300 { back } else { there };
        assert_eq!(lost.status, 409, "{came:?}");
        let users = desk.admin.get(&format!("/api/admin/users?q={round}@acme.example")).await.ok();
        let active = items(&users).iter().filter(|user| user["active"] == true).count();
        assert_eq!(active, 1, "round {round}: {users:#}");
    }
    Ok(())
}

async fn a_service_account_has_so_many_keys(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let account = json!({"name": "Backup"});
    let account = desk.admin.post("/api/admin/service-accounts", account).await.text("id");
    let path = format!("/api/admin/service-accounts/{account}/keys");
    let rush =
        (0..KEYS + RIVALS).map(|_| desk.admin.post(&path, json!({"scopes": ["tickets.read"]})));
    let answers = join_all(rush).await;
    let came = tally(&answers);
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), KEYS, "{came:?}");
    assert!(refused.iter().all(|answer| answer.status == 409), "{came:?}");
    Ok(())
}

/// A short form of `cargo xtask bench races`.
async fn each_contest_has_one_winner(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let _desk = Desk::open(sandbox).await?;
    let url = sandbox.browser().url("");
    let admin = races::sign_in(&url, "admin@desk.example", PASSWORD).await?;
    for outcome in races::run(&admin, 2, 8).await? {
        assert_eq!(outcome.right, outcome.rounds, "{outcome}");
    }
    Ok(())
}
