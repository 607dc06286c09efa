//! The public gRPC port, with an API key.

use std::collections::BTreeSet;

use chamados_proto::{
    identity::v1::{
        ListUsersRequest, UserKind, tenant_service_client::TenantServiceClient,
        user_service_client::UserServiceClient,
    },
    jobs::v1::{ListJobTypesRequest, job_handler_client::JobHandlerClient},
    ticket::v1::{GetTicketRequest, ticket_service_client::TicketServiceClient},
};
use chamados_testkit::{Sandbox, sandbox_suite};
use futures::stream;
use reqwest::Method;
use serde_json::{Value, json};
use tonic::{
    Code, Request,
    transport::{Channel, Endpoint},
};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::fixture::{Desk, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_key_opens_the_services_within_its_scopes,
    the_schema_is_shown_to_keys,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    a_key_opens_the_services_within_its_scopes,
    the_schema_is_shown_to_keys,
);

/// A key of a new service account: its address over HTTP, and the key.
pub(crate) async fn key(desk: &Desk, scopes: &[&str]) -> (String, String) {
    let account = json!({"name": scopes.join(" ")});
    let account = desk.admin.post("/api/admin/service-accounts", account).await.ok();
    let keys = format!("/api/admin/service-accounts/{}/keys", text(&account, "id"));
    let made = desk.admin.post(&keys, json!({"scopes": scopes, "expiresAt": null})).await.ok();
    (format!("{keys}/{}", text(&made["key"], "id")), text(&made, "secret"))
}

fn bearing<T>(message: T, key: &str) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {key}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}

async fn channel(sandbox: &Sandbox) -> anyhow::Result<Channel> {
    Ok(Endpoint::from_shared(sandbox.agent_url())?.connect().await?)
}

async fn a_key_opens_the_services_within_its_scopes(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ticket = desk.ticket("one").await;
    let (address, secret) = key(&desk, &["tickets.read"]).await;
    let channel = channel(sandbox).await?;
    let get = || GetTicketRequest { id: "1".to_owned() };
    let mut tickets = TicketServiceClient::new(channel.clone());
    let read = tickets.get_ticket(bearing(get(), &secret)).await?.into_inner();
    assert_eq!(Value::from(read.id), ticket["id"]);

    let list = ListUsersRequest { kind: UserKind::Person.into(), ..Default::default() };
    let mut users = UserServiceClient::new(channel.clone());
    let refused = users.list_users(bearing(list, &secret)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    // What is inside is not behind this door, whatever one shows.
    let mut jobs = JobHandlerClient::new(channel.clone());
    let inside = jobs.list_job_types(bearing(ListJobTypesRequest::default(), &secret)).await;
    assert_eq!(inside.unwrap_err().code(), Code::Unimplemented);
    let mut tenants = TenantServiceClient::new(channel);
    let inside = tenants.list_tenants(bearing(Default::default(), &secret)).await;
    assert_eq!(inside.unwrap_err().code(), Code::Unimplemented);

    // A principal that the caller brings along is taken off.
    let mut request = bearing(get(), "chk_nobody");
    request.metadata_mut().insert("chamados-principal", "v4.public.forged".parse()?);
    assert_eq!(tickets.get_ticket(request).await.unwrap_err().code(), Code::Unauthenticated);

    let revoke = desk.admin.request(Method::DELETE, &address);
    assert_eq!(desk.admin.send(revoke).await.status, 204);
    let refused = tickets.get_ticket(bearing(get(), &secret)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    Ok(())
}

async fn the_schema_is_shown_to_keys(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (_, secret) = key(&desk, &["queues.read"]).await;
    let mut reflection = ServerReflectionClient::new(channel(sandbox).await?);
    let ask = || {
        let message_request = Some(MessageRequest::ListServices(String::new()));
        stream::iter([ServerReflectionRequest { host: String::new(), message_request }])
    };
    let refused = reflection.server_reflection_info(ask()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);

    let mut answers =
        reflection.server_reflection_info(bearing(ask(), &secret)).await?.into_inner();
    let answer = answers.message().await?.unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    let names: BTreeSet<String> = list.service.into_iter().map(|service| service.name).collect();
    assert!(names.contains("chamados.ticket.v1.TicketService"), "{names:?}");
    assert!(names.contains("chamados.device.v1.AgentService"), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("JobHandler")), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("SessionService")), "{names:?}");
    Ok(())
}
