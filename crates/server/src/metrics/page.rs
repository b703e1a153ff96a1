//! `/metrics`: who may read it, and what it says.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use meter::{Kind, Text};
use sha2::{Digest, Sha256};
use store::Counters;

use super::Metrics;
use crate::App;
use crate::error::ApiError;
use crate::forwarded;
use crate::http::{HttpRequest, HttpResponse};
use crate::settings::Secret;

const CONTENT: &str = "text/plain; version=0.0.4; charset=utf-8";
const NANOS: f64 = 1e9;

/// The page, for those who may read it; for all others there is none.
///
/// # Errors
/// 404.
pub(crate) fn page<B>(app: &App, http: &HttpRequest<B>) -> Result<HttpResponse, ApiError> {
    let token = app.settings.metrics_token.as_ref();
    if !token.is_some_and(|token| is_named(token, http)) && !forwarded::is_on_this_machine(app, http) {
        return Err(ApiError::not_found());
    }
    let text = write(&app.metrics, &app.store.counters());
    Ok(HttpResponse { body: text.into(), ..HttpResponse::empty(StatusCode::OK) }
        .with(CONTENT_TYPE, CONTENT)
        .with(CACHE_CONTROL, "no-store"))
}

/// Compared by hash, so that the time it takes tells nothing of the token.
fn is_named<B>(token: &Secret, http: &HttpRequest<B>) -> bool {
    let given = http.authorization().and_then(|header| header.split_once(' '));
    given.is_some_and(|(scheme, given)| {
        scheme.eq_ignore_ascii_case("bearer") && Sha256::digest(given) == Sha256::digest(token.expose())
    })
}

fn write(metrics: &Metrics, store: &Counters) -> String {
    let mut text = Text::default();
    write_requests(&mut text, metrics);
    let tags = [
        ("supermaker_problems_total", "code", "Answers that were problems, by code.", &metrics.refusals.problems),
        ("supermaker_auth_failures_total", "reason", "Callers who were not let in, by reason.", &metrics.refusals.auth),
        ("supermaker_rate_limited_total", "limit", "Requests over a limit of rate, by limit.", &metrics.refusals.rate),
    ];
    for (name, label, help, tags) in tags {
        let mut family = text.family(name, Kind::Counter, help);
        tags.read().into_iter().for_each(|(tag, count)| family.sample(&[(label, tag)], count));
    }
    write_store(&mut text, store);
    text.finish()
}

fn write_requests(text: &mut Text, metrics: &Metrics) {
    let readings: Vec<_> = metrics.routes.read().collect();
    let help = "Requests that were answered.";
    let mut family = text.family("supermaker_http_requests_total", Kind::Counter, help);
    for of in &readings {
        for (class, count) in &of.classes {
            family.sample(&[("route", of.template), ("method", of.method), ("status", class)], *count);
        }
    }
    let help = "Time from a request's head to its answer.";
    let mut family = text.family("supermaker_http_request_duration_seconds", Kind::Histogram, help);
    for of in &readings {
        family.distribution(&[("route", of.template), ("method", of.method)], &of.nanos, NANOS);
    }
}

fn write_store(text: &mut Text, store: &Counters) {
    let numbers = [
        ("supermaker_store_waiting_writes", Kind::Gauge, "Writes that wait for the writer.", store.waiting_writes),
        ("supermaker_store_waiting_write_bytes", Kind::Gauge, "Bytes that they hold.", store.waiting_write_bytes),
        ("supermaker_store_waiting_scans", Kind::Gauge, "Lists that wait for a reader.", store.waiting_scans),
        ("supermaker_store_connections", Kind::Gauge, "Open connections to the database.", store.connections),
        ("supermaker_store_writes_total", Kind::Counter, "Writes that reached the disk.", store.writes),
        (
            "supermaker_store_checkpoints_total",
            Kind::Counter,
            "Times that the log was moved into the database.",
            store.checkpoints,
        ),
    ];
    for (name, kind, help, value) in numbers {
        text.single(name, kind, help, value);
    }
    let mut family = text.family("supermaker_store_commit_batch_size", Kind::Histogram, "Writes that shared a commit.");
    family.distribution(&[], &store.batches, 1.0);
    let mut family =
        text.family("supermaker_store_commit_seconds", Kind::Histogram, "Time that the disk took for a commit.");
    family.distribution(&[], &store.commit_nanos, NANOS);
}
