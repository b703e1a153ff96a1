//! Between axum's answers and the engine's: whatever a handler, a layer or an extractor of others refuses becomes a problem too,
//! with the status and the headers that say what to do about it.

use std::sync::LazyLock;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, StatusCode};
use http_body_util::{BodyExt, Limited};
use server::error::{
    ApiError, BAD_REQUEST, FORBIDDEN, INTERNAL, MEDIA_TYPE, METHOD, NOT_FOUND, PROBLEMS, Problem, STATE, TOO_LARGE,
    UNAUTHORIZED, VALIDATION,
};
use server::http::HttpResponse;

/// Answers are whole when they leave: they are small, and a failure halfway must still be able to become a problem.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// What is read of the text of a refusal.
const MAX_DETAIL: usize = 500;
/// What a refusal says beside its body. The other headers are those of a body that does not leave.
const KEPT: [HeaderName; 4] = [RETRY_AFTER, WWW_AUTHENTICATE, ALLOW, ACCEPT];

/// The answer as the edge wants it.
pub(crate) async fn read(response: Response) -> Result<HttpResponse, ApiError> {
    let (mut head, body) = response.into_parts();
    if let Some(error) = head.extensions.remove::<ApiError>() {
        return Err(error);
    }
    let body = whole(body).await.map_err(|error| ApiError::internal(error.to_string()))?;
    if is_bare(head.status, head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok())) {
        let refusal = refusal(head.status, &String::from_utf8_lossy(&body));
        return Err(KEPT.into_iter().fold(refusal, |refusal, name| with(refusal, name, &head.headers)));
    }
    Ok(HttpResponse { status: head.status, headers: head.headers, body })
}

/// All of a body. Nearly all are one piece, which need not be gathered.
async fn whole(mut body: Body) -> Result<Bytes, axum::BoxError> {
    let first = match body.frame().await {
        Some(frame) => frame?.into_data().unwrap_or_default(),
        None => Bytes::new(),
    };
    let Some(left) = MAX_BYTES.checked_sub(first.len()) else { return Err("the answer is too long".into()) };
    if body.is_end_stream() {
        return Ok(first);
    }
    let rest = Limited::new(body, left).collect().await?.to_bytes();
    Ok(match (first.is_empty(), rest.is_empty()) {
        (_, true) => first,
        (true, false) => rest,
        (false, false) => [first, rest].concat().into(),
    })
}

/// Whether it is a refusal in plain words, which is what axum and its extractors say.
fn is_bare(status: StatusCode, kind: Option<&str>) -> bool {
    let refused = status.is_client_error() || status.is_server_error();
    refused && kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn refusal(status: StatusCode, text: &str) -> ApiError {
    let problem = problem(status);
    if status.is_server_error() {
        return broken(problem, text);
    }
    if status == StatusCode::NOT_FOUND {
        return ApiError::not_found();
    }
    let detail: String = text.chars().take(MAX_DETAIL).collect();
    ApiError::new(problem, if detail.is_empty() { problem.summary.to_owned() } else { detail })
}

/// The same with a header of the answer. All that there are lists, so several become one (RFC 9110 §5.3).
fn with(refusal: ApiError, name: HeaderName, headers: &HeaderMap) -> ApiError {
    let values = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
    let value = values.collect::<Vec<_>>().join(", ");
    match value.is_empty() {
        // RFC 9110 §15.5.2: a 401 says how to sign in.
        true if name == WWW_AUTHENTICATE && refusal.problem.status == StatusCode::UNAUTHORIZED => {
            refusal.with(name, "Bearer")
        }
        true => refusal,
        false => refusal.with(name, value),
    }
}

/// The problem that stands for a status; where several do, the plainest.
fn problem(status: StatusCode) -> &'static Problem {
    match status {
        StatusCode::BAD_REQUEST => BAD_REQUEST,
        StatusCode::UNAUTHORIZED => UNAUTHORIZED,
        StatusCode::FORBIDDEN => FORBIDDEN,
        StatusCode::NOT_FOUND => NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => METHOD,
        StatusCode::CONFLICT => STATE,
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => MEDIA_TYPE,
        StatusCode::UNPROCESSABLE_ENTITY => VALIDATION,
        // That the app is served without its code is not why.
        StatusCode::NOT_IMPLEMENTED => other(status),
        _ => PROBLEMS.iter().copied().find(|problem| problem.status == status).unwrap_or_else(|| other(status)),
    }
}

/// The problem of a status that the engine itself never answers with.
fn other(status: StatusCode) -> &'static Problem {
    static OTHERS: LazyLock<Vec<Problem>> = LazyLock::new(|| {
        let statuses = (400..600).filter_map(|number| StatusCode::from_u16(number).ok());
        statuses
            .map(|status| Problem { code: code(status), status, title: title(status), summary: title(status) })
            .collect()
    });
    let unknown = if status.is_client_error() { BAD_REQUEST } else { INTERNAL };
    OTHERS.iter().find(|problem| problem.status == status).unwrap_or(unknown)
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYMENT_REQUIRED => "payment_required",
        StatusCode::NOT_ACCEPTABLE => "not_acceptable",
        StatusCode::GONE => "gone",
        StatusCode::LOCKED => "locked",
        StatusCode::TOO_EARLY => "too_early",
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => "unavailable_for_legal_reasons",
        StatusCode::NOT_IMPLEMENTED => "not_implemented",
        StatusCode::BAD_GATEWAY => "bad_gateway",
        status if status.is_client_error() => "refused",
        _ => "failed",
    }
}

fn title(status: StatusCode) -> &'static str {
    let unknown = if status.is_client_error() { "Refused" } else { "Failed" };
    status.canonical_reason().unwrap_or(unknown)
}

/// What the text says is for the log: errors of others tell more than a caller should read.
fn broken(problem: &'static Problem, log: &str) -> ApiError {
    match problem.status {
        StatusCode::INTERNAL_SERVER_ERROR => ApiError::internal(log),
        _ => ApiError::new(problem, "the server cannot answer this now").logged(log),
    }
}
