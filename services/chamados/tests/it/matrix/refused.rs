//! Everything, asked in the name of what holds no more: sessions that were ended, keys that were revoked,
//! people who may not come any more, tokens that prove nothing.

use chamados_chassis::{
    auth::{Permission, secret},
    clock,
    id::{SessionId, TenantId, UserId},
};
use chamados_identity::{domain::session::Session, store};
use chamados_store_kit::{DatabaseConfig, Db};
use chamados_testkit::{Sandbox, sandbox::Answer};
use chrono::TimeDelta;
use futures::future::join_all;
use reqwest::Method;
use sea_orm::ConnectionTrait as _;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{
    World,
    callers::{Key, Way},
    http,
    messages::message,
    rpc::{self, method_of},
    table::{self, Findings, Verdict},
};
use crate::{
    fixture::{items, text},
    trust,
};

pub(super) async fn check(sandbox: &Sandbox, world: &World) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    let (ways, keys) = ended(sandbox, world).await?;
    for (asked, row) in table::parse(http::ROWS) {
        if row.contains(&("nobody", Verdict::Unauthenticated)) {
            let asking = ways
                .iter()
                .map(async |(who, way)| (*who, http::ask(way, &asked, &world.records).await));
            for (who, answer) in join_all(asking).await {
                findings.compare(&asked, who, Verdict::Unauthenticated, &http::heard(&answer));
            }
        }
    }
    let forged = trust::forgeries(&sandbox.keyring()?)?;
    let nobody = world.callers.of("nobody", "");
    let public = rpc::public_door(sandbox)?;
    for (asked, row) in table::parse(rpc::ROWS) {
        let method = method_of(&asked);
        if !row.contains(&("nobody", Verdict::Unauthenticated)) {
            continue;
        }
        for door in rpc::doors(sandbox, method)? {
            for token in &forged {
                let content = message(&asked, &world.records, nobody);
                let outcome = door.call(method, content, Some(token)).await;
                let heard = rpc::heard(&outcome);
                findings.compare(&asked, "forged", Verdict::Unauthenticated, &heard);
            }
        }
        // Whatever is behind the public port, a key that holds no more does not get there.
        for (who, key) in &keys {
            let content = message(&asked, &world.records, nobody);
            let heard = rpc::heard(&public.call_with_key(method, content, key).await);
            if heard.verdict != Verdict::Unreachable {
                findings.compare(&asked, who, Verdict::Unauthenticated, &heard);
            }
        }
    }
    findings.none();
    Ok(())
}

type Ways = Vec<(&'static str, Way)>;
type Keys = Vec<(&'static str, String)>;

/// Sessions and keys that held once, and those keys by themselves.
async fn ended(sandbox: &Sandbox, world: &World) -> anyhow::Result<(Ways, Keys)> {
    let admin = &world.desk.admin;
    let mut ways = Ways::new();

    let revoked = world.desk.person(sandbox, "agent", "revoked@desk.example").await?;
    let other = sandbox.sign_in("revoked@desk.example").await?;
    let sessions = other.get("/api/me/sessions").await.ok();
    let theirs = items(&sessions).iter().find(|session| session["current"] == false);
    let path = format!("/api/me/sessions/{}", text(theirs.unwrap_or(&Value::Null), "id"));
    gone(&other.send(other.request(Method::DELETE, &path)).await);
    ways.push(("revoked session", Way::session(revoked)));

    let signed_out = world.desk.person(sandbox, "agent", "out@desk.example").await?;
    let cookie = signed_out.session_cookie().unwrap_or_default();
    gone(&signed_out.press("/api/auth/sign-out").await);
    let token = cookie.split_once('=').map(|(_, token)| token.to_owned()).unwrap_or_default();
    ways.push(("signed out", Way::token(sandbox, &token)));

    let inactive = world.desk.person(sandbox, "agent", "inactive@desk.example").await?;
    let inactive_id = text(&inactive.get("/api/me").await.ok()["user"], "id");
    let path = format!("/api/admin/users/{inactive_id}");
    let _user = admin.patch(&path, json!({"active": false})).await.ok();
    ways.push(("deactivated", Way::session(inactive)));

    // Rows that no path makes: the check is made at every request, not when a session is opened.
    let tenant = tenant(world);
    let devices = admin.get("/api/admin/users?kind=device").await.ok();
    let machine = text(&items(&devices)[0], "id");
    let (now, day) = (TimeDelta::zero(), TimeDelta::days(1));
    let rows = [
        ("idle session", world.records.spare_agent.clone(), day, day),
        ("old session", world.records.spare_agent.clone(), day * 31, now),
        ("deactivated, with a session", inactive_id, now, now),
        ("merged, with a session", world.records.merged.clone(), now, now),
        ("device, with a session", machine, now, now),
    ];
    for (who, user, opened, seen) in rows {
        let token = session(sandbox, tenant, user.parse()?, opened, seen).await?;
        ways.push((who, Way::token(sandbox, &token)));
    }
    // The way these are made does hold, when nothing is wrong with them.
    let token = session(sandbox, tenant, world.records.spare_agent.parse()?, now, now).await?;
    let control = Way::token(sandbox, &token);
    assert_eq!(control.send(control.request(Method::GET, "/api/me")).await.status, 200);

    let keys = ended_keys(sandbox, world).await?;
    ways.extend(keys.iter().map(|(who, key)| (*who, Way::key(sandbox, key))));
    ways.push(("nonsense", Way::token(sandbox, "chs_nonsense")));
    Ok((ways, keys))
}

async fn ended_keys(sandbox: &Sandbox, world: &World) -> anyhow::Result<Keys> {
    let browser = &world.desk.admin;
    let admin = world.callers.admin();
    let scopes: Vec<_> = Permission::scopes().map(Permission::name).collect();
    let revoked = Key::make(sandbox, admin, "revoked", &scopes).await?;
    let path = format!("/api/admin/service-accounts/{}/keys/{}", revoked.account, revoked.id);
    gone(&browser.send(browser.request(Method::DELETE, &path)).await);

    let inactive = Key::make(sandbox, admin, "inactive", &scopes).await?;
    let path = format!("/api/admin/service-accounts/{}", inactive.account);
    let _account = browser.patch(&path, json!({"active": false})).await.ok();

    let expired = Key::make(sandbox, admin, "expired", &scopes).await?;
    let holds = Way::key(sandbox, &expired.secret);
    assert_eq!(holds.send(holds.request(Method::GET, "/api/queues")).await.status, 200);
    expire(sandbox, "expired").await?;

    let wrong = secret::generate("chk_").expose_secret().to_owned();
    Ok(vec![
        ("revoked key", revoked.secret),
        ("key of an inactive account", inactive.secret),
        ("expired key", expired.secret),
        ("wrong key", wrong),
        ("no key", "nonsense".to_owned()),
    ])
}

/// Lets the keys of a service account have expired long ago.
async fn expire(sandbox: &Sandbox, account: &str) -> anyhow::Result<()> {
    let past = format!(
        "UPDATE api_key SET expires_at = '2020-01-01 00:00:00+00:00' WHERE service_account_id = \
         (SELECT id FROM service_account WHERE name = '{account}')"
    );
    let db = Db::connect(&DatabaseConfig::new(sandbox.database_url()), "identity").await?;
    let tx = db.begin().await?;
    let changed = tx.execute_unprepared(&past).await?;
    assert_eq!(changed.rows_affected(), 1);
    tx.commit().await?;
    Ok(())
}

/// A session as a row: opened and last used so long ago.
async fn session(
    sandbox: &Sandbox,
    tenant: TenantId,
    user: UserId,
    opened: TimeDelta,
    seen: TimeDelta,
) -> anyhow::Result<String> {
    let (token, now) = (secret::generate("chs_"), clock::system().now());
    let session = Session {
        id: SessionId::new(),
        tenant,
        user,
        created_at: now - opened,
        last_seen_at: now - seen,
        client_address: String::new(),
        user_agent: String::new(),
    };
    let db = Db::connect(&DatabaseConfig::new(sandbox.database_url()), "identity").await?;
    let tx = db.begin().await?;
    store::sessions::insert(&tx, &session, secret::hash(token.expose_secret())).await?;
    tx.commit().await?;
    Ok(token.expose_secret().to_owned())
}

fn tenant(world: &World) -> TenantId {
    let admin = world.callers.of("admin", "").principal.as_ref();
    admin.and_then(|admin| admin.tenant().ok()).unwrap_or_else(|| panic!("the admin has a tenant"))
}

fn gone(answer: &Answer) {
    assert_eq!(answer.status, 204, "{answer:#?}");
}
