//! What is sent to a collector: one trace across a call, and the metrics.

use std::{collections::HashSet, time::Duration};

use chamados_chassis::telemetry::{LogFormat, Telemetry, TelemetryConfig};
use chamados_proto::identity::v1::{self as pb, setup_service_client::SetupServiceClient};
use opentelemetry_proto::tonic::collector::{
    metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tracing::Instrument as _;

use crate::support::Served;

#[derive(Clone)]
struct Collector {
    spans: mpsc::UnboundedSender<Vec<Span>>,
    metrics: mpsc::UnboundedSender<Vec<String>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|r| r.scope_spans);
        let _gone = self.spans.send(scopes.flat_map(|scope| scope.spans).collect());
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let scopes =
            request.into_inner().resource_metrics.into_iter().flat_map(|r| r.scope_metrics);
        let names = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name).collect();
        let _gone = self.metrics.send(names);
        Ok(Response::new(Default::default()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caller_and_service_are_one_trace() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (spans, mut sent_spans) = mpsc::unbounded_channel();
    let (metrics, mut sent_metrics) = mpsc::unbounded_channel();
    let collector = Collector { spans, metrics };
    let server = Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .add_service(MetricsServiceServer::new(collector));
    let incoming = TcpListenerStream::new(listener);
    chamados_chassis::task::spawn("collector", server.serve_with_incoming(incoming));

    let telemetry = Telemetry::init(&TelemetryConfig {
        log_filter: "off".to_owned(),
        log_format: LogFormat::Json,
        otlp_endpoint: endpoint,
        trace_ratio: 1.0,
        service_name: "test".to_owned(),
    })
    .unwrap();
    let counter = telemetry.metrics().meter().u64_counter("things.counted").build();
    counter.add(1, &[]);

    let served = Served::start(10).await;
    let mut client = SetupServiceClient::new(served.far.clone());
    let caller = tracing::info_span!(target: "chamados_test", "caller");
    client.get_setup(pb::GetSetupRequest {}).instrument(caller).await.unwrap();
    tokio::task::spawn_blocking(move || telemetry.shutdown()).await.unwrap();

    let mut all: Vec<Span> = Vec::new();
    while let Ok(Some(batch)) =
        tokio::time::timeout(Duration::from_secs(5), sent_spans.recv()).await
    {
        all.extend(batch);
        if all.iter().any(|s| s.name == "caller") && all.iter().any(|s| s.name.contains("GetSetup"))
        {
            break;
        }
    }
    let caller = all.iter().find(|span| span.name == "caller").unwrap();
    let service = all.iter().find(|span| span.name.ends_with("SetupService/GetSetup")).unwrap();
    assert_eq!(caller.trace_id, service.trace_id);
    assert_eq!(caller.span_id, service.parent_span_id);
    let names: HashSet<String> = sent_metrics.recv().await.unwrap().into_iter().collect();
    assert!(names.contains("things.counted"), "{names:?}");
}
