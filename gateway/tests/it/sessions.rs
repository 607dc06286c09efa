//! Who calls, and from where.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::extract::connect_info::MockConnectInfo;
use chamados_chassis::{
    auth::{Keyring, Principal, Role},
    clock,
    context::{PRINCIPAL, REQUEST_ID},
    id::TenantId,
};
use chamados_gateway::Config;
use chamados_proto::{identity::v1 as identity, ticket::v1 as ticket};
use chrono::{TimeDelta, Utc};
use http::Method;
use serde_json::json;
use tonic::{Code, Request, Status};

use crate::fixture::{Fixture, person, reasoned};

const SIGN_IN: &str = "/api/auth/sign-in/email";

#[tokio::test]
async fn without_a_session_nobody_gets_in() {
    let fixture = Fixture::new();
    fixture.call(Method::GET, "/api/me").send().await.problem(401, "unauthenticated");
    let forged = fixture.call(Method::GET, "/api/me").header("cookie", "chamados=forged");
    forged.send().await.problem(401, "session_invalid");
    let secure = fixture.call(Method::GET, "/api/me").header("cookie", "__Host-chamados=x");
    secure.send().await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_revoked_session_is_refused_on_the_next_request() {
    let fixture = Fixture::new();
    fixture
        .script
        .on("ticket.v1.QueueService/ListQueues", |_: Request<ticket::ListQueuesRequest>| {
            Ok(ticket::ListQueuesResponse::default())
        });
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    let list = || fixture.call(Method::GET, "/api/queues").header("cookie", &cookie).send();
    assert_eq!(list().await.status, 200);
    fixture.revoke();
    list().await.problem(401, "session_invalid");
}

/// Another tab may have signed in somebody else since the page was opened that asks.
#[tokio::test]
async fn what_somebody_else_was_to_do_is_refused() {
    let fixture = Fixture::new();
    fixture.script.on(
        "ticket.v1.DraftService/SaveDraft",
        |saved: Request<ticket::SaveDraftRequest>| {
            let draft = saved.into_inner().draft.unwrap();
            Ok(ticket::Draft { update_time: Some(Default::default()), ..draft })
        },
    );
    let caller = person(TenantId::new(), Role::Agent, None);
    let own = caller.user().unwrap().to_string();
    let cookie = fixture.sign_in(caller);
    let id = uuid::Uuid::now_v7();
    let save = async |expected: &str| {
        let draft = json!({ "body": "<p>Já</p>", "visibility": "public", "baseVersion": 1 });
        let address = format!("/api/tickets/{id}/drafts/comment");
        let call = fixture.call(Method::PUT, &address).header("cookie", &cookie);
        call.header("expected-user", expected).json(&draft).await
    };
    assert_eq!(save(&own).await.status, 200);
    for other in [uuid::Uuid::now_v7().to_string().as_str(), "", "é"] {
        save(other).await.problem(403, "another_user");
    }
}

#[tokio::test]
async fn a_principal_of_another_key_is_not_believed() {
    let fixture = Fixture::new();
    let stranger = Keyring::parse(&Keyring::generate().unwrap()).unwrap();
    fixture.script.on(
        "identity.v1.SessionService/Authenticate",
        move |_: Request<identity::AuthenticateRequest>| {
            let principal = person(TenantId::new(), Role::Admin, None);
            let principal_token = stranger.sign(&principal, clock::system().now()).unwrap();
            Ok(identity::AuthenticateResponse { principal_token, ..Default::default() })
        },
    );
    let reply = fixture.call(Method::GET, "/api/me").header("cookie", "chamados=x").send().await;
    reply.problem(500, "internal");
}

#[tokio::test]
async fn only_people_have_sessions() {
    let fixture = Fixture::new();
    let service = Principal::Service { name: "scheduler".into(), tenant: None };
    let cookie = fixture.sign_in(service);
    let reply = fixture.call(Method::GET, "/api/me").header("cookie", &cookie).send().await;
    reply.problem(401, "unauthenticated");
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let fixture = Fixture::new();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for path in [SIGN_IN, "/api/auth/sign-out", "/api/tickets", "/api/setup"] {
            let reply =
                fixture.admin(Method::POST, path).header(name, value).json(&json!({})).await;
            reply.problem(403, "cross_site_request");
        }
        let reply = fixture.call(Method::GET, "/api/me").header(name, value).send().await;
        assert_eq!(reply.status, 401, "reading is not changing");
    }
    let reply = fixture.admin(Method::POST, "/api/tickets").header("sec-fetch-site", "same-origin");
    reply.json(&json!({})).await.problem(400, "invalid_argument");
}

fn sign_in(fixture: &Fixture) -> Arc<Mutex<Vec<identity::SignInRequest>>> {
    let token = fixture.sign_in(person(TenantId::new(), Role::Admin, None));
    let session_token = token.trim_start_matches("chamados=").to_owned();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    fixture.script.on(
        "identity.v1.SessionService/SignIn",
        move |request: Request<identity::SignInRequest>| {
            assert!(request.metadata().get(PRINCIPAL).is_none());
            let request = request.into_inner();
            if request.password != "right" {
                return Err(reasoned(Code::Unauthenticated, "credentials_invalid", "wrong"));
            }
            log.lock().unwrap().push(request);
            let now = clock::system().now();
            let stamp = |time: chrono::DateTime<Utc>| prost_types::Timestamp {
                seconds: time.timestamp(),
                nanos: 0,
            };
            Ok(identity::SignInResponse {
                session_token: session_token.clone(),
                expire_time: Some(stamp(now + TimeDelta::days(30))),
                user: Some(identity::User {
                    name: "Ana".into(),
                    role: identity::Role::Admin.into(),
                    create_time: Some(stamp(now)),
                    update_time: Some(stamp(now)),
                    ..Default::default()
                }),
            })
        },
    );
    seen
}

#[tokio::test]
async fn signing_in_sets_a_cookie_that_scripts_cannot_read() {
    let fixture = Fixture::new();
    sign_in(&fixture);
    let wrong = json!({"email": "ana@example.com", "password": "wrong"});
    let reply = fixture.call(Method::POST, SIGN_IN).json(&wrong).await;
    reply.problem(401, "credentials_invalid");

    let right = json!({"email": "ana@example.com", "password": "right"});
    let reply = fixture.call(Method::POST, SIGN_IN).json(&right).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["user"]["name"], "Ana");
    assert_eq!(reply.json()["user"]["company"], json!(null));
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("chamados=session-0; Path=/; Max-Age=25"), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax"), "{cookie}");
}

#[tokio::test]
async fn over_tls_the_cookie_is_the_hosts_alone() {
    let config = Config { public_url: "https://desk.example".into(), ..Config::default() };
    let fixture = Fixture::with(config);
    sign_in(&fixture);
    let right = json!({"email": "ana@example.com", "password": "right"});
    let reply = fixture.call(Method::POST, SIGN_IN).json(&right).await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-chamados=session-0; Path=/;"), "{cookie}");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn the_client_address_is_the_one_a_trusted_proxy_saw() {
    let peer = MockConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711)));
    for (hops, address) in [(0, "10.0.0.1"), (1, "192.0.2.7")] {
        let config = Config { trusted_proxy_hops: hops, ..Config::default() };
        let mut fixture = Fixture::with(config);
        fixture.router = fixture.router.layer(peer);
        let seen = sign_in(&fixture);
        let right = json!({"email": "ana@example.com", "password": "right"});
        let call = fixture.call(Method::POST, SIGN_IN);
        let call =
            call.header("x-forwarded-for", "6.6.6.6, 192.0.2.7").header("user-agent", "test");
        assert_eq!(call.json(&right).await.status, 200);
        let seen = seen.lock().unwrap();
        assert_eq!(seen[0].client_address, address);
        assert_eq!(seen[0].user_agent, "test");
    }
}

#[tokio::test]
async fn signing_out_always_takes_the_cookie_away() {
    let fixture = Fixture::new();
    fixture
        .script
        .on("identity.v1.SessionService/SignOut", |_: Request<identity::SignOutRequest>| {
            Ok(identity::SignOutResponse {})
        });
    for call in [
        fixture.admin(Method::POST, "/api/auth/sign-out"),
        fixture.call(Method::POST, "/api/auth/sign-out").header("cookie", "chamados=over"),
        fixture.call(Method::POST, "/api/auth/sign-out"),
    ] {
        let reply = call.send().await;
        assert_eq!(reply.status, 204);
        assert!(reply.header("set-cookie").starts_with("chamados=; Path=/; Max-Age=0;"));
    }
}

#[tokio::test]
async fn calls_carry_the_principal_the_request_id_and_a_deadline() {
    let fixture = Fixture::new();
    let seen = Arc::new(Mutex::new(None));
    let log = seen.clone();
    fixture.script.on(
        "ticket.v1.QueueService/ListQueues",
        move |request: Request<ticket::ListQueuesRequest>| {
            let text = |name| request.metadata().get(name).map(|v| v.to_str().unwrap().to_owned());
            *log.lock().unwrap() = Some((text(PRINCIPAL), text(REQUEST_ID), text("grpc-timeout")));
            Ok::<_, Status>(ticket::ListQueuesResponse::default())
        },
    );
    let call = fixture.admin(Method::GET, "/api/queues").header("x-request-id", "abc-3");
    assert_eq!(call.send().await.status, 200);
    let (principal, request_id, timeout) = seen.lock().unwrap().take().unwrap();
    assert!(principal.unwrap().starts_with("v4.public."));
    assert_eq!(request_id.as_deref(), Some("abc-3"));
    assert!(timeout.is_some());
}
