//! What becomes of a request on its way to a service and back.

use std::sync::{Arc, Mutex};

use chamados_proto::{device::v1 as device, identity::v1 as identity, ticket::v1 as pb};
use http::Method;
use serde_json::{Value, json};
use tonic::{Code, Request, Status};

use crate::fixture::{Fixture, reasoned};

const ID: &str = "0193a5e0-0000-7000-8000-000000000001";
const OTHER: &str = "0193a5e0-0000-7000-8000-000000000002";

fn ticket() -> pb::Ticket {
    let time = Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 123_000_000 });
    pb::Ticket {
        id: ID.into(),
        number: 7,
        subject: "Printer".into(),
        status: pb::Status::InProgress.into(),
        priority: pb::Priority::Normal.into(),
        queue_id: "q".into(),
        requester_id: "u".into(),
        device_id: Some("d".into()),
        create_time: time,
        update_time: time,
        version: 3,
        ..Default::default()
    }
}

/// Remembers what a method was asked, and answers with the ticket.
fn record<Req>(fixture: &Fixture, method: &str) -> Arc<Mutex<Vec<Req>>>
where
    Req: prost::Message + Default + 'static,
{
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let method = format!("ticket.v1.TicketService/{method}");
    fixture.script.on(&method, move |request: Request<Req>| {
        log.lock().unwrap().push(request.into_inner());
        Ok(ticket())
    });
    seen
}

#[tokio::test]
async fn a_ticket_has_names_and_its_version_as_etag() {
    let fixture = Fixture::new();
    let seen = record::<pb::GetTicketRequest>(&fixture, "GetTicket");
    fixture.script.on(
        "identity.v1.UserService/BatchGetUserSummaries",
        |request: Request<identity::BatchGetUserSummariesRequest>| {
            assert_eq!(request.into_inner().ids, ["u"]);
            let ana = identity::UserSummary { id: "u".into(), name: "Ana".into(), role: 1 };
            Ok(identity::BatchGetUserSummariesResponse { users: vec![ana] })
        },
    );
    fixture.script.on("ticket.v1.QueueService/ListQueues", |_: Request<pb::ListQueuesRequest>| {
        let queue = pb::Queue { id: "q".into(), name: "Chamados".into(), ..Default::default() };
        Ok(pb::ListQueuesResponse { queues: vec![queue] })
    });
    // The device service is away: its names are missing, and nothing else.
    fixture.script.on(
        "device.v1.DeviceService/BatchGetDeviceSummaries",
        |_: Request<device::BatchGetDeviceSummariesRequest>| {
            Err::<device::BatchGetDeviceSummariesResponse, _>(Status::unavailable("away"))
        },
    );
    let reply = fixture.admin(Method::GET, "/api/tickets/7").send().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("etag"), "\"3\"");
    assert_eq!(seen.lock().unwrap()[0].id, "7");
    let ticket = reply.json();
    assert_eq!(ticket["requester"], json!({"id": "u", "name": "Ana"}));
    assert_eq!(ticket["queue"], json!({"id": "q", "name": "Chamados"}));
    assert_eq!(ticket["device"], json!({"id": "d", "name": "", "presence": "unknown"}));
    assert_eq!(ticket["status"], "in_progress");
    assert_eq!(ticket["createdAt"], "2026-09-21T14:13:20.123Z");
    for absent in ["company", "assignee", "pauseReason", "workingSince", "resolvedAt"] {
        assert_eq!(ticket.get(absent), Some(&Value::Null), "{absent}");
    }
}

#[tokio::test]
async fn a_patch_sends_what_it_sets_and_the_version_it_is_based_on() {
    let fixture = Fixture::new();
    let seen = record::<pb::UpdateTicketRequest>(&fixture, "UpdateTicket");
    let patch = || fixture.admin(Method::PATCH, &format!("/api/tickets/{ID}"));
    let body = json!({"subject": "Scanner", "companyId": null, "deviceId": OTHER});
    let reply = patch().header("if-match", "\"3\"").json(&body).await;
    assert_eq!(reply.status, 200);
    let update = seen.lock().unwrap().remove(0);
    let ticket = update.ticket.unwrap();
    assert_eq!(update.update_mask.unwrap().paths, ["subject", "company_id", "device_id"]);
    assert_eq!((ticket.version, ticket.subject.as_str()), (3, "Scanner"));
    assert_eq!((ticket.company_id, ticket.device_id.as_deref()), (None, Some(OTHER)));

    assert_eq!(patch().json(&json!({"subject": "x"})).await.status, 200);
    assert_eq!(seen.lock().unwrap()[0].ticket.as_ref().unwrap().version, 0);
    for bad in ["3", "\"x\"", "W/\"3\"", "\"0\"", "\"1\", \"2\""] {
        let reply = patch().header("if-match", bad).json(&json!({"subject": "x"})).await;
        let problem = reply.problem(400, "invalid_argument");
        assert_eq!(problem["errors"][0]["field"], "If-Match");
    }
}

#[tokio::test]
async fn a_stale_version_is_412() {
    let fixture = Fixture::new();
    fixture.script.on(
        "ticket.v1.TicketService/UpdateTicket",
        |_: Request<pb::UpdateTicketRequest>| {
            Err::<pb::Ticket, _>(reasoned(Code::Aborted, "stale_version", "changed since"))
        },
    );
    let patch = fixture.admin(Method::PATCH, &format!("/api/tickets/{ID}"));
    let reply = patch.header("if-match", "\"2\"").json(&json!({"subject": "x"})).await;
    reply.problem(412, "stale_version");
}

#[tokio::test]
async fn the_idempotency_key_names_the_request() {
    let fixture = Fixture::new();
    let seen = record::<pb::CreateTicketRequest>(&fixture, "CreateTicket");
    let post = || fixture.admin(Method::POST, "/api/tickets");
    let reply = post().header("idempotency-key", "once").json(&json!({"subject": "x"})).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("location"), format!("/api/tickets/{ID}"));
    post().json(&json!({"subject": "x"})).await;
    post().json(&json!({"subject": "x"})).await;
    let ids: Vec<_> = seen.lock().unwrap().iter().map(|r| r.request_id.clone()).collect();
    assert_eq!(ids[0], "once");
    assert_ne!(ids[1], ids[2], "a new one each time");
    for bad in ["", "with space", &"x".repeat(129)] {
        let reply = post().header("idempotency-key", bad).json(&json!({"subject": "x"})).await;
        let problem = reply.problem(400, "invalid_argument");
        assert_eq!(problem["errors"][0]["field"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn play_needs_no_body() {
    let fixture = Fixture::new();
    let seen = record::<pb::StartTicketRequest>(&fixture, "StartTicket");
    let start = || fixture.admin(Method::POST, &format!("/api/tickets/{ID}/start"));
    assert_eq!(start().send().await.status, 200);
    assert_eq!(start().json(&json!({})).await.status, 200);
    assert_eq!(start().json(&json!({"version": 3})).await.status, 200);
    start().json(&json!({"force": true})).await.problem(400, "invalid_argument");
    start().body("{}").await.problem(415, "unsupported_media_type");
    let versions: Vec<_> = seen.lock().unwrap().iter().map(|r| r.version).collect();
    assert_eq!(versions, [0, 0, 3]);
}

#[tokio::test]
async fn to_give_a_ticket_to_nobody_takes_a_null() {
    let fixture = Fixture::new();
    let seen = record::<pb::AssignTicketRequest>(&fixture, "AssignTicket");
    let assign = || fixture.admin(Method::POST, &format!("/api/tickets/{ID}/assign"));
    assert_eq!(assign().json(&json!({"assigneeId": OTHER})).await.status, 200);
    assert_eq!(assign().json(&json!({"assigneeId": null})).await.status, 200);
    assign().json(&json!({})).await.problem(400, "invalid_argument");
    let ids: Vec<_> = seen.lock().unwrap().iter().map(|r| r.assignee_id.clone()).collect();
    assert_eq!(ids, [Some(OTHER.to_owned()), None]);
}

#[tokio::test]
async fn filters_reach_the_service() {
    let fixture = Fixture::new();
    let seen = Arc::new(Mutex::new(None));
    let log = seen.clone();
    fixture.script.on(
        "ticket.v1.TicketService/ListTickets",
        move |request: Request<pb::ListTicketsRequest>| {
            *log.lock().unwrap() = Some(request.into_inner());
            let tickets = vec![ticket()];
            Ok(pb::ListTicketsResponse { tickets, next_page_token: "next".into(), total_size: 41 })
        },
    );
    let path = format!(
        "/api/tickets?status=pending&status=paused&assigneeId=none&assigneeId={OTHER}\
         &createdFrom=2026-11-01T00:00:00Z&resolvedFrom=2026-11-02T00:00:00Z&resolvedTo=2026-11-03T00:00:00Z&q=impress%C3%A3o&pageSize=10&pageToken=abc"
    );
    let reply = fixture.admin(Method::GET, &path).send().await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let list = reply.json();
    assert_eq!((&list["nextPageToken"], &list["total"]), (&json!("next"), &json!(41)));
    assert_eq!(list["items"][0]["number"], 7);
    let request = seen.lock().unwrap().take().unwrap();
    let filter = request.filter.unwrap();
    assert_eq!(filter.statuses, [pb::Status::Pending as i32, pb::Status::Paused as i32]);
    assert!(filter.unassigned);
    assert_eq!(filter.assignee_ids, [OTHER]);
    assert_eq!(filter.query, "impressão");
    assert_eq!(filter.created_from.unwrap().seconds, 1_793_491_200);
    assert_eq!(filter.resolved_from.unwrap().seconds, 1_793_577_600);
    assert_eq!(filter.resolved_to.unwrap().seconds, 1_793_664_000);
    assert_eq!((request.page_size, request.page_token.as_str()), (10, "abc"));
}

#[tokio::test]
async fn an_enumeration_the_gateway_does_not_know_is_our_fault() {
    let fixture = Fixture::new();
    fixture.script.on("ticket.v1.TicketService/GetTicket", |_: Request<pb::GetTicketRequest>| {
        Ok(pb::Ticket { status: 99, ..ticket() })
    });
    fixture.admin(Method::GET, "/api/tickets/7").send().await.problem(500, "internal");
}
