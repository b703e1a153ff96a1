//! Spans of requests and of their stages on their way to a collector, over OTLP/HTTP as protobuf.
//!
//! What is in them is said where they are made (`edge.rs`, `stages.rs`). Of the standard `OTEL_` variables those that say
//! where to and under which name are read here; the rest (sampler, batches, limits) the SDK reads from the process's
//! environment.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::{Layer, Registry};

use super::stages::{REQUESTS, STAGES};
use super::traceparent::TraceParent;

/// Who collects spans, for the base URL and for traces alone.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// What a collector is given for one batch.
const EXPORT_TIME: Duration = Duration::from_secs(10);
/// What a process that stops waits for its last batch.
const LAST_TIME: Duration = Duration::from_secs(5);
/// Of an answer, which is empty or says what was not taken.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Where spans go, and in whose name.
pub(crate) struct Destination {
    url: String,
    headers: HashMap<String, String>,
    /// `None` where the resource attributes of the environment say it.
    service: Option<String>,
}

/// Sends spans. What waits is sent when it is dropped.
pub(crate) struct Sender(SdkTracerProvider);

impl Destination {
    /// Where the variables say, if they do. The service has the name of the app unless they say another.
    pub(crate) fn of(app: &str, variable: impl Fn(&str) -> Option<String>) -> Option<Destination> {
        let text = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let whole = |base: String| format!("{}/v1/traces", base.trim_end_matches('/'));
        let url = text(TRACES_ENDPOINT).or_else(|| text(ENDPOINT).map(whole))?;
        let headers = text("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default();
        let headers = headers.split(',').filter_map(|pair| pair.split_once('='));
        let is_named = text("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|text| text.contains("service.name="));
        let service = text("OTEL_SERVICE_NAME").or_else(|| (!is_named).then(|| app.to_owned()));
        let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
        Some(Destination { url, headers, service })
    }

    /// What takes spans in, and what sends them.
    ///
    /// # Errors
    /// What is wrong with the destination.
    pub(crate) fn open(self) -> Result<(impl Layer<Registry> + Send + Sync, Sender), String> {
        let url = http::Uri::try_from(&self.url).ok().filter(|url| matches!(url.scheme_str(), Some("http" | "https")));
        if url.is_none() {
            return Err("wants a URL such as http://localhost:4318".to_owned());
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(self.url)
            .with_headers(self.headers);
        let exporter = exporter.build().map_err(|error| error.to_string())?;
        let resource = Resource::builder();
        let resource = match self.service {
            Some(name) => resource.with_service_name(name),
            None => resource,
        };
        let provider =
            SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("supermaker"));
        let layer = layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
        let ours = FilterFn::new(|metadata| metadata.is_span() && [REQUESTS, STAGES].contains(&metadata.target()));
        Ok((layer.with_filter(ours.with_max_level_hint(LevelFilter::DEBUG)), Sender(provider)))
    }
}

/// Makes a span that has just been made a part of its caller's trace.
pub(crate) fn take_up(span: &Span, caller: &TraceParent, state: Option<&str>) {
    let (Ok(trace), Ok(parent)) = (TraceId::from_hex(&caller.trace_id), SpanId::from_hex(&caller.parent_id)) else {
        return;
    };
    let flags = if caller.sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let state = state.and_then(|text| text.parse::<TraceState>().ok()).unwrap_or_default();
    let context = SpanContext::new(trace, parent, flags, true, state);
    // It fails where nobody collects spans.
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(context));
}

impl Drop for Sender {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_TIME) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// Blocks: the SDK has a thread for it.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    #[expect(clippy::disallowed_methods, reason = "the one place that sends spans")]
    fn new() -> Client {
        let config = ureq::Agent::config_builder();
        let config = config.timeout_global(Some(EXPORT_TIME)).http_status_as_error(false).max_redirects(0);
        Client(config.max_redirects_will_error(false).build().new_agent())
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        Ok(Response::from_parts(head, Bytes::from(body)))
    }
}

impl HttpClient for Client {
    fn send_bytes<'s, 'f>(&'s self, request: Request<Bytes>) -> BoxFuture<'f, Result<Response<Bytes>, HttpError>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move { self.send(request) })
    }
}
