//! Requests that cannot be right, whatever they are about.

use chamados_testkit::{Sandbox, sandbox_suite};
use reqwest::Method;
use serde_json::json;

use crate::fixture::{Desk, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    unknown_fields_and_parameters_are_named,
    bodies_that_cannot_be_read,
    nothing_is_there,
    values_out_of_range_are_named,
);

async fn unknown_fields_and_parameters_are_named(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ticket = text(&desk.ticket("one").await, "id");
    let (admin, company) = (&desk.admin, &desk.company);
    let posts = [
        ("/api/tickets".to_owned(), json!({"subject": "s", "colour": "red"})),
        (format!("/api/tickets/{ticket}/start"), json!({"colour": "red"})),
        (format!("/api/tickets/{ticket}/resolve"), json!({"colour": "red"})),
        (format!("/api/tickets/{ticket}/assign"), json!({"assigneeId": null, "colour": "red"})),
        (format!("/api/tickets/{ticket}/pause"), json!({"reason": "break", "colour": "red"})),
        (
            format!("/api/tickets/{ticket}/comments"),
            json!({"body": "b", "visibility": "public", "colour": "red"}),
        ),
        ("/api/admin/companies".to_owned(), json!({"name": "n", "nickname": "n", "colour": 1})),
        ("/api/auth/sign-in/email".to_owned(), json!({"email": "", "password": "", "colour": 1})),
    ];
    for (path, body) in posts {
        admin.post(&path, body).await.refused_field("colour");
    }
    let patches = [
        format!("/api/tickets/{ticket}"),
        format!("/api/admin/companies/{company}"),
        "/api/me/preferences".to_owned(),
    ];
    for path in patches {
        admin.patch(&path, json!({"colour": "red"})).await.refused_field("colour");
    }
    let lists = [
        "/api/tickets",
        "/api/admin/companies",
        "/api/admin/users",
        "/api/admin/devices",
        "/api/admin/jobs",
        "/api/queues",
        "/api/devices",
        "/api/me",
    ];
    for path in lists {
        admin.get(&format!("{path}?colour=red")).await.refused_field("colour");
    }
    Ok(())
}

async fn bodies_that_cannot_be_read(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let post = || desk.admin.request(Method::POST, "/api/tickets");
    let json = "application/json";
    for broken in ["", "{", "{\"subject\": \"a\"} {}", "\u{0}", "{\"subject\""] {
        let request = post().header("content-type", json).body(broken);
        desk.admin.send(request).await.refused(400, "malformed_json");
    }
    desk.admin.post("/api/tickets", json!(["a", ""])).await.refused_field("body");
    let request = post().body("subject=a");
    desk.admin.send(request).await.refused(415, "unsupported_media_type");
    let request = post().header("content-type", "text/plain").body("{\"subject\": \"a\"}");
    desk.admin.send(request).await.refused(415, "unsupported_media_type");
    let long = json!({"subject": "a", "description": "x".repeat(300 * 1024)});
    desk.admin.post("/api/tickets", long).await.refused(413, "payload_too_large");
    desk.admin.post("/api/tickets", json!({})).await.refused_field("subject");
    desk.admin.post("/api/tickets", json!({"subject": 7})).await.refused_field("subject");
    assert_eq!(desk.admin.get("/api/tickets").await.ok()["total"], 0, "none was made");
    Ok(())
}

async fn nothing_is_there(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let nobody = uuid::Uuid::now_v7();
    desk.admin.get("/api/nothing").await.refused(404, "not_found");
    desk.admin.press("/api/me").await.refused(405, "method_not_allowed");
    for id in ["nonsense", "0", "00000000", "..%2f", "%00"] {
        let answer = desk.admin.get(&format!("/api/admin/devices/{id}")).await;
        answer.refused(404, "not_found");
    }
    let cases = [
        (format!("/api/tickets/{nobody}"), "ticket_not_found"),
        ("/api/tickets/987654".to_owned(), "ticket_not_found"),
        (format!("/api/admin/companies/{nobody}"), "company_not_found"),
        (format!("/api/admin/users/{nobody}"), "user_not_found"),
        (format!("/api/admin/devices/{nobody}"), "device_not_found"),
        (format!("/api/admin/runs/{nobody}"), "run_not_found"),
        ("/api/admin/jobs/nothing/runs".to_owned(), "schedule_not_found"),
    ];
    for (path, code) in cases {
        desk.admin.get(&path).await.refused(404, code);
    }
    Ok(())
}

async fn values_out_of_range_are_named(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let queries = [
        ("status=open", "status"),
        ("priority=extreme", "priority"),
        ("queueId=nonsense", "queueId"),
        ("assigneeId=nobody", "assigneeId"),
        ("createdFrom=yesterday", "createdFrom"),
        ("pageSize=many", "pageSize"),
        ("pageSize=-1", "pageSize"),
        ("pageToken=nonsense", "pageToken"),
    ];
    for (query, field) in queries {
        desk.admin.get(&format!("/api/tickets?{query}")).await.refused_field(field);
    }
    let q = "x".repeat(201);
    desk.admin.get(&format!("/api/tickets?q={q}")).await.refused_field("q");
    let page = desk.admin.get("/api/tickets?pageSize=100000").await;
    assert!(page.status == 200 || page.status == 400, "{page:#?}");
    let bodies = [
        (json!({"subject": ""}), "subject"),
        (json!({"subject": " \n"}), "subject"),
        (json!({"subject": "x".repeat(201)}), "subject"),
        (json!({"subject": "s", "description": "x".repeat(65 * 1024)}), "description"),
        (json!({"subject": "s", "priority": "extreme"}), "priority"),
        (json!({"subject": "s", "deviceId": "nonsense"}), "deviceId"),
    ];
    for (body, field) in bodies {
        desk.admin.post("/api/tickets", body).await.refused_field(field);
    }
    let companies = [
        (json!({"name": "", "nickname": "ok"}), "name"),
        (json!({"name": "ok", "nickname": "Not A Nickname"}), "nickname"),
        (json!({"name": "ok", "nickname": ""}), "nickname"),
    ];
    for (body, field) in companies {
        desk.admin.post("/api/admin/companies", body).await.refused_field(field);
    }
    for key in ["", "with space", &"x".repeat(129)] {
        let answer = desk.admin.post_once("/api/tickets", key, json!({"subject": "s"})).await;
        answer.refused_field("Idempotency-Key");
    }
    Ok(())
}
