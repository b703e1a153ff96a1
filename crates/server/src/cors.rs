//! Browser front ends on other origins: those of `CORS_ORIGINS` and no others. No cookies are involved.

use std::sync::{Mutex, PoisonError};

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN,
};
use http::{HeaderMap, HeaderValue};

use crate::http::HttpResponse;

const METHODS: &str = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS";
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent, tracestate, X-API-Key, X-Request-Id";
const RESPONSE_HEADERS: &str = "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id";
/// A day: browsers cap it lower by themselves.
const MAX_AGE_SECONDS: &str = "86400";

/// The caller's origin, if it is an allowed one.
pub fn allowed<'a>(origins: &[String], headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then_some(origin)
}

/// Adds what a browser wants to see before it hands the answer to the page (Fetch standard, "CORS protocol").
pub fn permit(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
}

/// The answer to a preflight, but for the origin, which every answer gets.
pub fn preflight(response: HttpResponse) -> HttpResponse {
    response
        .with(ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .with(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
        .with(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS)
}

/// Origins whose pages asked whether they may call, and may not: the browser tells their makers little, so the log tells the operator.
#[derive(Default)]
pub struct Refused(Mutex<Vec<String>>);

/// Origins that are told of. Whoever makes up more of them fills no log.
const MOST: usize = 8;

impl Refused {
    /// Says so in the log, once for each origin.
    pub fn note(&self, headers: &HeaderMap) {
        let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
        if let Some(origin) = origin.filter(|origin| self.is_new(origin)) {
            tracing::warn!(origin, "pages of this origin may not call the API: CORS_ORIGINS does not name it");
        }
    }

    fn is_new(&self, origin: &str) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = told.len() < MOST && origin.len() <= 300 && told.iter().all(|one| one != origin);
        if is_new {
            told.push(origin.to_owned());
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_origin_is_told_once_and_a_flood_of_them_is_not() {
        let refused = Refused::default();
        assert!(refused.is_new("http://localhost:5173"));
        assert!(!refused.is_new("http://localhost:5173"));
        assert!(!refused.is_new(&"x".repeat(301)));
        let told = (0..100).filter(|number| refused.is_new(&format!("https://{number}.example.com"))).count();
        assert_eq!(told, MOST - 1);
    }
}
