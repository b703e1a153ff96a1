//! `GET /_/outbox`: the mail of a server that is being tried out. For who sits at its machine, and for nobody else.
//!
//! A proxy on the machine looks like somebody who sits there, and not every one adds a header that tells it. So the page asks
//! for a key as well: a new one for each process, which only who started it has read.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{ACCEPT, CACHE_CONTROL, HOST};
use http::{HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use work::{Column, Kind, Shape, Statement, Step};

use super::{EVENT, Mail, Outbox};
use crate::App;
use crate::error::ApiError;
use crate::forwarded;
use crate::http::{HttpRequest, HttpResponse};
use crate::pages;
use crate::request;

const MAX_MAILS: usize = 100;
const KEY: HeaderName = HeaderName::from_static("x-outbox-key");

/// Of the process and not of an app: a blueprint that is served anew must not make who reads mail look for another one.
static KEY_OF_PROCESS: LazyLock<String> = LazyLock::new(|| {
    let mut bytes = [0; 32];
    #[expect(clippy::expect_used, reason = "without a random number generator nothing here is safe")]
    getrandom::fill(&mut bytes).expect("the system's random number generator");
    URL_SAFE_NO_PAD.encode(bytes)
});

/// A row as it is read.
#[derive(Deserialize)]
struct Row {
    id: i64,
    at: String,
    payload: Sealed,
}

#[derive(Deserialize)]
struct Sealed {
    sealed: String,
}

/// Where the mails are, for who started the server.
pub(crate) fn path() -> String {
    format!("/_/outbox?key={}", *KEY_OF_PROCESS)
}

/// The newest mails, for those who may read them; for all others there are none.
///
/// # Errors
/// 404, or what the database has to say.
pub(crate) async fn answer<B>(app: &App, http: &HttpRequest<B>) -> Result<HttpResponse, ApiError> {
    let may = app.settings.is_for_trying() && forwarded::is_on_this_machine(app, http) && names_this_machine(http);
    if !may || !has_key(http) {
        return Err(ApiError::not_found());
    }
    let mails = app.auth.mails().await?;
    if wants_page(http.header(ACCEPT).unwrap_or_default()) {
        return Ok(pages::mailbox::answer(&app.blueprint, &mails));
    }
    Ok(HttpResponse::json(StatusCode::OK, json!({ "data": mails }).to_string()).with(CACHE_CONTROL, "no-store"))
}

/// Whether HTML is named, and JSON is not named as what is as good or better: as browsers do. `*/*` names nothing.
fn wants_page(accept: &str) -> bool {
    let quality = |kind: &str| {
        let mut ranges = accept.split(',').map(|range| range.split(';').map(str::trim));
        ranges.find_map(|mut range| {
            let is_it = range.next().is_some_and(|name| name.eq_ignore_ascii_case(kind));
            let said =
                range.find_map(|parameter| parameter.strip_prefix("q=").map(|text| text.parse::<f32>().unwrap_or(0.0)));
            is_it.then(|| said.unwrap_or(1.0))
        })
    };
    quality("text/html").is_some_and(|html| html > quality("application/json").unwrap_or(0.0))
}

/// In the header, or in the query for who opens the page. Compared by hash, so that the time it takes tells nothing of the key.
fn has_key<B>(http: &HttpRequest<B>) -> bool {
    let in_query = || {
        let parameters = request::parameters(http).ok()?;
        parameters.into_iter().find_map(|(name, text)| (name == "key").then_some(text))
    };
    let given = http.header(KEY).map(str::to_owned).or_else(in_query);
    given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(&*KEY_OF_PROCESS))
}

/// A page elsewhere can have its own name lead to this machine, and its visitors' browsers ask here: under that name.
fn names_this_machine<B>(http: &HttpRequest<B>) -> bool {
    let host = http.header(HOST).or_else(|| http.uri.authority().map(http::uri::Authority::as_str)).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

/// Reads them.
pub(crate) fn newest() -> Step {
    let sql = format!(
        "SELECT \"id\", \"at\", \"payload\" FROM \"_outbox\" WHERE \"event\" = '{EVENT}' ORDER BY \"id\" DESC LIMIT {}",
        MAX_MAILS + 1
    );
    let columns = [("id", Kind::Integer), ("at", Kind::DateTime), ("payload", Kind::Json)];
    let columns = columns.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
    Step::Page {
        statement: Statement::new(sql, Vec::new()),
        shape: Arc::new(Shape { columns, captured: Vec::new() }),
        limit: MAX_MAILS,
    }
}

impl Outbox {
    /// The rows as they are shown. Those of another `SECRET_KEY` cannot be.
    pub(crate) fn shown(&self, rows: &[u8]) -> Vec<Json> {
        let rows: Vec<Row> = serde_json::from_slice(rows).unwrap_or_default();
        let shown = rows.iter().filter_map(|row| {
            let Mail { to, subject, text } = self.open(&row.payload.sealed)?;
            Some(json!({ "id": row.id, "at": row.at, "to": to, "subject": subject, "text": text }))
        });
        shown.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::wants_page;

    #[test]
    fn a_browser_gets_a_page_and_a_program_json() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("text/html", true),
            ("Text/HTML; q=0.5", true),
            ("application/json;q=0.4, text/html;q=0.5", true),
            ("", false),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html", false),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0", false),
            ("text/html;q=x", false),
            ("text/htmlx", false),
        ] {
            assert_eq!(wants_page(accept), page, "{accept}");
        }
    }
}
