//! A ticket opened at the computer it is about, with its device token.

use chamados::Target;
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
    a_computer_asks_for_a_chat,
    what_is_no_ticket_is_said_at_the_computer,
    a_device_token_opens_tickets_and_nothing_else,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    a_computer_opens_a_ticket,
    a_computer_asks_for_a_chat,
);

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

    let _reset = desk.admin.press(&format!("/api/admin/devices/{device}/reset-agent")).await.ok();
    let error = open_ticket(options).await.unwrap_err();
    assert!(matches!(error, Error::CredentialsRefused), "{error}");
    assert_eq!(desk.admin.get("/api/tickets").await.ok()["total"], 1);
    Ok(())
}

async fn a_computer_asks_for_a_chat(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let mut options = TicketOptions::new(computer.state_dir(), "Nothing starts", "");
    let quiet = open_ticket(options.clone()).await?;
    assert_eq!(quiet.chat_id, None);
    let path = |id: &str| format!("/api/tickets/{id}/chat");
    assert!(desk.admin.get(&path(&quiet.id)).await.ok()["chat"].is_null(), "none was asked for");

    options.chat = true;
    let opened = open_ticket(options).await?;
    let chat = desk.admin.get(&path(&opened.id)).await.ok()["chat"].take();
    assert_eq!(chat["id"].as_str(), opened.chat_id.as_deref());
    let starter = &chat["startedBy"];
    assert!(starter.to_string().contains(&device), "by the computer: {starter}");
    // Both sides are in it.
    for (who, body) in [(&desk.admin, "Which lamp is on?"), (&ana, "None")] {
        let said = json!({"body": body});
        let _said = who.post(&format!("{}/messages", path(&opened.id)), said).await.ok();
    }
    let heard = ana.get(&path(&opened.id)).await.ok();
    assert_eq!(heard["messages"].as_array().map(Vec::len), Some(2), "{heard:#}");
    Ok(())
}

async fn what_is_no_ticket_is_said_at_the_computer(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, _device) = desk.computer(sandbox, "ana@acme.example").await?;
    let options = TicketOptions::new(computer.state_dir(), "It hums", "Since today.");
    // As HTML each is four bytes.
    let long = "<".repeat(17 * 1024);
    let cases = [
        (TicketOptions { subject: " ".into(), ..options.clone() }, "subject is empty"),
        (TicketOptions { subject: "a\nb".into(), ..options.clone() }, "not one line"),
        (TicketOptions { subject: "x".repeat(201), ..options.clone() }, "more than 200"),
        (TicketOptions { description: long, ..options.clone() }, "bytes too long"),
    ];
    for (bad, told) in cases {
        let error = open_ticket(bad).await.unwrap_err();
        assert!(matches!(error, Error::Ticket(_)), "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    // What the computer lets through, the server takes.
    let longest = TicketOptions {
        subject: "á".repeat(200),
        description: "<".repeat(15 * 1024),
        ..options.clone()
    };
    let opened = open_ticket(longest).await?;
    assert_eq!(opened.subject.chars().count(), 200);

    sandbox.stop(Target::Device).await?;
    let error = open_ticket(options.clone()).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&sandbox.agent_url()), "{error}");
    sandbox.start_again().await?;
    let again = open_ticket(options).await?;
    assert_eq!(again.number, opened.number + 1, "what was not said was not kept either");
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
