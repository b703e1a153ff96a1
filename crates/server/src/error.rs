//! Everything that can go wrong with a request, and the one table that says what the caller reads of it.
//!
//! What the caller reads and what is logged are two things: [`ApiError::log`] may hold what no answer may.

use blueprint::ErrorShape;
use http::StatusCode;
use query::{Bad, Denied, Invalid, PlanError, RequestError};
use serde_json::{Value as Json, json};
use store::StoreError;

use crate::fastapi;
use crate::http::HttpResponse;

/// A kind of problem: one line of the table. The code is stable and for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Stable and for machines; the last part of `type`.
    pub code: &'static str,
    /// The status.
    pub status: StatusCode,
    /// The same for every problem of this kind.
    pub title: &'static str,
    /// What it means, for the API documentation.
    pub summary: &'static str,
}

macro_rules! problems {
    ($($name:ident = $status:ident, $code:literal, $title:literal, $summary:literal;)+) => {
        $(#[doc = $summary] pub const $name: &Problem =
            &Problem { code: $code, status: StatusCode::$status, title: $title, summary: $summary };)+
        /// The whole table.
        pub const PROBLEMS: &[&Problem] = &[$($name),+];
    };
}

problems! {
    BAD_REQUEST = BAD_REQUEST, "bad_request", "Bad request", "The request cannot be parsed.";
    BAD_JSON = BAD_REQUEST, "bad_json", "Bad JSON", "The body is not JSON, repeats a key, or is nested too deep.";
    BAD_PARAMETER = BAD_REQUEST, "bad_parameter", "Bad query parameter", "A query parameter is unknown, repeated or not valid.";
    UNAUTHORIZED = UNAUTHORIZED, "unauthorized", "Not signed in", "No token was sent, or one that does not count.";
    BAD_CREDENTIALS = UNAUTHORIZED, "bad_credentials", "Wrong e-mail or password", "No account has this e-mail address and password.";
    FORBIDDEN = FORBIDDEN, "forbidden", "Forbidden", "The caller may see this but not do it.";
    FOREIGN_PATH = FORBIDDEN, "foreign_path", "Another user's path", "The user id in the path is not the caller's.";
    NOT_FOUND = NOT_FOUND, "not_found", "Not found", "There is no such thing, or none that the caller may see.";
    METHOD = METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", "The path does not have this method; `Allow` lists those it has.";
    TIMEOUT = REQUEST_TIMEOUT, "timeout", "Request timed out", "The request was not received in time.";
    UNIQUE = CONFLICT, "unique", "Already taken", "Another row has this value, and it must be unique.";
    REFERENCE = CONFLICT, "reference", "Reference not possible", "A reference leads nowhere, or rows elsewhere still refer to this one.";
    STATE = CONFLICT, "state", "Not possible in this state", "The row is not in a state that allows this.";
    PRECONDITION_FAILED = PRECONDITION_FAILED, "precondition_failed", "Changed meanwhile", "The row has another version than `If-Match` names.";
    TOO_LARGE = PAYLOAD_TOO_LARGE, "too_large", "Body too large", "The body is longer than the server takes, or the answer to a batch would be longer than it gives.";
    URI_TOO_LONG = URI_TOO_LONG, "uri_too_long", "URI too long", "Path and query are longer than the server takes.";
    MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type", "The body must be JSON; `Accept` and `Accept-Patch` list what is taken.";
    VALIDATION = UNPROCESSABLE_ENTITY, "validation", "Validation failed", "The body is JSON but not valid; `errors` lists every problem.";
    KEY_REUSED = UNPROCESSABLE_ENTITY, "idempotency_key_reused", "Idempotency key used before", "The `Idempotency-Key` was used for another request.";
    PRECONDITION_REQUIRED = PRECONDITION_REQUIRED, "precondition_required", "If-Match required", "A change must name the version that it changes.";
    TOO_MANY = TOO_MANY_REQUESTS, "too_many_requests", "Too many requests", "The caller's limit is used up; `Retry-After` says when to come back.";
    HEADERS_TOO_LARGE = REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", "Headers too large", "The headers are longer than the server takes.";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "Internal error", "Something went wrong in the server; its log has the details under `request_id`.";
    NOT_IMPLEMENTED = NOT_IMPLEMENTED, "not_implemented", "Not implemented here", "The action is code of the app's own, and the app is served without it.";
    UNAVAILABLE = SERVICE_UNAVAILABLE, "unavailable", "Not available now", "The server is busy, draining, or has no database; nothing was done, unless the detail says that nobody knows.";
    TOO_SLOW = GATEWAY_TIMEOUT, "too_slow", "Took too long", "The server did not finish in time; a change may still happen, so look before trying again.";
    STORAGE_FULL = INSUFFICIENT_STORAGE, "storage_full", "Storage full", "There is no space left to write to; nothing was done.";
}

/// What went wrong with one request.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// Its line of the table.
    pub problem: &'static Problem,
    /// What the caller reads.
    pub detail: String,
    /// Problems of single places, if any.
    pub errors: Vec<Invalid>,
    /// What is logged besides. Never leaves the server.
    pub log: Option<String>,
    /// Why, in a word of the program, to be counted. Never leaves the server with the answer.
    pub reason: Option<&'static str>,
    /// Headers that the answer must have, such as `Allow`.
    pub headers: Vec<(http::HeaderName, String)>,
}

impl ApiError {
    /// A problem with a detail.
    pub fn new(problem: &'static Problem, detail: impl Into<String>) -> ApiError {
        ApiError { problem, detail: detail.into(), errors: Vec::new(), log: None, reason: None, headers: Vec::new() }
    }

    /// The same with a header that the answer must have.
    pub fn with(mut self, name: http::HeaderName, value: impl Into<String>) -> ApiError {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with something for the log.
    pub fn logged(mut self, log: impl Into<String>) -> ApiError {
        self.log = Some(log.into());
        self
    }

    /// The same with a word by which it is counted.
    pub fn because(mut self, reason: &'static str) -> ApiError {
        self.reason = Some(reason);
        self
    }

    /// Not there, or not visible: always these very words, so that the two cannot be told apart.
    pub fn not_found() -> ApiError {
        ApiError::new(NOT_FOUND, "there is nothing here")
    }

    /// A mistake of the server: the caller does not read what it is, the log does.
    pub fn internal(log: impl Into<String>) -> ApiError {
        ApiError::new(INTERNAL, "something went wrong in the server").logged(log)
    }

    /// No token, or one that does not count. `error` is the code of RFC 6750 §3.1; absent where no token was sent.
    pub fn unauthorized(error: Option<&str>, detail: impl Into<String>) -> ApiError {
        let challenge = match error {
            Some(error) => format!("Bearer error=\"{error}\""),
            None => "Bearer".to_owned(),
        };
        ApiError::new(UNAUTHORIZED, detail).with(http::header::WWW_AUTHENTICATE, challenge)
    }

    /// Several things in a body that are not valid.
    pub fn invalid(errors: Vec<Invalid>) -> ApiError {
        let detail = match errors.len() {
            1 => "1 field is not valid".to_owned(),
            count => format!("{count} fields are not valid"),
        };
        ApiError { errors, ..ApiError::new(VALIDATION, detail) }
    }

    /// One thing at one place.
    pub fn at(problem: &'static Problem, pointer: &str, code: &'static str, detail: &str) -> ApiError {
        let error = Invalid { pointer: pointer.to_owned(), code, detail: detail.to_owned() };
        ApiError { errors: vec![error], ..ApiError::new(problem, detail) }
    }

    /// The answer, in the shape that the blueprint asks for.
    pub fn response(&self, shape: ErrorShape, request_id: &str) -> HttpResponse {
        let (kind, body) = match shape {
            ErrorShape::Problem => ("application/problem+json", self.problem(request_id)),
            ErrorShape::FastApi => ("application/json", fastapi::body(self)),
        };
        let response = HttpResponse::json(self.problem.status, body.to_string())
            .with(http::header::CONTENT_TYPE, kind)
            .with(http::header::CACHE_CONTROL, "no-store");
        self.headers.iter().fold(response, |response, (name, value)| response.with(name.clone(), value))
    }

    /// As a problem (RFC 9457).
    fn problem(&self, request_id: &str) -> Json {
        let mut body = json!({
            "type": format!("urn:supermaker:problem:{}", self.problem.code),
            "title": self.problem.title,
            "status": self.problem.status.as_u16(),
            "code": self.problem.code,
            "detail": self.detail,
        });
        if let Json::Object(object) = &mut body {
            if !self.errors.is_empty() {
                object.insert("errors".to_owned(), self.errors.iter().map(error_json).collect());
            }
            object.insert("request_id".to_owned(), Json::from(request_id));
        }
        body
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.problem.title, self.detail)
    }
}

impl std::error::Error for ApiError {}

fn error_json(error: &Invalid) -> Json {
    json!({ "pointer": error.pointer, "code": error.code, "detail": error.detail })
}

impl From<RequestError> for ApiError {
    fn from(error: RequestError) -> ApiError {
        match error {
            RequestError::Bad(bad) => bad.into(),
            RequestError::Invalid(errors) => ApiError::invalid(errors),
        }
    }
}

impl From<Bad> for ApiError {
    fn from(bad: Bad) -> ApiError {
        match bad.parameter {
            Some(name) => ApiError::new(BAD_PARAMETER, format!("`{name}` {}", bad.detail)),
            None => ApiError::new(BAD_REQUEST, bad.detail),
        }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> ApiError {
        match denied {
            Denied::SignIn => {
                ApiError::unauthorized(None, "sign in first: send `Authorization: Bearer <token>`").because("no_token")
            }
            Denied::Key => ApiError::new(FORBIDDEN, "the API key is not for this"),
            Denied::ForeignPath => ApiError::new(FOREIGN_PATH, "the user id in the path is not yours"),
        }
    }
}

impl From<PlanError> for ApiError {
    fn from(error: PlanError) -> ApiError {
        match error {
            PlanError::Forbidden => ApiError::new(FORBIDDEN, "your roles do not allow this"),
            PlanError::Key => Denied::Key.into(),
            PlanError::Cursor(bad) => bad.into(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        let retry = |problem, detail: &str, seconds: &str| {
            ApiError::new(problem, detail).with(http::header::RETRY_AFTER, seconds).logged(error.to_string())
        };
        match &error {
            StoreError::Full => retry(STORAGE_FULL, "the disk of the server is full; nothing was changed", "60"),
            StoreError::Outdated => {
                let detail = "the tables were brought to another blueprint than the one that is served here; nothing was changed";
                ApiError::new(UNAVAILABLE, detail).with(http::header::RETRY_AFTER, "5")
            }
            StoreError::TooLarge => {
                let detail =
                    "a row with all that it brings along is too long to answer: expand less, or ask for fewer rows";
                ApiError::new(BAD_REQUEST, detail)
            }
            StoreError::Broken { .. } => {
                ApiError::new(INTERNAL, "something went wrong in the server; nothing was changed")
                    .logged(error.to_string())
            }
            StoreError::Uncertain { .. } => {
                let detail = "the server lost its database while it saved this, and whether it was done is not known: send it \
                              again with the same `Idempotency-Key`, or look first";
                retry(UNAVAILABLE, detail, "1")
            }
            _ => retry(UNAVAILABLE, "the server cannot do this now; nothing was changed", "1"),
        }
    }
}
