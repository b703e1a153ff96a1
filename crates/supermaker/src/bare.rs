//! Between axum's answers and the engine's: whatever a handler or an extractor of others refuses becomes a problem too.

use axum::body::to_bytes;
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use server::error::{
    ApiError, BAD_REQUEST, FORBIDDEN, MEDIA_TYPE, METHOD, NOT_FOUND, PROBLEMS, Problem, STATE, TOO_LARGE, UNAUTHORIZED,
    VALIDATION,
};
use server::http::HttpResponse;

/// Answers are whole when they leave: they are small, and a failure halfway must still be able to become a problem.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// What is read of the text of a refusal.
const MAX_DETAIL: usize = 500;

/// The answer as the edge wants it.
pub(crate) async fn read(response: Response) -> Result<HttpResponse, ApiError> {
    let (mut head, body) = response.into_parts();
    if let Some(error) = head.extensions.remove::<ApiError>() {
        return Err(error);
    }
    let body = to_bytes(body, MAX_BYTES).await.map_err(|error| broken(&error.to_string()))?;
    if is_bare(head.status, head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok())) {
        return Err(refusal(head.status, &String::from_utf8_lossy(&body)));
    }
    Ok(HttpResponse { status: head.status, headers: head.headers, body })
}

/// Whether it is a refusal in plain words, which is what axum and its extractors say.
fn is_bare(status: StatusCode, kind: Option<&str>) -> bool {
    let refused = status.is_client_error() || status.is_server_error();
    refused && kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn refusal(status: StatusCode, text: &str) -> ApiError {
    if status.is_server_error() {
        return broken(text);
    }
    if status == StatusCode::NOT_FOUND {
        return ApiError::not_found();
    }
    let problem = problem(status);
    let detail: String = text.chars().take(MAX_DETAIL).collect();
    ApiError::new(problem, if detail.is_empty() { problem.summary.to_owned() } else { detail })
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
        _ => PROBLEMS.iter().copied().find(|problem| problem.status == status).unwrap_or(BAD_REQUEST),
    }
}

fn broken(log: &str) -> ApiError {
    ApiError::internal(log)
}
