//! API keys instead of a session.

use chamados_chassis::{
    auth::{Permission, Role},
    id::TenantId,
};
use chamados_proto::ticket::v1 as ticket;
use http::Method;
use serde_json::json;
use tonic::Request;

use crate::fixture::{Fixture, person};

fn with_queues() -> Fixture {
    let fixture = Fixture::new();
    fixture
        .script
        .on("ticket.v1.QueueService/ListQueues", |_: Request<ticket::ListQueuesRequest>| {
            Ok(ticket::ListQueuesResponse::default())
        });
    fixture
}

#[tokio::test]
async fn a_key_is_as_good_as_a_session_until_it_is_revoked() {
    let fixture = with_queues();
    let key = fixture.key(vec![Permission::QueuesRead]);
    let list = || fixture.call(Method::GET, "/api/queues").header("authorization", &key).send();
    assert_eq!(list().await.status, 200);
    fixture.revoke();
    list().await.problem(401, "session_invalid");
}

#[tokio::test]
async fn what_is_no_key_is_nobody_also_beside_a_session() {
    let fixture = with_queues();
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Admin, None));
    for header in
        ["Bearer", "Bearer ", "Basic YTpi", "chk_1", &format!("Bearer {}", "x".repeat(129))]
    {
        let call = fixture.call(Method::GET, "/api/queues").header("cookie", &cookie);
        call.header("authorization", header).send().await.problem(401, "unauthenticated");
    }
    // A session's token is no key, and a key no session.
    let token = cookie.split_once('=').unwrap().1;
    let call = fixture.call(Method::GET, "/api/queues");
    let reply = call.header("authorization", &format!("Bearer {token}")).send().await;
    reply.problem(401, "unauthenticated");
    let key = fixture.key(vec![Permission::QueuesRead]);
    let cookie = key.replace("Bearer ", "chamados=");
    let reply = fixture.call(Method::GET, "/api/queues").header("cookie", &cookie).send().await;
    reply.problem(401, "unauthenticated");
}

#[tokio::test]
async fn another_sites_page_has_no_key() {
    let fixture = Fixture::new();
    let key = fixture.key(vec![Permission::TicketsCreate]);
    let call = || {
        let call = fixture.call(Method::POST, "/api/tickets");
        call.header("origin", "https://elsewhere.example")
    };
    let refused = call().json(&json!({"subject": "s"})).await;
    refused.problem(403, "cross_site_request");
    // With one it was sent on purpose. The script has no such call; that it was made is enough.
    let made = call().header("authorization", &key).json(&json!({"subject": "s"})).await;
    made.problem(500, "internal");
}

#[tokio::test]
async fn what_only_people_have_is_no_automations() {
    let fixture = Fixture::new();
    let key = fixture.key(Permission::scopes().collect());
    for (method, path) in [
        (Method::GET, "/api/me"),
        (Method::GET, "/api/me/sessions"),
        (Method::GET, "/api/devices"),
        (Method::DELETE, "/api/me/sessions/018f0000-0000-7000-8000-000000000000"),
    ] {
        let reply = fixture.call(method, path).header("authorization", &key).send().await;
        reply.problem(403, "person_required");
    }
    let password = json!({"currentPassword": "a", "newPassword": "b"});
    let call = fixture.call(Method::POST, "/api/me/password").header("authorization", &key);
    call.json(&password).await.problem(403, "person_required");
}
