//! Carries the trace from caller to service in `traceparent`, near and far alike.

use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    propagation::{Extractor, Injector, TextMapPropagator as _},
    trace::{TraceContextExt as _, TraceId},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::{Request, metadata::MetadataMap};
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

struct Carrier<'a>(&'a mut HeaderMap);

impl Injector for Carrier<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

struct Source<'a>(&'a HeaderMap);

impl Extractor for Source<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Writes the current span into the headers.
pub fn inject(headers: &mut HeaderMap) {
    let context = tracing::Span::current().context();
    TraceContextPropagator::new().inject_context(&context, &mut Carrier(headers));
}

/// A request that carries the current span.
#[must_use]
pub fn request<T>(message: T) -> Request<T> {
    let mut headers = HeaderMap::new();
    inject(&mut headers);
    Request::from_parts(MetadataMap::from_headers(headers), Extensions::default(), message)
}

/// Makes `span` continue the trace of the headers, if they have one, and notes the trace in its field `trace_id`,
/// so that the logs tell it too.
pub fn follow(span: &Span, headers: &HeaderMap) {
    let caller = TraceContextPropagator::new().extract(&Source(headers));
    let mut trace = caller.span().span_context().trace_id();
    // Fails only when no tracer is installed, and then there is nothing to continue.
    if span.set_parent(caller).is_ok() {
        let own = span.context().span().span_context().trace_id();
        if own != TraceId::INVALID {
            trace = own;
        }
    }
    if trace != TraceId::INVALID {
        span.record("trace_id", field::display(trace));
    }
}
