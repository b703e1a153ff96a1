//! A request that is explained: as it would be sent, and what the audit keeps of it.

use blueprint::Blueprint;
use http::header::IF_MATCH;
use http::{HeaderMap, HeaderValue, Method, Uri};
use query::Actor;

use super::{Asked, REQUEST_ID};
use crate::auth::as_whom::REDACTED;
use crate::auth::users::UserError;
use crate::http::HttpRequest;
use crate::route::{self, Addressed, Operation};
use crate::trace::Stages;

/// It as it would come to a server, from this machine.
pub(super) fn http(blueprint: &Blueprint, asked: &Asked, actor: &Actor) -> Result<HttpRequest<()>, UserError> {
    let prefix = &blueprint.api.prefix;
    let below = asked.path.strip_prefix(prefix.as_str()).filter(|_| !prefix.is_empty());
    let path = match (below, actor) {
        (Some(rest), _) if rest.starts_with('/') => asked.path.clone(),
        // The path of his own rows is what he would send.
        (_, Actor::User(user)) if blueprint.api.user_path => format!("{prefix}/{}{}", user.id, asked.path),
        _ => format!("{prefix}{}", asked.path),
    };
    let uri: Uri = path.parse().map_err(|_| UserError::Failed(format!("`{path}` is no path")))?;
    let mut headers = HeaderMap::new();
    if let Some(text) = &asked.if_match {
        let value = HeaderValue::from_str(text);
        headers.insert(IF_MATCH, value.map_err(|_| UserError::Failed(format!("`{text}` is no If-Match")))?);
    } else if changes_a_row(blueprint, &asked.method, uri.path()) {
        // Whatever version the row has.
        headers.insert(IF_MATCH, HeaderValue::from_static("*"));
    }
    let (method, stages) = (asked.method.clone(), Stages::default());
    let ip = std::net::Ipv4Addr::LOCALHOST.into();
    Ok(HttpRequest { method, uri, headers, body: (), ip, request_id: REQUEST_ID.to_owned(), stages })
}

fn changes_a_row(blueprint: &Blueprint, method: &Method, path: &str) -> bool {
    let Ok(Addressed::Rows(route)) = route::find(blueprint, method, path) else { return false };
    matches!(
        route.operation,
        Operation::Update(_) | Operation::Replace(_) | Operation::Delete(_) | Operation::Act(..) | Operation::Call(..)
    )
}

/// Parameters whose values are words of ours. All others may hold what a row holds, and with it what is sensitive.
const WORDS: [&str; 5] = ["limit", "sort", "fields", "expand", "count"];

/// What the audit keeps of a request.
pub(super) fn kept(method: &Method, uri: &Uri) -> String {
    let terms = uri.query().into_iter().flat_map(|query| query.split('&'));
    let terms = terms.map(|term| match term.split_once('=') {
        Some((name, _)) if WORDS.contains(&name) => term.to_owned(),
        Some((name, _)) => format!("{name}={REDACTED}"),
        // Without a sign it is all name, or all value.
        None => REDACTED.to_owned(),
    });
    let terms: Vec<String> = terms.collect();
    let joint = if terms.is_empty() { "" } else { "?" };
    format!("{method} {}{joint}{}", uri.path(), terms.join("&"))
}
