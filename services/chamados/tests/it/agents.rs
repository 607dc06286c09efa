//! What agents may say, and what becomes of those that say something else.

use std::time::Duration;

use chamados_agent::Error;
use chamados_chassis::error::reason_of;
use chamados_proto::device::v1::{
    CloseReason, EnrollRequest, Fingerprint, OperatingSystem, Section, SectionKind,
    agent_service_client::AgentServiceClient, section,
};
use chamados_testkit::{
    Sandbox, eventually,
    sandbox::{AgentStream, agent_client},
    sandbox_suite,
};
use serde_json::json;
use tonic::{Code, transport::Channel};

use crate::fixture::{Desk, SOON};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_wrong_code_enrols_nothing,
    a_person_of_another_company_is_refused,
    a_fingerprint_must_say_something,
    only_a_known_token_opens_a_stream,
    a_stream_begins_with_hello,
    messages_that_cannot_be_read_end_the_stream,
    the_newest_stream_of_a_device_wins,
    what_was_under_way_at_a_reset_changes_nothing,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    only_a_known_token_opens_a_stream,
    the_newest_stream_of_a_device_wins,
    what_was_under_way_at_a_reset_changes_nothing,
);

async fn client(sandbox: &Sandbox) -> anyhow::Result<AgentServiceClient<Channel>> {
    Ok(agent_client(sandbox.agent_url()).await?)
}

async fn no_devices(desk: &Desk) {
    assert_eq!(desk.admin.get("/api/admin/devices").await.ok()["total"], 0);
}

async fn a_wrong_code_enrols_nothing(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let computer = sandbox.computer()?;
    for code in ["", "nonsense", "0000-0000-0000-0000-0000-0000-0000-0000", &"x".repeat(10_000)] {
        let refused = computer.enroll(sandbox.agent_url(), code, "ana@acme.example").await;
        assert!(matches!(refused, Err(Error::ProvisioningCode)), "{code:?}: {refused:?}");
    }
    let path = format!("/api/admin/companies/{}/provisioning-code", desk.company);
    let _rotated = desk.admin.press(&path).await.ok();
    let refused = computer.enroll(sandbox.agent_url(), &desk.code, "ana@acme.example").await;
    assert!(matches!(refused, Err(Error::ProvisioningCode)), "the old code: {refused:?}");
    no_devices(&desk).await;
    let people = desk.admin.get("/api/admin/users").await.ok();
    assert_eq!(people["total"], 1, "and makes nobody: {people:#}");
    Ok(())
}

async fn a_person_of_another_company_is_refused(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let other = json!({"name": "Globex", "nickname": "globex"});
    let other = desk.admin.post("/api/admin/companies", other).await.text("id");
    let person = json!({
        "name": "Gil", "email": "gil@globex.example", "role": "collaborator", "companyId": other,
    });
    let _person = desk.admin.post("/api/admin/users", person).await.ok();
    let computer = sandbox.computer()?;
    let refused = computer.enroll(sandbox.agent_url(), &desk.code, "gil@globex.example").await;
    assert!(matches!(refused, Err(Error::Email(_))), "{refused:?}");
    let refused = computer.enroll(sandbox.agent_url(), &desk.code, "no address").await;
    assert!(refused.is_err(), "{refused:?}");
    no_devices(&desk).await;
    Ok(())
}

async fn a_fingerprint_must_say_something(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut client = client(sandbox).await?;
    let request = |fingerprint, host_name: &str| EnrollRequest {
        provisioning_code: desk.code.clone(),
        email: "ana@acme.example".to_owned(),
        fingerprint,
        host_name: host_name.to_owned(),
        agent_version: "0.1.0".to_owned(),
    };
    let filler = Fingerprint {
        smbios_uuid: "00000000-0000-0000-0000-000000000000".to_owned(),
        board_serial: "Default string".to_owned(),
        system_serial: "To Be Filled By O.E.M.".to_owned(),
        machine_id: " ".to_owned(),
    };
    let good = Fingerprint { machine_id: "0123456789abcdef".to_owned(), ..Fingerprint::default() };
    let bad = [
        request(None, "atlas"),
        request(Some(Fingerprint::default()), "atlas"),
        request(Some(filler), "atlas"),
        request(Some(good.clone()), ""),
        request(Some(good), &"x".repeat(256)),
    ];
    for request in bad {
        let status = client.enroll(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert_eq!(reason_of(&status).as_deref(), Some("invalid_argument"));
    }
    no_devices(&desk).await;
    Ok(())
}

async fn only_a_known_token_opens_a_stream(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut client = client(sandbox).await?;
    let unknown = format!("chd_{}", "a".repeat(43));
    for token in ["", "nonsense", &unknown, &"x".repeat(100_000)] {
        let closed = AgentStream::hello(&mut client, token).await?.closed().await;
        assert_eq!(closed, CloseReason::BadIdentity, "{} characters", token.len());
    }
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let token = computer.token()?;
    AgentStream::hello(&mut client, &token).await?.welcome().await;
    let reset = desk.admin.press(&format!("/api/admin/devices/{device}/reset-agent")).await;
    assert_eq!(reset.ok()["revokedTokens"], 1);
    let closed = AgentStream::hello(&mut client, &token).await?.closed().await;
    assert_eq!(closed, CloseReason::Reset, "a revoked token");

    let (enrolled, _) = desk.computer(sandbox, "ana@acme.example").await?;
    let first = enrolled.token()?;
    enrolled.enroll(sandbox.agent_url(), &desk.code, "ana@acme.example").await?;
    let closed = AgentStream::hello(&mut client, &first).await?.closed().await;
    assert_eq!(closed, CloseReason::Reset, "a token from before another enrolment");
    Ok(())
}

async fn a_stream_begins_with_hello(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let mut client = client(sandbox).await?;
    let mut silent = AgentStream::open(&mut client).await?;
    let closed = tokio::time::timeout(Duration::from_secs(5), silent.closed()).await?;
    assert_eq!(closed, CloseReason::Protocol, "nothing was said");
    let mut rash = AgentStream::open(&mut client).await?;
    rash.beat(1).await;
    assert_eq!(rash.closed().await, CloseReason::Protocol, "a beat of nobody");

    let mut twice = AgentStream::hello(&mut client, &computer.token()?).await?;
    let welcome = twice.welcome().await;
    assert_eq!(welcome.interval_seconds, 1);
    desk.is(&device, "online", SOON).await;
    twice.say_hello(&computer.token()?).await;
    assert_eq!(twice.closed().await, CloseReason::Protocol, "a second Hello");
    Ok(())
}

async fn messages_that_cannot_be_read_end_the_stream(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let mut client = client(sandbox).await?;
    let os = |name: String| Section {
        kind: SectionKind::Os.into(),
        digest: vec![7; 16].into(),
        content: Some(section::Content::Os(OperatingSystem { name, ..Default::default() })),
    };
    let before = desk.device(&device).await;
    let huge = vec![os("x".repeat(300 * 1024))];
    let mixed = vec![Section { kind: SectionKind::Disks.into(), ..os("Debian".to_owned()) }];
    let short = vec![Section { digest: vec![7; 3].into(), ..os("Debian".to_owned()) }];
    for (what, sections) in
        [("oversized", huge), ("of another kind", mixed), ("badly digested", short)]
    {
        let mut stream = AgentStream::hello(&mut client, &computer.token()?).await?;
        stream.welcome().await;
        stream.sections(sections).await;
        assert_eq!(stream.closed().await, CloseReason::Protocol, "{what}");
    }
    let after = desk.device(&device).await;
    assert_eq!(after["inventory"], before["inventory"]);

    // What is no protobuf at all, in a well-formed frame.
    let garbage = reqwest::Client::builder().http2_prior_knowledge().build()?;
    let url = format!("{}/chamados.device.v1.AgentService/Enroll", sandbox.agent_url());
    for frame in [b"\0\0\0\0\x03\xff\xff\xff".to_vec(), b"\0\xff\xff\xff\xff".to_vec(), Vec::new()]
    {
        let request = garbage.post(&url).header("content-type", "application/grpc").body(frame);
        let answer = tokio::time::timeout(SOON, request.send()).await??;
        let status = answer.headers().get("grpc-status").and_then(|code| code.to_str().ok());
        assert!(status.is_some_and(|code| code != "0"), "{answer:?}");
    }
    let _still_there = desk.device(&device).await;
    Ok(())
}

async fn the_newest_stream_of_a_device_wins(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    // Two connections, so that of two replicas each has one.
    let (mut one, mut other) = (client(sandbox).await?, client(sandbox).await?);
    let mut older = AgentStream::hello(&mut one, &computer.token()?).await?;
    let first = older.welcome().await;
    let mut newer = AgentStream::hello(&mut other, &computer.token()?).await?;
    let second = newer.welcome().await;
    assert!(second.epoch > first.epoch);
    assert_eq!(older.closed().await, CloseReason::Superseded);
    newer.beat(1).await;
    newer.beat(2).await;
    assert!(newer.next().await?.is_some(), "the newer one is acknowledged");
    desk.is(&device, "online", SOON).await;
    Ok(())
}

async fn what_was_under_way_at_a_reset_changes_nothing(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let mut client = client(sandbox).await?;
    let mut stream = AgentStream::hello(&mut client, &computer.token()?).await?;
    stream.welcome().await;
    desk.is(&device, "online", SOON).await;
    let os = OperatingSystem { name: "Forged OS".to_owned(), ..Default::default() };
    let forged = Section {
        kind: SectionKind::Os.into(),
        digest: vec![9; 16].into(),
        content: Some(section::Content::Os(os)),
    };
    // The device goes on talking, while it is reset and afterwards.
    let path = format!("/api/admin/devices/{device}/reset-agent");
    let reset = desk.admin.press(&path).await;
    for sequence in 1..=8 {
        stream.beat(sequence).await;
        stream.sections(vec![forged.clone()]).await;
    }
    assert_eq!(reset.ok()["revokedTokens"], 1);
    assert_eq!(stream.closed().await, CloseReason::Reset);
    desk.is(&device, "offline", SOON).await;
    let after = desk.device(&device).await;
    assert!(after["inventory"]["os"].is_null(), "{after:#}");
    assert_eq!(after["enrolled"], false);
    let again = desk.admin.press(&path).await.ok();
    assert_eq!(again["revokedTokens"], 0, "nothing is left to revoke");
    eventually(SOON, "it stays offline", async || {
        (desk.device(&device).await["presence"] == "offline").then_some(())
    })
    .await;
    Ok(())
}
