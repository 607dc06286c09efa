//! Every operation of the HTTP API, asked of the real gateway with real cookies and keys.

use std::collections::BTreeSet;

use chamados_testkit::sandbox::Answer;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    World,
    callers::Way,
    records::{Records, with_file},
    rpc::method_of,
    table::{self, Findings, Heard, Table, Verdict},
};

/// The table.
pub(super) const ROWS: &str = include_str!("http.txt");
/// Ends the caller's session, so it is the last that is asked.
const LAST: &str = "POST /api/auth/sign-out";

pub(super) async fn check(world: &World) -> anyhow::Result<()> {
    let table = table::parse(ROWS);
    let mut findings = Findings::default();
    let contract = world.desk.admin.get("/api/openapi.json").await.ok();
    for operation in every_operation(&contract) {
        if !table.keys().any(|asked| method_of(asked) == operation) {
            findings.note(format!("{operation} has no row in http.txt"));
        }
    }
    for (asked, row) in in_order(&table) {
        let cells = row.iter().map(async |(column, expected)| {
            let caller = world.callers.of(column, asked);
            let way = caller.way.as_ref().unwrap_or_else(|| panic!("{column} has no way"));
            (column, expected, ask(way, asked, &world.records).await)
        });
        for (column, expected, answer) in join_all(cells).await {
            findings.compare(asked, column, *expected, &heard(&answer));
        }
    }
    findings.none();
    Ok(())
}

/// Every row, and what ends sessions at the end.
fn in_order(table: &Table) -> impl Iterator<Item = (&String, &Vec<(&'static str, Verdict)>)> {
    let rest = table.iter().filter(|(asked, _)| *asked != LAST);
    rest.chain(table.get_key_value(LAST))
}

/// Every operation of the contract.
fn every_operation(contract: &Value) -> BTreeSet<String> {
    let paths = contract["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let methods =
            item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
        let known = ["GET", "POST", "PATCH", "PUT", "DELETE"];
        methods
            .filter(move |method| known.contains(&method.as_str()))
            .map(move |method| format!("{method} {path}"))
    });
    operations.collect()
}

/// Asks one row in somebody's name.
pub(super) async fn ask(way: &Way, asked: &str, records: &Records) -> Answer {
    let (method, template) = method_of(asked).split_once(' ').unwrap_or_default();
    let method: Method = method.parse().unwrap_or_else(|error| panic!("{asked}: {error}"));
    let mut request = way.request(method, &path(template, asked, records));
    if template == "/api/attachments" {
        request = with_file(request);
    } else if let Some(body) = body(asked, records) {
        request = request.json(&body);
    }
    if asked.starts_with("PATCH") && !asked.contains("/me/") {
        // Whoever may change it hears that they are late.
        request = request.header("if-match", "\"999\"");
    }
    if template == "/api/events" { way.open(request).await } else { way.send(request).await }
}

/// The path with a record in it.
fn path(template: &str, asked: &str, r: &Records) -> String {
    let record = |prefix: &str| template.starts_with(prefix);
    let id = match asked {
        "POST /api/admin/users/{id}/merge"
        | "GET /api/admin/users/{id}/merge"
        | "GET /api/admin/users/{id}/merge-preview" => &r.merged,
        "POST /api/admin/users/{id}/password-reset#staff" => &r.spare_agent,
        "GET /api/admin/users/{id}" => &r.owner,
        "DELETE /api/admin/invites/{id}" => &r.revoked_invite,
        _ if asked.ends_with("{id}#internal") => &r.internal_file,
        _ if record("/api/attachments/") => &r.file,
        _ if record("/api/admin/users/") => &r.spare,
        _ if record("/api/admin/invites/") => &r.invite,
        _ if record("/api/admin/companies/") => &r.company,
        _ if record("/api/admin/service-accounts/") => &r.service_account,
        _ if record("/api/admin/devices/") => &r.device,
        _ if record("/api/admin/runs/") => &r.run,
        _ if record("/api/admin/exports/") => &r.export,
        _ if record("/api/chats/") => &r.chat,
        _ if record("/api/admin/queues/") => &r.queue,
        _ if record("/api/admin/categories/") => &r.category,
        _ if record("/api/me/sessions/") => &r.owner_session,
        _ => &r.ticket,
    };
    let path = template
        .replace("{id}", id)
        .replace("{keyId}", &r.revoked_key)
        .replace("{name}", &r.job)
        .replace("{kind}", "comment");
    match asked {
        "DELETE /api/admin/devices/links" => {
            format!("{path}?machineId={}&userId={}", r.device, r.spare)
        }
        "GET /api/admin/schedule-preview" => {
            format!("{path}?kind=interval&schedule=60&timeZone=UTC")
        }
        "GET /api/admin/users/{id}/merge-preview" => format!("{path}?intoUserId={}", r.spare),
        _ => path,
    }
}

/// What goes with it.
#[rustfmt::skip]
fn body(asked: &str, r: &Records) -> Option<Value> {
    let fresh = r.fresh();
    let email = format!("{fresh}@acme.example");
    let password = "correct horse battery";
    let body = match asked {
        "POST /api/setup" => json!({"token": "wrong", "tenantName": "T", "name": "N", "email": email, "password": password}),
        "POST /api/auth/sign-in/email" => json!({"email": email, "password": "wrong"}),
        "POST /api/auth/invites/preview" | "POST /api/auth/password/reset/preview" => json!({"token": "wrong"}),
        "POST /api/auth/invites/accept" => json!({"token": "wrong", "name": "N", "password": password}),
        "POST /api/auth/password/reset" => json!({"token": "wrong", "password": password}),
        "PATCH /api/me/preferences" => json!({"theme": "dark"}),
        "POST /api/me/password" => json!({"currentPassword": "wrong", "newPassword": password}),
        "POST /api/tickets" => json!({"subject": "New"}),
        "POST /api/tickets/bulk" => json!({"targets": [{"id": r.ticket, "version": 999}], "priority": "high"}),
        "PATCH /api/tickets/{id}" => json!({"subject": "New"}),
        "POST /api/tickets/{id}/assign" => json!({"assigneeId": null, "version": 999}),
        "POST /api/tickets/{id}/pause" => json!({"reason": "break", "version": 999}),
        "POST /api/tickets/{id}/start" | "POST /api/tickets/{id}/resolve" | "POST /api/tickets/{id}/reopen" => json!({"version": 999}),
        "POST /api/tickets/{id}/comments" => json!({"body": "<p>x</p>", "visibility": "public"}),
        "POST /api/tickets/{id}/comments#internal" => json!({"body": "<p>x</p>", "visibility": "internal"}),
        "POST /api/tickets/{id}/chat/messages" | "POST /api/chats/{id}/messages" => json!({"body": "x"}),
        "POST /api/chats/{id}/read" => json!({"sequence": 1}),
        "PUT /api/tickets/{id}/activity" => json!({"activity": "viewing"}),
        "PUT /api/tickets/{id}/activity#internal" => json!({"activity": "typing_internal"}),
        "PUT /api/tickets/{id}/drafts/{kind}" => json!({"body": "<p>x</p>", "visibility": "public", "baseVersion": 1}),
        "PUT /api/tickets/{id}/drafts/{kind}#internal" => json!({"body": "<p>x</p>", "visibility": "internal", "baseVersion": 1}),
        "POST /api/admin/companies" => json!({"name": "New", "nickname": fresh}),
        "PATCH /api/admin/companies/{id}" | "PATCH /api/admin/users/{id}" | "PATCH /api/admin/service-accounts/{id}"
        | "PATCH /api/admin/queues/{id}" | "PATCH /api/admin/categories/{id}" => json!({"name": "New"}),
        "POST /api/admin/queues" | "POST /api/admin/categories" => json!({"name": fresh}),
        "POST /api/admin/users" => json!({"name": "New", "email": email, "role": "collaborator", "companyId": r.company}),
        "POST /api/admin/users#admin" => json!({"name": "New", "email": email, "role": "admin"}),
        "PATCH /api/admin/users/{id}#tenant" => json!({"tenantId": r.company}),
        "POST /api/admin/users/{id}/merge" => json!({"intoUserId": r.spare}),
        "POST /api/admin/invites" => json!({"email": email, "role": "collaborator", "companyId": r.company}),
        "POST /api/admin/invites#admin" => json!({"email": email, "role": "admin"}),
        "POST /api/admin/service-accounts" => json!({"name": fresh}),
        "POST /api/admin/service-accounts/{id}/keys" => json!({"scopes": ["tickets.read"]}),
        "PATCH /api/admin/devices/{id}" => json!({"notes": "New"}),
        "PUT /api/admin/devices/{id}/usb-policy" => json!({"policy": "block"}),
        "PUT /api/admin/devices/{id}/access" => json!({"email": r.owner_email, "persona": "collaborator"}),
        "POST /api/admin/devices/links" => json!({"machineId": r.device, "email": r.spare_email}),
        "PATCH /api/admin/jobs/{name}" => json!({"enabled": true}),
        _ => return None,
    };
    Some(body)
}

/// What an answer means. What a caller showed besides themselves (a password, the token of a link) may be
/// refused with the same statuses, and then they were let in.
pub(super) fn heard(answer: &Answer) -> Heard {
    let code = answer.body["code"].as_str().unwrap_or_default();
    let verdict = match answer.status {
        401 if !PROOFS.contains(&code) => Verdict::Unauthenticated,
        403 if !PROOFS.contains(&code) => Verdict::Forbidden,
        404 => Verdict::NotFound,
        405 => Verdict::Unreachable,
        500.. => Verdict::Broken,
        _ => Verdict::Ok,
    };
    Heard { verdict, detail: format!("{} {code} {}", answer.status, answer.body["detail"]) }
}

/// Refusals of a password or a link.
const PROOFS: [&str; 6] = [
    "credentials_invalid",
    "invite_token_invalid",
    "reset_token_invalid",
    "setup_token_invalid",
    "current_password_wrong",
    "reauthentication_required",
];
