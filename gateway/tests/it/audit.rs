//! The audit log as pages and as a file.

use chamados_proto::{
    event::v1::{Actor, AdministrativeChange, ChangedField, actor::Kind},
    identity::v1 as identity,
};
use http::Method;
use prost_types::Timestamp;
use tonic::{Code, Request, Status};

use crate::fixture::{Fixture, reasoned};

fn entry(name: &str) -> identity::AuditEntry {
    let field = |field: &str, old: Option<&str>, new: Option<&str>| ChangedField {
        field: field.to_owned(),
        old_value: old.map(str::to_owned),
        new_value: new.map(str::to_owned),
    };
    identity::AuditEntry {
        id: name.to_owned(),
        occur_time: Some(Timestamp { seconds: 1_790_000_000, nanos: 5_000_000 }),
        actor: Some(Actor { kind: Some(Kind::Service("chamados admin".to_owned())) }),
        change: Some(AdministrativeChange {
            action: "user.updated".to_owned(),
            target_kind: "user".to_owned(),
            target_id: "u".to_owned(),
            target_name: name.to_owned(),
            fields: vec![
                field("role", Some("agent"), Some("admin")),
                field("name", None, Some("Ana, \"a\"")),
            ],
        }),
        request_id: "r".to_owned(),
    }
}

#[tokio::test]
async fn the_file_holds_every_page_and_no_formula() {
    let fixture = Fixture::new();
    fixture.script.on(
        "identity.v1.AuditService/ListAuditEntries",
        |request: Request<identity::ListAuditEntriesRequest>| {
            let request = request.into_inner();
            assert_eq!((request.action.as_str(), request.page_size), ("user.", 100));
            let (name, next) = match request.page_token.as_str() {
                "" => ("=cmd()", "two"),
                _ => ("Bia", ""),
            };
            Ok(identity::ListAuditEntriesResponse {
                entries: vec![entry(name)],
                next_page_token: next.to_owned(),
                total_size: 2,
            })
        },
    );
    let reply = fixture.admin(Method::GET, "/api/admin/audit-log.csv?action=user.").send().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"audit-log.csv\"");
    let text = String::from_utf8(reply.body).unwrap();
    let lines: Vec<&str> =
        text.strip_prefix('\u{feff}').unwrap().split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[0].starts_with("time,actorKind,"), "{text}");
    assert!(lines[1].contains(",user,u,'=cmd(),role,agent,admin"), "{text}");
    assert!(lines[2].ends_with(",name,,\"Ana, \"\"a\"\"\""), "{text}");
    assert!(lines[4].contains(",Bia,name,"), "{text}");
}

#[tokio::test]
async fn who_may_not_read_it_gets_no_file() {
    let fixture = Fixture::new();
    fixture.script.on(
        "identity.v1.AuditService/ListAuditEntries",
        |_: Request<identity::ListAuditEntriesRequest>| {
            Err::<identity::ListAuditEntriesResponse, Status>(reasoned(
                Code::PermissionDenied,
                "permission_denied",
                "no",
            ))
        },
    );
    for path in ["/api/admin/audit-log", "/api/admin/audit-log.csv"] {
        fixture.admin(Method::GET, path).send().await.problem(403, "permission_denied");
    }
    let unknown = fixture.admin(Method::GET, "/api/admin/audit-log?who=me").send().await;
    unknown.problem(400, "invalid_argument");
}
