//! A ticket opened at the computer it is about, with its device token.

use chamados_agent::{Error, TicketOptions, open_ticket};
use chamados_proto::ticket::v1::{
    CreateTicketRequest, GetTicketRequest, ticket_service_client::TicketServiceClient,
};
use chamados_testkit::{Sandbox, sandbox_suite};
use serde_json::json;
use tonic::{Code, Request, transport::Endpoint};

use crate::fixture::{Desk, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_computer_opens_a_ticket,
    a_device_token_opens_tickets_and_nothing_else,
);
sandbox_suite!(split: Split on PostgresRedis; a_computer_opens_a_ticket);

async fn a_computer_opens_a_ticket(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let options = TicketOptions::new(computer.state_dir(), "It <hums>", "Since & today.\n\nOften.");
    let opened = open_ticket(options.clone()).await?;
    assert_eq!((opened.number, opened.subject.as_str()), (1, "It <hums>"));
    let ticket = desk.admin.get(&format!("/api/tickets/{}", opened.id)).await.ok();
    assert_eq!(ticket["device"]["id"], device);
    assert_eq!(ticket["company"]["id"], desk.company);
    assert_eq!(ticket["queue"]["name"], "Chamados");
    let owner = desk.device(&device).await["assignedUser"].take();
    assert_eq!(ticket["requester"]["id"], owner["id"]);
    let description = text(&ticket, "description");
    assert!(
        description.starts_with("<p>Since &amp; today.</p><p>Often.</p><pre>"),
        "{description}"
    );
    for told in ["memory:", "host:", "system:", "agent:"] {
        assert!(description.contains(told), "{told} in {description}");
    }
    assert!(!description.contains("chd_"));

    let error = open_ticket(TicketOptions { subject: " ".into(), ..options.clone() }).await;
    assert!(matches!(error, Err(Error::Ticket(_))), "{error:?}");
    let _reset = desk.admin.press(&format!("/api/admin/devices/{device}/reset-agent")).await.ok();
    let error = open_ticket(options).await.unwrap_err();
    assert!(matches!(error, Error::CredentialsRefused), "{error}");
    assert_eq!(desk.admin.get("/api/tickets").await.ok()["total"], 1);
    Ok(())
}

async fn a_device_token_opens_tickets_and_nothing_else(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ticket = desk.ticket("one").await;
    let (computer, _device) = desk.computer(sandbox, "ana@acme.example").await?;
    let channel = Endpoint::from_shared(sandbox.agent_url())?.connect().await?;
    let mut tickets = TicketServiceClient::new(channel);
    let token = computer.token()?;
    let get = GetTicketRequest { id: text(&ticket, "id") };
    let refused = tickets.get_ticket(bearing(get, &token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
    let unknown = format!("chd_{}", "A".repeat(43));
    for bad in ["chd_", &unknown, &token[..46]] {
        let create = CreateTicketRequest { subject: "x".into(), ..Default::default() };
        let refused = tickets.create_ticket(bearing(create, bad)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{bad}");
    }
    // For nobody but the person it belongs to.
    let me = desk.admin.get("/api/me").await.ok();
    let create = CreateTicketRequest {
        request_id: "r-1".into(),
        subject: "x".into(),
        requester_id: Some(text(&me["user"], "id")),
        ..Default::default()
    };
    let refused = tickets.create_ticket(bearing(create, &token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    // Over HTTP it is no key.
    let browser = sandbox.browser();
    let request = browser.request(reqwest::Method::POST, "/api/tickets").bearer_auth(&token);
    let answer = browser.send(request.json(&json!({"subject": "x"}))).await;
    assert_eq!(answer.status, 401);
    assert_eq!(desk.admin.get("/api/tickets").await.ok()["total"], 1);
    Ok(())
}

fn bearing<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}
