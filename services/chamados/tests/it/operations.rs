//! What operators look at.

use anyhow::Context as _;
use chamados::Target;
use chamados_testkit::{Sandbox, eventually, sandbox::Topology, sandbox_suite};
use reqwest::Method;
use serde_json::json;
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::fixture::{Desk, SOON};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    health_readiness_and_metrics,
    every_answer_can_be_found_in_the_logs,
    what_devices_and_jobs_do_is_counted,
    the_panel_is_served_safely,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    health_readiness_and_metrics,
    every_process_tells_how_it_is,
);

async fn health_readiness_and_metrics(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let stranger = sandbox.browser();
    assert_eq!(stranger.get("/healthz").await.ok(), "ok");
    let ready = stranger.get("/readyz").await.ok();
    assert_eq!(ready["ready"], true);
    assert!(ready["parts"].as_object().unwrap().values().all(|part| *part == true), "{ready}");
    let _ticket = desk.ticket("one").await;
    let metrics = stranger.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    let text = metrics.ok();
    let text = text.as_str().unwrap();
    let counted = |line: &str| {
        line.starts_with("http_server_duration_seconds_count")
            && line.contains("http_route=\"/api/tickets\"")
            && line.contains("http_response_status_code=\"201\"")
    };
    assert!(text.lines().any(counted), "{text}");
    if sandbox.topology() == Topology::AllInOne {
        // Services that share a process tell of themselves each.
        for service in ["identity", "ticket", "device", "scheduler"] {
            let pool = format!("db_client_connection_count{{service=\"{service}\",state=\"idle\"");
            assert!(text.contains(&pool), "{service}: {text}");
        }
    }
    let contract = stranger.get("/api/openapi.json").await.ok();
    assert_eq!(contract["openapi"], "3.1.0");
    assert_eq!(stranger.get("/api/docs/").await.status, 200);
    Ok(())
}

/// What a process in which `target` runs tells from the start, with the labels that tell services apart.
fn instruments(target: Target) -> &'static [&'static str] {
    match target {
        Target::Gateway => &["gateway_live_streams"],
        Target::Identity => &["outbox_pending{service=\"identity\""],
        Target::Ticket => &[
            "outbox_pending{service=\"ticket\"",
            "outbox_oldest_age_seconds{service=\"ticket\"",
            "db_client_connection_count{service=\"ticket\",state=\"idle\"",
            "db_client_connection_count{service=\"ticket\",state=\"used\"",
            "db_client_connection_max{service=\"ticket\"",
        ],
        Target::Device => &["device_streams", "device_beats_total"],
        Target::Scheduler => &["scheduler_runs_ready", "scheduler_run_oldest_ready_age_seconds"],
    }
}

/// On a port of its own, by HTTP and by gRPC.
async fn every_process_tells_how_it_is(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    for target in Target::ALL {
        let url = sandbox.operations_url(target)?;
        assert_eq!(reqwest::get(format!("{url}/healthz")).await?.text().await?, "ok");
        assert_eq!(reqwest::get(format!("{url}/readyz")).await?.status(), 200, "{target}");
        let metrics = reqwest::get(format!("{url}/metrics")).await?.text().await?;
        assert!(metrics.contains("process_resident_memory_bytes"), "{target}: {metrics}");
        for name in instruments(target) {
            assert!(metrics.contains(name), "{target} does not tell of {name}: {metrics}");
        }
        assert_eq!(reqwest::get(format!("{url}/api/me")).await?.status(), 404, "{target}");
    }
    let ticket = Endpoint::from_shared(sandbox.operations_url(Target::Ticket)?)?;
    let mut ticket = HealthClient::new(ticket.connect().await?);
    let asked = |service: &str| HealthCheckRequest { service: service.to_owned() };
    let mut told = ticket.watch(asked("ticket")).await?.into_inner();
    let mut next = async || anyhow::Ok(told.message().await?.context("it ended")?.status());
    assert_eq!(next().await?, ServingStatus::Serving);

    sandbox.unplug_database();
    assert_eq!(next().await?, ServingStatus::NotServing);
    let url = sandbox.operations_url(Target::Ticket)?;
    assert_eq!(reqwest::get(format!("{url}/readyz")).await?.status(), 503);
    let alive = ticket.check(asked("liveness")).await?.into_inner().status();
    assert_eq!(alive, ServingStatus::Serving, "nobody should restart it for that");
    sandbox.plug_database();
    assert_eq!(next().await?, ServingStatus::Serving);

    // Who stops takes nothing more, also where there is no database that goes with it.
    let gateway = Endpoint::from_shared(sandbox.operations_url(Target::Gateway)?)?;
    let mut gateway = HealthClient::new(gateway.connect().await?);
    let mut told = gateway.watch(asked("")).await?.into_inner();
    let mut next = async || anyhow::Ok(told.message().await?.context("it ended")?.status());
    assert_eq!(next().await?, ServingStatus::Serving);
    sandbox.stop(Target::Gateway).await?;
    assert_eq!(next().await?, ServingStatus::NotServing);
    Ok(())
}

async fn what_devices_and_jobs_do_is_counted(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, id) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &id).await;
    let _run = desk.admin.press("/api/admin/jobs/device-settle-presence/run").await.ok();
    eventually(SOON, "everything is counted", async || {
        let told = desk.admin.get("/metrics").await.ok();
        let value = |name: &str| {
            let line = told.as_str()?.lines().find(|line| line.starts_with(name))?;
            line.rsplit_once(' ')?.1.parse::<f64>().ok()
        };
        let finished =
            "scheduler_runs_finished_total{job=\"device.settle_presence\",outcome=\"succeeded\"";
        (value("device_streams")? == 1.0
            && value("device_beats_total")? >= 2.0
            && value("device_transitions_total{to=\"online\"")? >= 1.0
            && value(finished)? >= 1.0)
            .then_some(())
    })
    .await;
    agent.stop().await?;
    Ok(())
}

async fn every_answer_can_be_found_in_the_logs(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let browser = sandbox.browser();
    let ask = |id: &str| {
        let request = browser.request(Method::GET, "/api/me").header("x-request-id", id);
        browser.send(request)
    };
    let answer = ask("from-the-caller.1").await;
    assert_eq!(answer.header("x-request-id"), "from-the-caller.1");
    assert_eq!(answer.body["requestId"], "from-the-caller.1");
    for unfit in ["has space", &"x".repeat(129)] {
        let answer = ask(unfit).await;
        assert_ne!(answer.header("x-request-id"), unfit);
        answer.refused(401, "unauthenticated");
    }
    for path in ["/", "/healthz", "/api/nothing", "/api/openapi.json"] {
        assert!(!browser.get(path).await.header("x-request-id").is_empty(), "{path}");
    }
    Ok(())
}

async fn the_panel_is_served_safely(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let browser = sandbox.browser();
    for path in ["/", "/tickets/1", "/api/me", "/healthz"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
    let answer = browser.get("/api/me").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let unknown = browser.post("/api/auth/sign-in/email", json!({"email": "a", "password": "b"}));
    unknown.await.refused(401, "credentials_invalid");
    Ok(())
}
