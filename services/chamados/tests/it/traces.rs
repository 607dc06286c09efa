//! What a collector is sent: one trace from the browser's request through gateway and service to the database,
//! and one from the agent through the device service to Redis. Processes of their own, as in production.

use std::{
    collections::HashMap,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use chamados::Target;
use chamados_testkit::sandbox::Computer;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::{AnyValue, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::Span,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};

use crate::{
    crash::fleet::Fleet,
    fixture::{Desk, SOON},
};

/// What was sent, by span id.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Sent>>);

#[derive(Default)]
struct Sent {
    spans: HashMap<Vec<u8>, (String, Span)>,
    /// Names of metrics, with the process that sent them.
    metrics: Vec<(String, String)>,
    /// What tells processes apart.
    instances: Vec<String>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for of_process in request.into_inner().resource_spans {
            let service = attribute(of_process.resource.as_ref(), "service.name");
            sent.instances.push(attribute(of_process.resource.as_ref(), "service.instance.id"));
            for span in of_process.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                sent.spans.insert(span.span_id.clone(), (service.clone(), span));
            }
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for of_process in request.into_inner().resource_metrics {
            let service = attribute(of_process.resource.as_ref(), "service.name");
            for metric in of_process.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
                sent.metrics.push((service.clone(), metric.name));
            }
        }
        Ok(Response::new(Default::default()))
    }
}

fn attribute(resource: Option<&Resource>, key: &str) -> String {
    resource.map(|resource| text(&resource.attributes, key)).unwrap_or_default()
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    match attributes.iter().find(|attribute| attribute.key == key) {
        Some(KeyValue {
            value: Some(AnyValue { value: Some(Value::StringValue(text)) }), ..
        }) => text.clone(),
        _ => String::new(),
    }
}

impl Collector {
    /// Listens on a free port; where.
    async fn start(&self) -> anyhow::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self.clone()));
        let incoming = TcpListenerStream::new(listener);
        chamados_chassis::task::spawn("collector", server.serve_with_incoming(incoming));
        Ok(url)
    }
}

impl Sent {
    /// The processes and names of the spans above a span, from it to the first.
    fn way_up(&self, span: &Span) -> Vec<String> {
        let mut way = Vec::new();
        let mut next = Some(&span.span_id);
        while let Some((service, span)) = next.and_then(|id| self.spans.get(id)) {
            way.push(format!("{service}: {}", span.name));
            next = Some(&span.parent_span_id);
        }
        way
    }

    /// The ways up of all spans with this attribute.
    fn ways(&self, key: &str, value: &str) -> Vec<Vec<String>> {
        let spans = self.spans.values().map(|(_, span)| span);
        spans.filter(|s| text(&s.attributes, key) == value).map(|s| self.way_up(s)).collect()
    }
}

/// The agent's program, which is built beside the server's.
fn run_agent(state: &Path, collector: &str) -> anyhow::Result<Child> {
    let agent = Path::new(env!("CARGO_BIN_EXE_chamados")).with_file_name("chamados-agent");
    Command::new(&agent)
        .args(["run", "--otlp-endpoint", collector, "--state-dir"])
        .arg(state)
        .env("CHAMADOS_AGENT_USB_ROOT", state)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{}: build the whole workspace", agent.display()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_one_trace_from_end_to_end() {
    let collector = Collector::default();
    let url = collector.start().await.unwrap();
    let settings = [
        ("CHAMADOS__TELEMETRY__OTLP_ENDPOINT", url.as_str()),
        ("CHAMADOS__TELEMETRY__LOG_FORMAT", "json"),
        ("CHAMADOS__TELEMETRY__LOG_FILTER", "info,chamados_gateway=debug"),
    ];
    let mut fleet = Fleet::start_with(&settings).await.unwrap();
    let (request_id, log) = story(&mut fleet, &url).await.unwrap();
    fleet.remove().await.unwrap();
    check(&collector.0.lock().unwrap_or_else(PoisonError::into_inner), &request_id, &log);
}

fn check(sent: &Sent, request_id: &str, log: &str) {
    let statements = sent.ways("db.system", "postgresql");
    let from_browser = statements.iter().find(|way| {
        way.iter()
            .any(|span| span == "chamados-ticket: chamados.ticket.v1.TicketService/CreateTicket")
            && way.last().is_some_and(|span| span == "chamados-gateway: POST /api/tickets")
    });
    assert!(from_browser.is_some(), "no statement under the browser's request: {statements:#?}");
    let commands = sent.ways("db.system", "redis");
    let from_agent = commands.iter().find(|way| {
        way.iter().any(|span| span == "chamados-device: chamados.device.v1.AgentService/Session")
            && way.last().is_some_and(|span| span == "chamados-agent: connect")
    });
    assert!(from_agent.is_some(), "no command under the agent's connection: {commands:#?}");

    // Loops that look at their tables begin no traces.
    let alone: Vec<_> = statements.iter().filter(|way| way.len() == 1).collect();
    assert!(alone.is_empty(), "{} statements that nobody asked for: {alone:#?}", alone.len());
    // The log tells the trace of a request.
    let line = log.lines().find(|line| line.contains(request_id)).unwrap();
    let (_, create) = sent.spans.values().find(|(_, s)| s.name == "POST /api/tickets").unwrap();
    let trace: String = create.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(line.contains(&trace), "{trace}: {line}");
    for metric in ["http.server.duration", "gateway.live.streams"] {
        let named = ("chamados-gateway".to_owned(), metric.to_owned());
        assert!(sent.metrics.contains(&named), "{metric}: {:?}", sent.metrics);
    }
    assert!(sent.instances.iter().all(|id| id.len() == 36), "{:?}", sent.instances);
}

/// A ticket, and a computer that comes online; then everything stops in order, which sends what is left.
async fn story(fleet: &mut Fleet, collector: &str) -> anyhow::Result<(String, String)> {
    let desk = Desk::of(fleet.set_up().await).await;
    let answer = desk.admin.post("/api/tickets", json!({"subject": "one"})).await;
    let request_id = answer.header("x-request-id").to_owned();
    let computer = Computer::new()?;
    let enrolled = computer.enroll(fleet.agent_url(), &desk.code, "ana@acme.example").await?;
    let mut agent = run_agent(&computer.state_dir(), collector)?;
    desk.is(&enrolled.device_id.to_string(), "online", SOON).await;
    kill(Pid::from_raw(agent.id().cast_signed()), Signal::SIGTERM)?;
    anyhow::ensure!(agent.wait()?.success(), "the agent");
    fleet.stop()?;
    Ok((request_id, fleet.log(Target::Gateway)))
}
