//! What came of a plan, as HTTP: status, headers, body. Refusals become errors here.

use blueprint::{Blueprint, Entity};
use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, LINK, LOCATION};
use http::{HeaderMap, StatusCode, Uri};
use query::{IfMatch, Plan, Request};
use work::{Answer, Outcome, Refusal, Value};

use crate::App;
use crate::error::{
    ApiError, FORBIDDEN, NOT_IMPLEMENTED, PRECONDITION_FAILED, PRECONDITION_REQUIRED, REFERENCE, STATE, UNIQUE,
};
use crate::http::HttpResponse;
use crate::idempotency::{self, REPLAYED};
use crate::once;
use crate::route::Operation;

/// The parts of the request's head that an answer depends on.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// Path and query.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// Renders the answer.
///
/// # Errors
/// What a refusal means for this plan.
pub fn render(app: &App, plan: &Plan, head: Head<'_>, outcome: Outcome) -> Result<HttpResponse, ApiError> {
    let answer = match outcome {
        Outcome::Done(Answer { head: Some(kept), body, .. }) => return once::whole(&kept, body),
        Outcome::Done(answer) => answer,
        Outcome::Refused(refusal) => return Err(refused(&app.blueprint, plan, refusal)),
    };
    let replayed = answer.replayed;
    let response = done(app, plan, head, answer)?;
    Ok(if replayed { response.with(REPLAYED, "true") } else { response })
}

fn done(app: &App, plan: &Plan, head: Head<'_>, answer: Answer) -> Result<HttpResponse, ApiError> {
    let entity = app.blueprint.entity(plan.entity());
    match plan.request() {
        Request::List(list) => {
            let sensitive = list.representation.is_sensitive(&app.blueprint, entity);
            Ok(page(app, plan, head, answer).with(CACHE_CONTROL, cache(sensitive)))
        }
        Request::Read { representation, .. } => {
            let sight = || plan.sight(&app.blueprint, &answer.body);
            let etag = representation.is_plain().then(|| etag(&answer, sight())).transpose()?;
            let sensitive = representation.is_sensitive(&app.blueprint, entity);
            Ok(row(head, answer, etag).with(CACHE_CONTROL, cache(sensitive)))
        }
        Request::Create { .. } => {
            let sight = plan.sight(&app.blueprint, &answer.body);
            created(head.uri, answer, sight)
        }
        Request::Update { .. } | Request::Perform { .. } | Request::Act { .. } | Request::Restore { .. } => {
            let sight = plan.sight(&app.blueprint, &answer.body);
            changed(answer, sight)
        }
        Request::Call { .. } => {
            Err(ApiError::new(NOT_IMPLEMENTED, "this is done by code of the app, which is not here"))
        }
        Request::Delete { .. } => Ok(gone()),
    }
}

/// What was answered to a write of the blueprint's own route, once more.
///
/// # Errors
/// 500 for what no such write answers.
pub fn given_again(operation: &Operation, uri: &Uri, answer: Answer) -> Result<HttpResponse, ApiError> {
    let response = match operation {
        Operation::Create => created(uri, answer, None)?,
        Operation::Update(_) | Operation::Replace(_) | Operation::Act(..) | Operation::Restore(_) => {
            changed(answer, None)?
        }
        Operation::Delete(_) => gone(),
        Operation::List | Operation::ListUnder(_) | Operation::Read(_) | Operation::Call(..) => {
            return Err(broken("an answer was kept of what writes nothing"));
        }
    };
    Ok(response.with(REPLAYED, "true"))
}

fn created(uri: &Uri, answer: Answer, sight: Option<String>) -> Result<HttpResponse, ApiError> {
    let (id, etag) = (id(&answer)?, etag(&answer, sight)?);
    let response = HttpResponse::json(StatusCode::CREATED, answer.body);
    let location = format!("{}/{id}", uri.path());
    Ok(response.with(LOCATION, location).with(ETAG, etag).with(CACHE_CONTROL, "no-store"))
}

fn changed(answer: Answer, sight: Option<String>) -> Result<HttpResponse, ApiError> {
    let etag = etag(&answer, sight)?;
    Ok(HttpResponse::json(StatusCode::OK, answer.body).with(ETAG, etag).with(CACHE_CONTROL, "no-store"))
}

fn gone() -> HttpResponse {
    HttpResponse::empty(StatusCode::NO_CONTENT).with(CACHE_CONTROL, "no-store")
}

/// What a client may keep: nothing that is sensitive, anything else only to ask whether it still holds.
fn cache(sensitive: bool) -> &'static str {
    if sensitive { "no-store" } else { "private, no-cache" }
}

fn row(head: Head<'_>, answer: Answer, etag: Option<String>) -> HttpResponse {
    let Some(etag) = etag else { return HttpResponse::json(StatusCode::OK, answer.body) };
    let response = if matches_none(head.headers, &etag) {
        HttpResponse::empty(StatusCode::NOT_MODIFIED)
    } else {
        HttpResponse::json(StatusCode::OK, answer.body)
    };
    response.with(ETAG, etag)
}

/// Whether the caller has this version already (RFC 9110 §13.1.2, which compares weakly).
pub fn matches_none(headers: &HeaderMap, etag: &str) -> bool {
    let texts = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn page(app: &App, plan: &Plan, head: Head<'_>, answer: Answer) -> HttpResponse {
    let cursor = answer.more.then(|| plan.next_cursor(&app.blueprint, &answer.captured, &app.cursor_key)).flatten();
    let mut body = Vec::with_capacity(answer.body.len() + 96);
    body.extend_from_slice(b"{\"data\":");
    body.extend_from_slice(&answer.body);
    body.extend_from_slice(b",\"next_cursor\":");
    match &cursor {
        // A cursor is base64url and needs no escaping.
        Some(cursor) => body.extend_from_slice(format!("\"{cursor}\"").as_bytes()),
        None => body.extend_from_slice(b"null"),
    }
    body.extend_from_slice(if answer.more { b",\"has_more\":true" } else { b",\"has_more\":false" });
    if let Some(total) = answer.count {
        body.extend_from_slice(format!(",\"total\":{total}").as_bytes());
    }
    body.push(b'}');
    let response = HttpResponse::json(StatusCode::OK, body);
    match cursor {
        Some(cursor) => response.with(LINK, format!("<{}>; rel=\"next\"", next(head.uri, &cursor))),
        None => response,
    }
}

/// The same list from this cursor on.
fn next(uri: &Uri, cursor: &str) -> String {
    let terms = uri.query().unwrap_or_default().split('&');
    let kept: String =
        terms.filter(|term| !term.is_empty() && !is_cursor(term)).map(|term| format!("{term}&")).collect();
    format!("{}?{kept}cursor={cursor}", uri.path())
}

/// Whether a term of a query string is the cursor, however its name is encoded.
fn is_cursor(term: &str) -> bool {
    let name = term.split('=').next().unwrap_or_default();
    percent_encoding::percent_decode_str(name).eq(*b"cursor")
}

/// The captured version of a row, as a strong tag; with what the caller is shown of it, where that is not all.
fn etag(answer: &Answer, sight: Option<String>) -> Result<String, ApiError> {
    let version = answer.captured.first().and_then(Value::as_integer);
    let version = version.ok_or_else(|| broken("a row without a version"))?;
    Ok(match sight {
        None => format!("\"{version}\""),
        Some(sight) => format!("\"{version}-{sight}\""),
    })
}

/// The captured id of a row.
fn id(answer: &Answer) -> Result<String, ApiError> {
    match answer.captured.get(1) {
        Some(Value::Integer(id)) => Ok(id.to_string()),
        Some(Value::Uuid(id)) => Ok(id.clone()),
        _ => Err(broken("a row without an id")),
    }
}

fn broken(log: &str) -> ApiError {
    ApiError::internal(log)
}

/// What a refusal means for a plan.
pub fn refused(blueprint: &Blueprint, plan: &Plan, refusal: Refusal) -> ApiError {
    let entity = blueprint.entity(plan.entity());
    match refusal {
        Refusal::NotFound => ApiError::not_found(),
        Refusal::Forbidden => ApiError::new(FORBIDDEN, "you may see this but not do that with it"),
        Refusal::Stale if expected(plan.request()) == Some(&IfMatch::Missing) => {
            ApiError::new(PRECONDITION_REQUIRED, "send the ETag that you last read as `If-Match`")
        }
        Refusal::Stale => ApiError::new(PRECONDITION_FAILED, "it was changed since you read it; read it again"),
        Refusal::Reference { pointer } => {
            let detail = format!("`{}` leads to nothing that you can see", pointer.trim_start_matches('/'));
            ApiError::at(REFERENCE, &pointer, "reference", &detail)
        }
        Refusal::Referred => ApiError::new(REFERENCE, "other rows still refer to this one"),
        Refusal::Unique { index } => taken(blueprint, entity, &index),
        Refusal::KeyReused | Refusal::RightsChanged => {
            idempotency::refused(&refusal).unwrap_or_else(ApiError::not_found)
        }
        Refusal::State => ApiError::new(STATE, "its present state does not allow this"),
    }
}

fn expected(request: &Request) -> Option<&IfMatch> {
    match request {
        Request::Update { if_match, .. }
        | Request::Delete { if_match, .. }
        | Request::Restore { if_match, .. }
        | Request::Call { if_match, .. }
        | Request::Perform { if_match, .. }
        | Request::Act { if_match, .. } => Some(if_match),
        _ => None,
    }
}

/// Names the field, never the row that has the value already.
fn taken(blueprint: &Blueprint, entity: &Entity, index: &str) -> ApiError {
    if let Some(column) = unique_column(entity, index) {
        return ApiError::at(UNIQUE, &format!("/{column}"), "unique", "is already taken");
    }
    // A row that comes back from the trash brings others along.
    let elsewhere = blueprint.entities.iter().find_map(|other| Some((other, unique_column(other, index)?)));
    match elsewhere {
        Some((other, column)) => {
            let detail = format!("`{column}` of a {} that would come back with it is already taken", other.name);
            ApiError::at(UNIQUE, "", "unique", &detail)
        }
        None => ApiError::new(UNIQUE, "is already taken").logged(format!("no field belongs to the index {index}")),
    }
}

fn unique_column<'e>(entity: &'e Entity, index: &str) -> Option<&'e str> {
    let mut columns = entity.fields.iter().map(|field| field.column.as_str());
    columns.find(|column| schema::unique_index_name(&entity.plural, column) == index)
}
