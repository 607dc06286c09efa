//! Headers of every answer, and what operators ask for.

use chamados_gateway::Config;
use http::Method;

use crate::fixture::Fixture;

#[tokio::test]
async fn a_request_id_comes_back() {
    let fixture = Fixture::new();
    let reply = fixture.call(Method::GET, "/healthz").header("x-request-id", "abc-1").send().await;
    assert_eq!(reply.header("x-request-id"), "abc-1");
    let reply = fixture.call(Method::GET, "/api/me").header("x-request-id", "abc-2").send().await;
    assert_eq!(reply.problem(401, "unauthenticated")["requestId"], "abc-2");

    let bad = "x".repeat(129);
    let reply = fixture.call(Method::GET, "/healthz").header("x-request-id", &bad).send().await;
    assert_eq!(reply.header("x-request-id").len(), 36, "a new one");
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    let fixture = Fixture::new();
    for path in ["/", "/healthz", "/api/me", "/api/nothing", "/api/docs/"] {
        let reply = fixture.call(Method::GET, path).send().await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{path}");
        assert!(policy.contains("script-src 'self';"), "{path}");
        let inline_styles = path.starts_with("/api/docs");
        assert_eq!(policy.contains("'unsafe-inline'"), inline_styles, "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("strict-transport-security"), "", "{path}: plain localhost");
    }
    let reply = fixture.call(Method::GET, "/api/me").send().await;
    assert_eq!(reply.header("cache-control"), "no-store");

    let config = Config { public_url: "https://desk.example".into(), ..Config::default() };
    let reply = Fixture::with(config).call(Method::GET, "/healthz").send().await;
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_take_it() {
    let call = Fixture::new().call(Method::GET, "/api/openapi.json");
    let reply = call.header("accept-encoding", "gzip").send().await;
    assert_eq!(reply.header("content-encoding"), "gzip");
    assert!(reply.header("vary").contains("accept-encoding"));
}

#[tokio::test]
async fn readiness_names_the_part_that_is_away() {
    let fixture = Fixture::new();
    let database = fixture.health.register("database");
    let reply = fixture.call(Method::GET, "/readyz").send().await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.json()["parts"]["database"], false);
    database.set(true);
    let reply = fixture.call(Method::GET, "/readyz").send().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["ready"], true);
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_not_by_path() {
    let fixture = Fixture::new();
    fixture.call(Method::GET, "/api/tickets/42").send().await;
    fixture.call(Method::GET, "/api/invented-by-somebody").send().await;
    let reply = fixture.call(Method::GET, "/metrics").send().await;
    let text = String::from_utf8(reply.body).unwrap();
    assert!(text.contains("/api/tickets/{id}"), "{text}");
    assert!(!text.contains("invented-by-somebody"), "{text}");
}

#[tokio::test]
async fn operations_can_be_kept_from_the_panel() {
    let config = Config { operations: false, ..Config::default() };
    let fixture = Fixture::with(config);
    for path in ["/metrics", "/readyz", "/healthz"] {
        fixture.call(Method::GET, path).send().await.problem(404, "not_found");
    }
}
