//! The edge of the server: what every request goes through before and after it is answered, by the blueprint or by code.
//!
//! In this order: an id, limits of the head, `OPTIONS` and CORS, the answer within its time and without a panic
//! getting out, problems as `application/problem+json`, the headers that every answer has, one line of log.

use std::borrow::Cow;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use futures_util::FutureExt;
use http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CONNECTION, HOST, HeaderName, HeaderValue, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use tracing::{Instrument, Span, field};

use crate::error::{ApiError, BAD_REQUEST, HEADERS_TOO_LARGE, TOO_SLOW, UNAVAILABLE, URI_TOO_LONG};
use crate::fixed::{self, Fixed};
use crate::http::{HttpRequest, HttpResponse};
use crate::settings::Environment;
use crate::shared_body::{BodyError, SharedBody};
use crate::trace::{Ids, REQUESTS, Stages, TraceParent, within};
use crate::{App, answer, audit, body, code, cors, forwarded};

/// Bytes of path and query at most.
pub(crate) const MAX_URI_BYTES: usize = 8 * 1024;
/// Bytes of a head at most.
pub(crate) const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Headers at most.
pub(crate) const MAX_HEADERS: usize = 100;
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Handles one request. Never fails: whatever goes wrong is an answer.
pub async fn handle<B>(app: &Arc<App>, ip: IpAddr, request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BodyError>,
{
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let request_id = request_id(head.headers.get(REQUEST_ID));
    let origin = cors::allowed(&app.settings.cors_origins, &head.headers).cloned();
    let is_preflight = head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let (method, path) = (head.method.clone(), head.uri.path().to_owned());
    let shown = printable(&path);
    let ip = forwarded::client(&app.settings.trusted_proxies, ip, &head.headers);
    // A connection of HTTP/2 goes on whatever became of one request.
    let can_close = head.version < Version::HTTP_2;

    let checked = check_head(&head);
    let mut body = SharedBody::new(body);
    // What is said of the body, for whoever drains it when the rest of the head is gone.
    let body_head = if body.is_end_stream() { HeaderMap::new() } else { head.headers.clone() };
    let http = HttpRequest {
        method: head.method,
        uri: head.uri,
        headers: head.headers,
        body: body.clone(),
        ip,
        request_id: request_id.clone(),
        stages: if app.settings.environment == Environment::Development { Stages::timed() } else { Stages::default() },
    };
    let stages = http.stages.clone();
    let trace = TraceParent::of(&http.headers);
    let span = request_span(app, &http, trace.as_ref());
    let ids = Ids { request: request_id.as_str().into(), trace: trace.map(|trace| trace.trace_id.into()) };
    let result = match checked {
        Err(error) => Err(error),
        // Of a path that is not there too: refused here, a page would hear of CORS and never of its 404.
        Ok(()) if method == Method::OPTIONS && is_preflight && origin.is_some() => {
            Ok(cors::preflight(options(methods(app, &path))))
        }
        Ok(()) if method == Method::OPTIONS => {
            if is_preflight {
                app.refused_origins.note(&http.headers, ip);
            }
            methods(app, &path).map(|allow| options(Some(allow))).ok_or_else(ApiError::not_found)
        }
        Ok(()) => {
            // In a box, for every wrapper would hold it by value and be moved with it: ten times its size, for each request.
            let answer = Box::pin(dispatch(app, http));
            within(ids.clone(), in_time(app, answer).instrument(span.clone())).await
        }
    };

    let mut response = result.unwrap_or_else(|error| {
        log_error(&error, &request_id, &method, &shown);
        app.metrics.refused(&error);
        error.response(app.blueprint.api.errors, &request_id)
    });
    // A body that nobody wanted stands in the way of the next request; and the next one is to go to another server.
    if can_close && (!body::is_drained(&body_head, &mut body).await || app.is_draining()) {
        response = response.with(CONNECTION, "close");
    }
    every_answer(app, &mut response, &request_id, origin);
    let elapsed = started.elapsed();
    app.metrics.answered(&method, &path, response.status, elapsed);
    record_status(&span, response.status);
    if let Some(timing) = stages.server_timing(elapsed) {
        response = response.with(SERVER_TIMING, timing);
    }
    tracing::info!(target: "request", request_id, trace_id = ids.trace.as_deref(), %method, path = &*shown,
        status = response.status.as_u16(), elapsed_us = elapsed.as_micros() as u64);
    let no_body = method == Method::HEAD;
    finish(response, no_body)
}

/// The span of a request, for those who watch: names as OpenTelemetry's conventions have them. The query string is not in
/// it, for what people search for is theirs.
fn request_span<B>(app: &App, http: &HttpRequest<B>, trace: Option<&TraceParent>) -> Span {
    let (method, path) = (&http.method, http.uri.path());
    let name = |route: Option<&str>| route.map_or_else(|| method.to_string(), |route| format!("{method} {route}"));
    let span = tracing::debug_span!(target: REQUESTS, "request", otel.name = name(app.metrics.route(path)),
        otel.kind = "server", otel.status_code = field::Empty, http.request.method = %method,
        http.route = app.metrics.route(path), url.path = &*printable(path), http.response.status_code = field::Empty,
        request_id = http.request_id, trace_id = trace.map(|trace| trace.trace_id.as_str()),
        parent_id = trace.map(|trace| trace.parent_id.as_str()));
    #[cfg(feature = "otlp")]
    if let Some(trace) = trace {
        let state = http.headers.get("tracestate").and_then(|value| value.to_str().ok());
        crate::trace::otlp::take_up(&span, trace, state);
    }
    span
}

/// What became of it. Only what is our own fault is an error of ours.
fn record_status(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The answer to a head that cannot be read; its connection is closed after it.
pub fn refuse(app: &App, error: &ApiError) -> Response<Full<Bytes>> {
    let request_id = new_request_id();
    let response = last(app, error, &request_id);
    tracing::info!(target: "request", request_id, status = response.status().as_u16(), detail = error.detail,
        "a head was refused");
    response
}

/// The answer to a connection for which there is no place. Counted, not logged: a flood of them must not become a flood of lines.
pub fn no_place(app: &App) -> Response<Full<Bytes>> {
    let error = ApiError::new(UNAVAILABLE, "there are too many connections, in all or of your address");
    last(app, &error.with(RETRY_AFTER, "5"), &new_request_id())
}

/// The last answer of a connection, to whatever it asked.
fn last(app: &App, error: &ApiError, request_id: &str) -> Response<Full<Bytes>> {
    app.metrics.refused(error);
    let mut response = error.response(app.blueprint.api.errors, request_id).with(CONNECTION, "close");
    every_answer(app, &mut response, request_id, None);
    finish(response, false)
}

async fn dispatch(app: &Arc<App>, mut http: HttpRequest<SharedBody>) -> Result<HttpResponse, ApiError> {
    let fixed = Fixed::find(http.uri.path());
    // Those who look after the server hear of it when it has most to do.
    let is_watched = matches!(fixed, Some(Fixed::Health | Fixed::Ready | Fixed::Metrics));
    let _place = if is_watched { None } else { Some(app.in_flight.enter()?) };
    let answer = match fixed {
        Some(fixed) => fixed::answer(app, fixed, &mut http).await,
        None => match app.code.find(&app.blueprint, &http.method, http.uri.path())? {
            // In a box, for it is the largest by far, and most requests are not for code. It knows itself who asks.
            Some(found) => return Box::pin(code::answer(app, found, http)).await,
            None => answer::answer(app, &mut http).await,
        },
    };
    if let Err(error) = &answer {
        audit::note_caller(app, &http, error).await;
    }
    answer
}

/// Runs an answer within the time of one request, and turns a panic, which is a bug of ours, into a 500.
async fn in_time(
    app: &App,
    answer: impl Future<Output = Result<HttpResponse, ApiError>>,
) -> Result<HttpResponse, ApiError> {
    let answer = AssertUnwindSafe(answer).catch_unwind();
    let caught = match app.settings.limits.request_timeout {
        None => answer.await,
        Some(limit) => match tokio::time::timeout(limit, answer).await {
            Ok(caught) => caught,
            Err(_) => return Err(too_slow()),
        },
    };
    caught.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(ApiError::internal(message.unwrap_or_default()))
    })
}

/// Neither 408 nor 503: those invite a repeat, and what was handed to the database may still be done.
fn too_slow() -> ApiError {
    ApiError::new(TOO_SLOW, "this took too long; a change may still happen, so look before you try again")
}

/// What the server refuses of any head. Those of HTTP/1.1 were looked at more closely when they came in.
fn check_head(head: &http::request::Parts) -> Result<(), ApiError> {
    if head.uri.path_and_query().is_some_and(|text| text.as_str().len() > MAX_URI_BYTES) {
        return Err(ApiError::new(URI_TOO_LONG, format!("path and query are longer than {MAX_URI_BYTES} bytes")));
    }
    if head.version == Version::HTTP_2 && head_bytes(&head.headers) > MAX_HEAD_BYTES {
        return Err(ApiError::new(HEADERS_TOO_LARGE, format!("the headers have more than {MAX_HEAD_BYTES} bytes")));
    }
    let mut hosts = head.headers.get_all(HOST).iter();
    // RFC 9112 §3.2: a request of HTTP/1.1 without just one Host is answered with 400; RFC 9113 §8.3.1: in HTTP/2 the
    // authority is its stead.
    let is_one = match (hosts.next(), hosts.next()) {
        (None, _) => {
            head.version != Version::HTTP_11 && (head.version < Version::HTTP_11 || head.uri.authority().is_some())
        }
        (Some(host), None) => is_host(host.as_bytes()),
        (Some(_), Some(_)) => false,
    };
    if is_one { Ok(()) } else { Err(ApiError::new(BAD_REQUEST, "send exactly one Host header, with a host in it")) }
}

fn head_bytes(headers: &http::HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// Whether this is a host and perhaps a port: a name, an IPv4 address, or an IPv6 address in brackets (RFC 3986 §3.2.2).
pub(crate) fn is_host(text: &[u8]) -> bool {
    let digits = |port: &[u8]| port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    let text = text.trim_ascii();
    let (host, rest) = match text.strip_prefix(b"[") {
        Some(inner) => match inner.iter().position(|byte| *byte == b']') {
            Some(end) if end > 0 => inner.split_at(end),
            _ => return false,
        },
        None => text.split_at(text.iter().position(|byte| *byte == b':').unwrap_or(text.len())),
    };
    let is_address = text.starts_with(b"[");
    let rest = if is_address { rest.get(1..).unwrap_or_default() } else { rest };
    let legal = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => true,
        b':' => is_address,
        _ => b"_~%!$&'()*+,;=".contains(byte),
    };
    !host.is_empty() && host.iter().all(legal) && (rest.is_empty() || rest.strip_prefix(b":").is_some_and(digits))
}

/// The methods of a path, if there is such a path.
fn methods(app: &App, path: &str) -> Option<String> {
    match Fixed::find(path) {
        Some(fixed) => Some(fixed.methods().into_owned()),
        None => app.code.methods(&app.blueprint, path),
    }
}

fn options(allow: Option<String>) -> HttpResponse {
    let response = HttpResponse::empty(StatusCode::NO_CONTENT);
    match allow {
        Some(allow) => response.with(ALLOW, allow),
        None => response,
    }
}

fn every_answer(app: &App, response: &mut HttpResponse, request_id: &str, origin: Option<HeaderValue>) {
    let headers = &mut response.headers;
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(VARY, HeaderValue::from_static("Authorization, X-API-Key, Accept, Origin"));
    if app.settings.strict_transport() {
        headers.insert(STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    if let Some(origin) = origin {
        cors::permit(headers, origin);
    }
}

/// Hands the answer to hyper. A `HEAD` keeps the length of the body that it does not get.
fn finish(response: HttpResponse, no_body: bool) -> Response<Full<Bytes>> {
    let HttpResponse { status, mut headers, body } = response;
    let body = if no_body {
        headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        Bytes::new()
    } else {
        body
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The caller's id if it is one that can stand in a log without harm, else one of ours.
fn request_id(header: Option<&HeaderValue>) -> String {
    let plain = |text: &&str| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    match header.and_then(|value| value.to_str().ok()).filter(plain) {
        Some(text) => text.to_owned(),
        None => new_request_id(),
    }
}

/// Unique among all starts of all servers, and cheap: what this start drew once, and a count.
fn new_request_id() -> String {
    static START: LazyLock<String> = LazyLock::new(|| format!("{:016x}-", uuid::Uuid::new_v4().as_u64_pair().0));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut count = itoa::Buffer::new();
    [START.as_str(), count.format(COUNT.fetch_add(1, Ordering::Relaxed))].concat()
}

/// A path as it can stand in a log. Only what was not written as URIs are has other letters than those of ASCII (RFC 3986 §2), and
/// among these are such as a terminal obeys, or a reader of logs takes for the end of a line.
fn printable(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, CONTROLS).into()
}

fn log_error(error: &ApiError, request_id: &str, method: &Method, path: &str) {
    let code = error.problem.code;
    let log = error.log.as_deref().unwrap_or_default();
    if error.problem.status == StatusCode::SERVICE_UNAVAILABLE && log.is_empty() {
        // There is too much to do, of which the metrics tell: a flood of requests must not become a flood of lines.
        tracing::debug!(request_id, %method, path, code, "a request was sent away");
    } else if error.problem.status.is_server_error() {
        tracing::error!(request_id, %method, path, code, log, "a request failed");
    } else if !log.is_empty() {
        tracing::warn!(request_id, %method, path, code, log, "a request was refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_answer<F: Future>(_: impl FnOnce(Arc<App>, IpAddr, Request<Full<Bytes>>) -> F) -> usize {
        size_of::<F>()
    }

    /// It is moved several times for each request, which once took a fifth of the time of one.
    #[test]
    fn what_waits_for_an_answer_is_small() {
        let size = size_of_answer(|app, ip, request| async move { handle(&app, ip, request).await });
        assert!(size < 4096, "{size} bytes");
    }
}
