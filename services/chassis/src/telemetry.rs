//! Logs, traces and metrics of a process.
//!
//! Logs go to standard error; traces and metrics by OTLP when an endpoint is configured; metrics
//! are always there to be scraped. Span exporters never trace their own calls.

use std::io::IsTerminal as _;

use opentelemetry::{
    Context, KeyValue,
    metrics::{Meter, MeterProvider as _},
    trace::{Link, SpanKind, TraceId, TracerProvider as _},
};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::{Sampler, SamplingResult, SdkTracerProvider, ShouldSample},
};
#[cfg(target_os = "linux")]
use prometheus::IntGauge;
use prometheus::{Encoder as _, Registry, TextEncoder};
use serde::Deserialize;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, LevelFilter, filter_fn},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};
use uuid::Uuid;

#[cfg(target_os = "linux")]
use crate::cgroup;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What is logged and where telemetry goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Directives such as `info,chamados_device=debug`.
    pub log_filter: String,
    /// How logs are written.
    pub log_format: LogFormat,
    /// OTLP over gRPC, for example `http://collector:4317`; empty sends nothing.
    pub otlp_endpoint: String,
    /// The share of requests whose traces are sent, from 0 to 1. A caller that sends a trace along has decided
    /// already.
    pub trace_ratio: f64,
    /// `service.name` of traces and metrics.
    pub service_name: String,
}

/// Telemetry cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The directives of [`TelemetryConfig::log_filter`] cannot be read.
    #[error("telemetry.log_filter: {0}")]
    Filter(String),
    /// Anything else.
    #[error("telemetry: {0}")]
    Start(String),
}

fn refuse(error: impl std::fmt::Display) -> TelemetryError {
    TelemetryError::Start(error.to_string())
}

/// Metrics of one system: where instruments are made and read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    provider: SdkMeterProvider,
    registry: Registry,
}

impl Metrics {
    /// Metrics to be scraped, and pushed by OTLP when `otlp_endpoint` is not empty.
    ///
    /// # Errors
    /// When the endpoint is not a URI.
    pub fn new(service_name: &str, otlp_endpoint: &str) -> Result<Self, TelemetryError> {
        Self::of(resource(service_name), otlp_endpoint)
    }

    fn of(resource: Resource, otlp_endpoint: &str) -> Result<Self, TelemetryError> {
        let registry = Registry::new();
        // Memory, CPU and files of the process, under the names that Prometheus' own clients use.
        #[cfg(target_os = "linux")]
        {
            let process = prometheus::process_collector::ProcessCollector::for_self();
            registry.register(Box::new(process)).map_err(refuse)?;
            if let Some(limit) = cgroup::memory_limit() {
                let bytes = IntGauge::new(
                    "process_memory_limit_bytes",
                    "Memory above which the system ends the process, in bytes",
                )
                .map_err(refuse)?;
                bytes.set(limit.try_into().map_err(refuse)?);
                registry.register(Box::new(bytes)).map_err(refuse)?;
            }
        }
        let scraped = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .build()
            .map_err(refuse)?;
        let mut provider = SdkMeterProvider::builder().with_reader(scraped).with_resource(resource);
        if !otlp_endpoint.is_empty() {
            let exporter = MetricExporter::builder()
                .with_tonic()
                .with_endpoint(otlp_endpoint)
                .build()
                .map_err(refuse)?;
            provider = provider.with_reader(PeriodicReader::builder(exporter).build());
        }
        Ok(Self { provider: provider.build(), registry })
    }

    /// Makes instruments.
    #[must_use]
    pub fn meter(&self) -> Meter {
        self.provider.meter("chamados")
    }

    /// Everything, in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics cannot be rendered");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Keeps telemetry going; [`Telemetry::shutdown`] sends what is left.
#[derive(Debug)]
pub struct Telemetry {
    metrics: Metrics,
    tracer: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts the process's logs and traces. Once a process.
    ///
    /// # Errors
    /// A filter that cannot be read, or a second start.
    pub fn init(config: &TelemetryConfig) -> Result<Self, TelemetryError> {
        let resource = resource(&config.service_name);
        let tracer = tracer(config, resource.clone())?;
        subscriber(config, tracer.as_ref())?.try_init().map_err(refuse)?;
        std::panic::set_hook(Box::new(|panic| {
            tracing::error!(panic = %panic, "panicked");
        }));
        let metrics = Metrics::of(resource, &config.otlp_endpoint)?;
        Ok(Self { metrics, tracer })
    }

    /// The process's metrics.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Sends what is left. Blocks for at most the exporters' time-out, so not on a runtime thread.
    pub fn shutdown(self) {
        if let Some(tracer) = self.tracer
            && let Err(error) = tracer.shutdown()
        {
            tracing::warn!(%error, "the last traces were not sent");
        }
        if let Err(error) = self.metrics.provider.shutdown() {
            tracing::warn!(%error, "the last metrics were not sent");
        }
    }
}

/// What becomes of spans and events.
fn subscriber(
    config: &TelemetryConfig,
    tracer: Option<&SdkTracerProvider>,
) -> Result<impl Subscriber + use<>, TelemetryError> {
    let filter = EnvFilter::try_new(&config.log_filter)
        .map_err(|error| TelemetryError::Filter(error.to_string()))?;
    let format = match config.log_format {
        LogFormat::Pretty => fmt::layer()
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .boxed(),
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed()
        }
    };
    // Whoever does not say how much detail it lets through lets all of it through, and HTTP/2 has a span
    // for each time it looks at a connection: they took a quarter of what a heartbeat cost.
    let traced = filter_fn(is_traced).with_max_level_hint(TRACED);
    let logged = filter_fn(|meta| !is_statement(meta)).with_max_level_hint(LevelFilter::TRACE);
    let traces = tracer.map(|provider| {
        tracing_opentelemetry::layer().with_tracer(provider.tracer("chamados")).with_filter(traced)
    });
    Ok(tracing_subscriber::registry().with(traces).with(format.with_filter(filter.and(logged))))
}

/// Spans of statements to the database, which are for traces alone: in the logs they would be noise, and
/// without a collector they are never made.
fn is_statement(meta: &Metadata<'_>) -> bool {
    meta.is_span() && meta.target().starts_with("sea_orm")
}

/// How much detail traces show, whatever the logs do.
const TRACED: LevelFilter = LevelFilter::INFO;

/// What traces show: our own work and statements. A background task is no work but a place: it lasts as
/// long as the process, and all that it ever does would be one trace.
fn is_traced(meta: &Metadata<'_>) -> bool {
    let is_task = meta.is_span() && meta.name() == "task";
    let is_ours = meta.target().starts_with("chamados") && !is_task;
    *meta.level() <= TRACED && (is_statement(meta) || is_ours)
}

/// Keeps a share of the traces that begin here. A statement that nobody asked for, such as a loop's look at its
/// table, begins none.
#[derive(Debug, Clone)]
struct Roots(Sampler);

impl ShouldSample for Roots {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampler = if *kind == SpanKind::Client { &Sampler::AlwaysOff } else { &self.0 };
        sampler.should_sample(parent, trace_id, name, kind, attributes, links)
    }
}

fn resource(service_name: &str) -> Resource {
    Resource::builder()
        .with_service_name(service_name.to_owned())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        // Random, as the conventions advise: replicas, and a process before and after a restart, are told apart.
        .with_attribute(KeyValue::new("service.instance.id", Uuid::new_v4().to_string()))
        .build()
}

fn tracer(
    config: &TelemetryConfig,
    resource: Resource,
) -> Result<Option<SdkTracerProvider>, TelemetryError> {
    if config.otlp_endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(&config.otlp_endpoint)
        .build()
        .map_err(refuse)?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Roots(Sampler::TraceIdRatioBased(
            config.trace_ratio,
        )))))
        .with_resource(resource)
        .build();
    Ok(Some(provider))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wants_to_know_is_not_made() {
        let mut config = TelemetryConfig {
            log_filter: "info".to_owned(),
            log_format: LogFormat::Json,
            otlp_endpoint: String::new(),
            trace_ratio: 1.0,
            service_name: "test".to_owned(),
        };
        let provider = SdkTracerProvider::builder().build();
        for tracer in [None, Some(&provider)] {
            let info = subscriber(&config, tracer).unwrap();
            assert_eq!(info.max_level_hint(), Some(LevelFilter::INFO), "traced: {tracer:?}");
        }
        config.log_filter = "info,chamados_chassis=trace".to_owned();
        let trace = subscriber(&config, Some(&provider)).unwrap();
        assert_eq!(trace.max_level_hint(), Some(LevelFilter::TRACE));
        // A filter that lets through more than it says panics.
        tracing::subscriber::with_default(trace, || tracing::trace!("for the logs alone"));
    }
}
