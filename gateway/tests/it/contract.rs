//! The OpenAPI document is complete, and the committed one is this one.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use crate::fixture::Fixture;

fn document() -> Value {
    serde_json::to_value(chamados_gateway::openapi()).unwrap()
}

/// Every operation: method, path, description.
fn operations(document: &Value) -> Vec<(Method, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter().map(|(method, operation)| {
            (method.to_uppercase().parse().unwrap(), path.clone(), operation)
        })
    });
    operations.collect()
}

#[test]
fn the_committed_document_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/openapi.json");
    let committed: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(committed, document(), "run `cargo xtask codegen`");
}

#[test]
fn every_operation_says_what_it_does_and_answers() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["components"]["securitySchemes"]["session"]["in"], "cookie");
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}: id");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{name}: summary");
        let description = operation["description"].as_str().unwrap_or_default();
        assert!(!description.is_empty(), "{name}: description");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}: tag");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}: success");
        assert!(!responses.contains_key("422"), "{name}: 422");
        for (status, response) in responses {
            let pointer = response["$ref"].as_str().map(|target| target.trim_start_matches('#'));
            let response = pointer.map_or(response, |at| document.pointer(at).unwrap());
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{name}: {status}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut references = Vec::new();
    walk(&document, &mut references);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn what_is_answered_is_never_short_of_a_field() {
    let document = document();
    let ticket = &document["components"]["schemas"]["Ticket"];
    assert_eq!(
        ticket["required"].as_array().unwrap().len(),
        ticket["properties"].as_object().unwrap().len(),
    );
    let create = &document["components"]["schemas"]["CreateTicket"];
    assert_eq!(create["required"], serde_json::json!(["subject"]));
    assert_eq!(create["additionalProperties"], false);
}

#[tokio::test]
async fn every_operation_is_there_and_wants_a_session_where_it_says_so() {
    let fixture = Fixture::new();
    let document = document();
    for (method, path, operation) in operations(&document) {
        let id = "0193a5e0-0000-7000-8000-000000000001";
        let path = path.replace("{id}", id).replace("{name}", "purge-sessions");
        let reply = fixture.call(method.clone(), &path).send().await;
        if operation.get("security").is_none() {
            reply.problem(401, "unauthenticated");
        } else {
            assert!(!matches!(reply.status.as_u16(), 401 | 404 | 405), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let reply = Fixture::new().call(Method::GET, "/api/openapi.json").send().await;
    assert_eq!(reply.json(), document());
}
