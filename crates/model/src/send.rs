//! The one request that asking a model makes: to the URL of the settings and nowhere else, within a time and a size.
//!
//! No redirects, because where they lead would be for whoever answers to say; no proxy of the environment, because nobody
//! who sets one for a browser means this.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::failure::{Failure, shortened};
use crate::provider::{Question, Usage, complaint};
use crate::settings::Settings;

/// No proposal is longer.
const MAX_BYTES: u64 = 1024 * 1024;

/// The model's words.
///
/// # Errors
/// Why there are none. What was counted is told either way.
pub(crate) fn ask(settings: &Settings, question: &Question<'_>, until: Instant) -> (Usage, Result<String, Failure>) {
    match post(settings, question, until) {
        Ok(answer) => settings.provider.text(settings, &answer),
        Err(failure) => (Usage::default(), Err(failure)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks a language model")]
fn post(settings: &Settings, question: &Question<'_>, until: Instant) -> Result<Value, Failure> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Failure::TimedOut(settings.timeout));
    }
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(left))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .user_agent("supermaker");
    let agent: ureq::Agent = config.build().new_agent();
    let mut request = agent.post(settings.url.clone()).header("accept", "application/json");
    for (name, value) in settings.provider.headers(settings) {
        request = request.header(name, value);
    }
    let body = settings.provider.body(settings, question).to_string();
    let sent = request.header("content-type", "application/json").send(body.as_bytes());
    let mut answer = sent.map_err(|error| failure(&error, settings))?;
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let kind = header("content-type").map(|kind| settings.redact(&kind));
    let (status, wait) = (answer.status().as_u16(), header("retry-after"));
    if matches!(status, 300..=399) {
        return Err(Failure::Redirected(status));
    }
    let bytes = answer.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
    let bytes = bytes.map_err(|error| failure(&error, settings))?;
    let mut json = serde_json::from_slice::<Value>(&bytes);
    // Before anything is shortened: a key that is cut in the middle is found no more.
    if let Ok(json) = &mut json {
        settings.redact_all(json);
    }
    match status {
        200 => json.map_err(|_| Failure::Foreign(what(&bytes, kind.as_deref()))),
        401 | 403 => Err(Failure::Unauthorized(status)),
        // 529 is Anthropic's word for overloaded.
        429 | 500 | 502 | 503 | 504 | 529 => Err(Failure::Busy { status, wait: wait.and_then(|wait| seconds(&wait)) }),
        _ => Err(Failure::Refused { status, why: json.map(|json| complaint(&json)).unwrap_or_default() }),
    }
}

fn failure(error: &ureq::Error, settings: &Settings) -> Failure {
    match error {
        ureq::Error::Timeout(_) => Failure::TimedOut(settings.timeout),
        ureq::Error::BodyExceedsLimit(most) => Failure::TooLong(*most),
        error => Failure::Unreachable(shortened(&settings.redact(&error.to_string()))),
    }
}

/// What an answer is that is no JSON.
fn what(bytes: &[u8], kind: Option<&str>) -> String {
    let text = String::from_utf8_lossy(bytes.get(..64).unwrap_or(bytes)).trim_start().to_lowercase();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        "empty".to_owned()
    } else if text.starts_with("<!doctype") || text.starts_with("<html") {
        "a web page".to_owned()
    } else {
        format!("no JSON ({})", shortened(kind.unwrap_or("of no type")))
    }
}

/// `Retry-After` in seconds, RFC 9110 §10.2.3. A date is as good as none: clocks differ.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse::<u64>().ok().map(Duration::from_secs)
}
