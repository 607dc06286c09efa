//! Every way to be wrong is a problem, and says no more than it should.

use std::time::Duration;

use chamados_proto::{identity::v1 as identity, ticket::v1 as ticket};
use http::Method;
use serde_json::json;
use tonic::{Code, Request, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::fixture::{Fixture, Reply, reasoned};

const GET_TICKET: &str = "ticket.v1.TicketService/GetTicket";
const TICKET: &str = "/api/tickets/42";

async fn failing(status: impl Fn() -> Status + Send + Sync + 'static) -> Reply {
    let fixture = Fixture::new();
    fixture.script.on(GET_TICKET, move |_: Request<ticket::GetTicketRequest>| {
        Err::<ticket::Ticket, _>(status())
    });
    fixture.admin(Method::GET, TICKET).send().await
}

#[tokio::test]
async fn each_code_of_a_service_has_its_status() {
    for (code, status) in [
        (Code::InvalidArgument, 400),
        (Code::Unauthenticated, 401),
        (Code::PermissionDenied, 403),
        (Code::NotFound, 404),
        (Code::AlreadyExists, 409),
        (Code::FailedPrecondition, 409),
        (Code::Aborted, 412),
        (Code::ResourceExhausted, 429),
    ] {
        let reply = failing(move || reasoned(code, "some_reason", "said of the request")).await;
        let problem = reply.problem(status, "some_reason");
        assert_eq!(problem["detail"], "said of the request");
    }
}

#[tokio::test]
async fn a_status_without_a_reason_still_has_a_code() {
    failing(|| Status::not_found("no")).await.problem(404, "not_found");
    failing(|| Status::aborted("no")).await.problem(412, "stale_version");
}

#[tokio::test]
async fn internal_causes_are_never_told() {
    for code in [Code::Internal, Code::Unknown, Code::DataLoss, Code::Unimplemented] {
        let reply = failing(move || Status::new(code, "password hunter2 in table users")).await;
        reply.problem(500, "internal");
        assert!(!String::from_utf8_lossy(&reply.body).contains("hunter2"));
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_named_and_worth_another_try() {
    for code in [Code::Unavailable, Code::DeadlineExceeded] {
        let reply = failing(move || Status::new(code, "tcp connect error 10.0.0.7")).await;
        let problem = reply.problem(503, "unavailable");
        assert_eq!(problem["detail"], "The ticket service is away. Try again shortly.");
        assert_eq!(problem["service"], "ticket");
        assert_eq!(reply.header("retry-after"), "2");
    }
}

#[tokio::test]
async fn too_much_at_once_says_when_to_come_back() {
    let reply = failing(|| {
        let details = ErrorDetails::with_retry_info(Some(Duration::from_millis(89_200)));
        Status::with_error_details(Code::ResourceExhausted, "too many attempts", details)
    });
    let reply = reply.await;
    reply.problem(429, "too_many_requests");
    assert_eq!(reply.header("retry-after"), "90");
}

#[tokio::test]
async fn fields_at_fault_have_their_http_names() {
    let fixture = Fixture::new();
    fixture.script.on(
        "ticket.v1.TicketService/ListTickets",
        |_: Request<ticket::ListTicketsRequest>| {
            let mut details = ErrorDetails::new();
            details.add_bad_request_violation("page_token", "is not a token of this list");
            details.add_bad_request_violation("filter.query", "is too long");
            let status = Status::with_error_details(Code::InvalidArgument, "invalid", details);
            Err::<ticket::ListTicketsResponse, _>(status)
        },
    );
    let reply = fixture.admin(Method::GET, "/api/tickets").send().await;
    let problem = reply.problem(400, "invalid_argument");
    assert_eq!(problem["errors"][0]["field"], "pageToken");
    assert_eq!(problem["errors"][1]["field"], "q");
}

#[tokio::test]
async fn unknown_query_parameters_are_named() {
    let fixture = Fixture::new();
    for path in ["/api/tickets?status=pending&sort=up", "/api/me?sort=up", "/api/tickets/1?sort=up"]
    {
        let reply = fixture.admin(Method::GET, path).send().await;
        let problem = reply.problem(400, "invalid_argument");
        assert_eq!(problem["errors"][0]["field"], "sort", "{path}");
    }
}

#[tokio::test]
async fn bad_query_values_are_named() {
    let fixture = Fixture::new();
    for (query, field) in [
        ("status=open", "status"),
        ("status=pending&status=open", "status"),
        ("companyId=42", "companyId"),
        ("assigneeId=nobody", "assigneeId"),
        ("createdFrom=yesterday", "createdFrom"),
        ("pageSize=many", "pageSize"),
    ] {
        let reply = fixture.admin(Method::GET, &format!("/api/tickets?{query}")).send().await;
        let problem = reply.problem(400, "invalid_argument");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn bad_bodies_are_refused_for_the_right_reason() {
    let fixture = Fixture::new();
    let post = || fixture.admin(Method::POST, "/api/tickets");

    let reply = post().json(&json!({"subject": "x", "sujbect": "y"})).await;
    assert_eq!(reply.problem(400, "invalid_argument")["errors"][0]["field"], "sujbect");
    let reply = post().json(&json!({"description": "x"})).await;
    assert_eq!(reply.problem(400, "invalid_argument")["errors"][0]["field"], "subject");
    let reply = post().json(&json!({"subject": "x", "priority": "extreme"})).await;
    assert_eq!(reply.problem(400, "invalid_argument")["errors"][0]["field"], "priority");
    let reply = post().json(&json!({"subject": "x", "queueId": "42"})).await;
    assert_eq!(reply.problem(400, "invalid_argument")["errors"][0]["field"], "queueId");
    post().json(&json!([])).await.problem(400, "invalid_argument");

    let json = |body: &'static str| post().header("content-type", "application/json").body(body);
    json("{\"subject\":").await.problem(400, "malformed_json");
    json("{\"subject\":\"x\"} trailing").await.problem(400, "malformed_json");
    json("").await.problem(400, "malformed_json");
    let text = post().header("content-type", "text/plain").body("{\"subject\":\"x\"}").await;
    text.problem(415, "unsupported_media_type");
    post().body("{\"subject\":\"x\"}").await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_huge_body_is_refused() {
    let fixture = Fixture::new();
    let body = json!({"subject": "x", "description": "x".repeat(300 * 1024)});
    let reply = fixture.admin(Method::POST, "/api/tickets").json(&body).await;
    reply.problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_patch_that_changes_nothing_is_refused() {
    let fixture = Fixture::new();
    let path = "/api/admin/companies/0193a5e0-0000-7000-8000-000000000000";
    fixture.admin(Method::PATCH, path).json(&json!({})).await.problem(400, "invalid_argument");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let fixture = Fixture::new();
    for path in ["/api", "/api/nothing", "/api/tickets/x/y/z", "/nothing.js"] {
        fixture.call(Method::GET, path).send().await.problem(404, "not_found");
    }
    for path in ["/api/tickets/nonsense", "/api/admin/users/42", "/api/tickets/1/comments"] {
        fixture.admin(Method::GET, path).send().await.problem(404, "not_found");
    }
    let reply = fixture.call(Method::DELETE, "/api/me").send().await;
    reply.problem(405, "method_not_allowed");
    assert!(reply.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_panic_is_a_problem() {
    let fixture = Fixture::new();
    fixture.script.on(
        "identity.v1.SetupService/GetSetup",
        |_: Request<identity::GetSetupRequest>| -> Result<identity::GetSetupResponse, Status> {
            panic!("hunter2")
        },
    );
    let reply = fixture.call(Method::GET, "/api/setup").send().await;
    reply.problem(500, "internal");
    assert!(!String::from_utf8_lossy(&reply.body).contains("hunter2"));
}
