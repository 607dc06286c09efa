//! Nothing of one tenant appears to another.

use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{Desk, items, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    another_tenants_ids_are_not_there,
    another_tenants_ids_cannot_be_named,
    lists_and_counts_are_the_tenants_own,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    another_tenants_ids_are_not_there,
    lists_and_counts_are_the_tenants_own,
);

/// Something of everything.
struct Belongings {
    ticket: String,
    company: String,
    user: String,
    device: String,
    queue: String,
}

impl Belongings {
    async fn of(desk: &Desk, sandbox: &Sandbox) -> anyhow::Result<Self> {
        let (_, device) = desk.computer(sandbox, "ana@acme.example").await?;
        Ok(Self {
            ticket: text(&desk.ticket("secret subject").await, "id"),
            company: desk.company.clone(),
            user: text(&desk.admin.get("/api/me").await.ok()["user"], "id"),
            device,
            queue: text(&items(&desk.admin.get("/api/queues").await.ok())[0], "id"),
        })
    }
}

/// Operations on one record: how each is asked, and what another tenant hears. That every operation there is
/// refuses another tenant is seen to by the matrix.
#[rustfmt::skip]
fn operations(theirs: &Belongings) -> Vec<(Method, &'static str, &str, Value, &'static str)> {
    let Belongings { ticket, company, user, device, .. } = theirs;
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    let comment = json!({"body": "<p>x</p>", "visibility": "public"});
    vec![
        (get.clone(), "/api/tickets/{id}", ticket, Value::Null, "ticket_not_found"),
        (patch.clone(), "/api/tickets/{id}", ticket, json!({"subject": "x"}), "ticket_not_found"),
        (post.clone(), "/api/tickets/{id}/assign", ticket, json!({"assigneeId": null}), "ticket_not_found"),
        (post.clone(), "/api/tickets/{id}/start", ticket, json!({}), "ticket_not_found"),
        (post.clone(), "/api/tickets/{id}/pause", ticket, json!({"reason": "break"}), "ticket_not_found"),
        (post.clone(), "/api/tickets/{id}/resolve", ticket, json!({"message": "x"}), "ticket_not_found"),
        (post.clone(), "/api/tickets/{id}/reopen", ticket, json!({}), "ticket_not_found"),
        (get.clone(), "/api/tickets/{id}/comments", ticket, Value::Null, "ticket_not_found"),
        (post.clone(), "/api/tickets/{id}/comments", ticket, comment, "ticket_not_found"),
        (get.clone(), "/api/tickets/{id}/timeline", ticket, Value::Null, "ticket_not_found"),
        (get.clone(), "/api/tickets/{id}/work-sessions", ticket, Value::Null, "ticket_not_found"),
        (get.clone(), "/api/admin/companies/{id}", company, Value::Null, "company_not_found"),
        (patch.clone(), "/api/admin/companies/{id}", company, json!({"name": "x"}), "company_not_found"),
        (post.clone(), "/api/admin/companies/{id}/provisioning-code", company, Value::Null, "company_not_found"),
        (get.clone(), "/api/admin/users/{id}", user, Value::Null, "user_not_found"),
        (get.clone(), "/api/admin/devices/{id}", device, Value::Null, "device_not_found"),
        (patch, "/api/admin/devices/{id}", device, json!({"notes": "x"}), "device_not_found"),
        (post, "/api/admin/devices/{id}/reset-agent", device, Value::Null, "device_not_found"),
        (get, "/api/admin/devices/{id}/timeline", device, Value::Null, "device_not_found"),
    ]
}

async fn ask(
    browser: &Browser,
    method: Method,
    path: &str,
    body: &Value,
) -> chamados_testkit::sandbox::Answer {
    let request = browser.request(method, path);
    let request = if body.is_null() { request } else { request.json(body) };
    browser.send(request).await
}

async fn another_tenants_ids_are_not_there(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let ours = Desk::open(sandbox).await?;
    let theirs = Desk::another(sandbox, "other").await?;
    let things = Belongings::of(&theirs, sandbox).await?;
    let operations = operations(&things);
    for (method, path, id, body, code) in &operations {
        let path = path.replace("{id}", id);
        let answer = ask(&ours.admin, method.clone(), &path, body).await;
        answer.refused(404, code);
        let told = answer.body.to_string();
        assert!(!told.contains("secret") && !told.contains("other"), "{told}");
    }
    let ticket = theirs.admin.get(&format!("/api/tickets/{}", things.ticket)).await.ok();
    assert_eq!(ticket["version"], 1, "nothing was changed");
    let device = theirs.device(&things.device).await;
    assert_eq!((&device["enrolled"], &device["notes"]), (&json!(true), &json!("")));
    Ok(())
}

async fn another_tenants_ids_cannot_be_named(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let ours = Desk::open(sandbox).await?;
    let theirs = Desk::another(sandbox, "other").await?;
    let things = Belongings::of(&theirs, sandbox).await?;
    let Belongings { company, user, device, queue, .. } = &things;
    let named = [
        (json!({"subject": "s", "queueId": queue}), "queue_not_found"),
        (json!({"subject": "s", "companyId": company}), "company_not_found"),
        (json!({"subject": "s", "requesterId": user}), "user_not_found"),
        (json!({"subject": "s", "deviceId": device}), "device_not_found"),
    ];
    for (body, code) in named {
        ours.admin.post("/api/tickets", body).await.refused(404, code);
    }
    let ticket = format!("/api/tickets/{}", text(&ours.ticket("ours").await, "id"));
    let assign = json!({"assigneeId": user});
    ours.admin.post(&format!("{ticket}/assign"), assign).await.refused(404, "user_not_found");
    let patches = [
        (json!({"queueId": queue}), "queue_not_found"),
        (json!({"companyId": company}), "company_not_found"),
        (json!({"requesterId": user}), "user_not_found"),
        (json!({"deviceId": device}), "device_not_found"),
    ];
    for (body, code) in patches {
        ours.admin.patch(&ticket, body).await.refused(404, code);
    }
    let person = json!({
        "name": "N", "email": "n@x.example", "role": "collaborator", "companyId": company,
    });
    ours.admin.post("/api/admin/users", person).await.refused(404, "company_not_found");
    Ok(())
}

async fn lists_and_counts_are_the_tenants_own(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let ours = Desk::open(sandbox).await?;
    let theirs = Desk::another(sandbox, "other").await?;
    let things = Belongings::of(&theirs, sandbox).await?;
    let (company, user, device) = (&things.company, &things.user, &things.device);
    let lists = [
        ("/api/tickets".to_owned(), 0),
        ("/api/tickets?q=secret".to_owned(), 0),
        (format!("/api/tickets?companyId={company}"), 0),
        (format!("/api/tickets?requesterId={user}"), 0),
        (format!("/api/tickets?deviceId={device}"), 0),
        ("/api/admin/companies".to_owned(), 1),
        ("/api/admin/users".to_owned(), 1),
        ("/api/admin/devices".to_owned(), 0),
        (format!("/api/admin/devices?companyId={company}"), 0),
        ("/api/queues".to_owned(), 1),
    ];
    for (path, total) in lists {
        let list = ours.admin.get(&path).await.ok();
        assert_eq!((items(&list).len(), &list["total"]), (total, &json!(total)), "{path}");
    }
    assert_eq!(ours.ticket("ours").await["number"], 1, "each counts by itself");
    // The same nickname and address are free in each tenant.
    assert_eq!(ours.admin.get("/api/admin/companies").await.ok()["items"][0]["nickname"], "acme");
    let metrics = ours.admin.get("/metrics").await;
    let shown = metrics.body.to_string();
    for id in [&things.ticket, company, user, device] {
        assert!(!shown.contains(id.as_str()), "an id is a label");
    }
    Ok(())
}
