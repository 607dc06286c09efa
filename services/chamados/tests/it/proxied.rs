//! An agent behind a proxy that breaks streams.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::{IntoResponse as _, Response},
};
use chamados_agent::Exit;
use chamados_chassis::task;
use chamados_testkit::{Sandbox, sandbox_suite};
use http::StatusCode;
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::transport::{Channel, Endpoint};
use tower::ServiceExt as _;

use crate::fixture::{Desk, SOON};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    where_streams_break_calls_go_through,
);

/// How long the proxy waits for the end of a request.
const PATIENCE: Duration = Duration::from_millis(200);
/// Three streams that break, and the waits between them.
const TRIED: Duration = Duration::from_secs(30);

/// Reads every request whole before it passes it on, as some do to look for malware. A stream has no
/// end: it gives up on it.
struct Proxy {
    url: String,
    task: JoinHandle<()>,
}

impl Proxy {
    async fn start(server: String) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = Endpoint::from_shared(server)?.connect_lazy();
        let router = Router::new().fallback(move |request| pass(server.clone(), request));
        let task = task::spawn("proxy", async move {
            axum::serve(listener, router).await.expect("a proxy");
        });
        Ok(Self { url, task })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(server: Channel, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(Ok(body)) = tokio::time::timeout(PATIENCE, to_bytes(body, 1 << 20)).await else {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    };
    let request = http::Request::from_parts(head, tonic::body::Body::new(Body::from(body)));
    match server.oneshot(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn where_streams_break_calls_go_through(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let proxy = Proxy::start(sandbox.agent_url()).await?;
    let computer = sandbox.computer()?;
    let enrolled = computer.enroll(proxy.url.clone(), &desk.code, "ana@acme.example").await?;
    let device = enrolled.device_id.to_string();
    let agent = computer.run();
    desk.is(&device, "online", TRIED).await;
    // What it is arrives too, and it goes on being heard.
    let heard = |device: &serde_json::Value| device["lastSeenAt"].as_str().map(str::to_owned);
    let first = heard(&desk.device(&device).await);
    chamados_testkit::eventually(SOON, "a later beat", async || {
        let now = desk.device(&device).await;
        (heard(&now) > first && !now["inventory"]["os"].is_null()).then_some(())
    })
    .await;
    assert_eq!(agent.stop().await?, Exit::Stopped);
    desk.is(&device, "offline", SOON).await;
    Ok(())
}
