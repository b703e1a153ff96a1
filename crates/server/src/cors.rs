//! Browser front ends on other origins: those of `CORS_ORIGINS` and no others. No cookies are involved.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN,
};
use http::{HeaderMap, HeaderValue};

use crate::http::HttpResponse;
use crate::rates;

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
/// Whoever makes up others fills no log, and silences nobody who calls from elsewhere.
#[derive(Default)]
pub struct Refused(Mutex<VecDeque<Told>>);

/// A line of the log: which origin, by whom, and when.
struct Told {
    origin: String,
    network: IpAddr,
    at: Instant,
}

/// Lines in ten minutes.
const MOST: usize = 8;
const WINDOW: Duration = Duration::from_secs(10 * 60);
/// How many of them one caller can make in an hour.
const MOST_OF_ONE: usize = 4;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// How long an origin is not told of again, unless more than so many came meanwhile.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const REMEMBERED: usize = 256;
const MAX_ORIGIN_BYTES: usize = 300;

impl Refused {
    /// Says so in the log, once a day for each origin.
    pub fn note(&self, headers: &HeaderMap, ip: IpAddr) {
        let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
        if let Some(origin) = origin.filter(|origin| self.is_to_be_told(origin, rates::network(ip), Instant::now())) {
            tracing::warn!(origin, "pages of this origin may not call the API: CORS_ORIGINS does not name it");
        }
    }

    fn is_to_be_told(&self, origin: &str, network: IpAddr, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = |line: &Told| now.saturating_duration_since(line.at);
        // They stand in the order of time.
        while told.front().is_some_and(|line| since(line) >= DAY || told.len() > REMEMBERED) {
            told.pop_front();
        }
        let of_all = told.iter().filter(|line| since(line) < WINDOW).count();
        let of_one = told.iter().filter(|line| line.network == network && since(line) < HOUR).count();
        let is_new = origin.len() <= MAX_ORIGIN_BYTES && told.iter().all(|line| line.origin != origin);
        let is_told = is_new && of_all < MOST && of_one < MOST_OF_ONE;
        if is_told {
            told.push_back(Told { origin: origin.to_owned(), network, at: now });
        }
        is_told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn each_origin_is_told_once_a_day() {
        let (refused, now) = (Refused::default(), Instant::now());
        let told = |after| refused.is_to_be_told("http://localhost:5173", ip(1), now + after);
        assert!(told(Duration::ZERO));
        assert!(!told(Duration::ZERO) && !told(DAY - WINDOW));
        assert!(told(DAY));
        assert!(!refused.is_to_be_told(&"x".repeat(MAX_ORIGIN_BYTES + 1), ip(1), now));
    }

    #[test]
    fn who_makes_up_origins_silences_nobody_else() {
        let (refused, now) = (Refused::default(), Instant::now());
        let flood = |last, at| {
            let made_up =
                |number: &u32| refused.is_to_be_told(&format!("https://{last}-{number}.example"), ip(last), at);
            (0..1000).filter(made_up).count()
        };
        assert_eq!(flood(66, now), MOST_OF_ONE);
        assert!(refused.is_to_be_told("https://app.example.com", ip(1), now));
        assert_eq!(flood(66, now + WINDOW), 0, "it has had its lines of this hour");
        assert_eq!(flood(66, now + HOUR), MOST_OF_ONE);
    }

    #[test]
    fn a_flood_from_everywhere_fills_neither_the_log_nor_the_memory_and_ends() {
        let (refused, now) = (Refused::default(), Instant::now());
        for turn in 0..100 {
            let at = now + WINDOW * turn;
            let one = |last: &u8| refused.is_to_be_told(&format!("https://{turn}-{last}.example"), ip(*last), at);
            assert_eq!((0..=255).filter(one).count(), MOST, "{turn}");
        }
        assert!(refused.0.lock().unwrap().len() <= REMEMBERED + 1);
        let other = [198, 51, 100, 1].into();
        assert!(refused.is_to_be_told("https://app.example.com", other, now + WINDOW * 100), "it is over");
    }
}
