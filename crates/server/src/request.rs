//! What a request asks, in our words: query string, conditional headers and body, checked against the blueprint.

use blueprint::{ActionKind, Api, Blueprint, Entity, EntityIndex, FieldKind, IdKind, PutMeaning};
use http::{HeaderMap, Method};
use http_body_util::Full;
use hyper::body::Bytes;
use query::{
    Access, Bad, Body, IfMatch, Invalid, List, MAX_LIMIT, MAX_PROBLEMS, Parent, RecordId, Representation, Request,
    Values, Verb, View,
};
use serde_json::Value as Json;

use crate::body::{self, MediaTypes};
use crate::code::Takes;
use crate::conditional;
use crate::error::{ApiError, BAD_PARAMETER, BAD_REQUEST, VALIDATION};
use crate::exact;
use crate::http::HttpRequest;
use crate::route::{Operation, Route};
use crate::{App, SharedBody};

/// Takes in the body of a request, where it has one that counts.
///
/// # Errors
/// 413, 415, 408, or 400 where it broke off.
pub async fn receive<B>(app: &App, route: &Route, http: &mut HttpRequest<B>) -> Result<Vec<u8>, ApiError>
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let types = match route.operation {
        Operation::List | Operation::ListUnder(_) | Operation::Read(_) => return Ok(Vec::new()),
        Operation::Create | Operation::Replace(_) => Some(MediaTypes::Json),
        Operation::Update(_) => Some(MediaTypes::MergePatch),
        Operation::Delete(_) | Operation::Restore(_) | Operation::Act(..) | Operation::Call(..) => None,
    };
    body::read(&http.headers, &mut http.body, types, app.body_limits()).await
}

/// Parses a request whose body has been taken in.
///
/// # Errors
/// 400 or 422.
pub fn parse<B>(
    blueprint: &Blueprint,
    route: &Route,
    access: &Access,
    http: &HttpRequest<B>,
    body: Vec<u8>,
) -> Result<Request, ApiError> {
    let view = &View::of(blueprint.entity(route.entity), access);
    if route.verb != Verb::Read {
        no_parameters(http)?;
    }
    match &route.operation {
        Operation::List => list(blueprint, view, &parameters(http)?),
        Operation::ListUnder(parent) => {
            let list = List::parse(blueprint, view, &parameters(http)?)?;
            Ok(Request::List(List { parent: Some(parent.clone()), ..list }))
        }
        Operation::Read(id) => read(blueprint, view, id, &parameters(http)?),
        Operation::Create => create(view, &Sent::read(body)?),
        Operation::Update(id) => {
            let if_match = if_match(blueprint, http)?;
            change(view, id, Body::Update, &Sent::read(body)?, if_match)
        }
        Operation::Replace(id) => {
            let (meaning, if_match) = (meaning_of_put(&blueprint.api), if_match(blueprint, http)?);
            change(view, id, meaning, &Sent::read(body)?, if_match)
        }
        Operation::Delete(id) => Ok(Request::Delete { id: id.clone(), if_match: if_match(blueprint, http)? }),
        Operation::Restore(id) => {
            no_input(&body)?;
            Ok(Request::Restore { id: id.clone(), if_match: if_match(blueprint, http)?.if_given() })
        }
        Operation::Act(id, action) => {
            no_input(&body)?;
            Ok(Request::Act { id: id.clone(), action: *action, if_match: if_match(blueprint, http)? })
        }
        Operation::Call(id, action) => {
            no_input(&body)?;
            Ok(Request::Call { id: id.clone(), action: *action, if_match: if_match(blueprint, http)? })
        }
    }
}

/// The id of a new row, where the database does not make it.
pub fn new_id(entity: &Entity) -> Option<RecordId> {
    (entity.id == IdKind::Uuid).then(|| RecordId::Uuid(uuid::Uuid::now_v7().to_string()))
}

/// What the body of a `PUT` is.
pub fn meaning_of_put(api: &Api) -> Body {
    match api.put {
        PutMeaning::Replace => Body::Replace,
        PutMeaning::Update => Body::Update,
    }
}

/// Refuses a query string.
///
/// # Errors
/// 400 that names its first parameter.
pub fn no_parameters<B>(http: &HttpRequest<B>) -> Result<(), ApiError> {
    parameters(http)?.first().map_or(Ok(()), |(name, _)| Err(not_a_parameter(name)))
}

/// A page of rows, as the parameters ask.
///
/// # Errors
/// 400 that names the parameter.
pub fn list(blueprint: &Blueprint, view: &View, parameters: &[(String, String)]) -> Result<Request, ApiError> {
    Ok(Request::List(List::parse(blueprint, view, parameters)?))
}

/// One row, and what the parameters ask to be shown of it.
///
/// # Errors
/// 400 that names the parameter.
pub fn read(
    blueprint: &Blueprint,
    view: &View,
    id: &RecordId,
    parameters: &[(String, String)],
) -> Result<Request, ApiError> {
    let representation = Representation::parse(blueprint, view, parameters)?;
    Ok(Request::Read { id: id.clone(), representation })
}

/// A new row of this body.
///
/// # Errors
/// 422 with every problem.
pub fn create(view: &View, sent: &Sent) -> Result<Request, ApiError> {
    let values = values(view, Body::Create, sent)?;
    Ok(Request::Create { id: new_id(view.entity), values })
}

/// A change of a row by this body.
///
/// # Errors
/// 422 with every problem.
pub fn change(view: &View, id: &RecordId, meaning: Body, sent: &Sent, if_match: IfMatch) -> Result<Request, ApiError> {
    let changes = values(view, meaning, sent)?;
    Ok(Request::Update { id: id.clone(), changes, if_match })
}

/// What the code of an action changes by this body.
///
/// # Errors
/// 422 with every problem; 500 for an action that is no code.
pub fn perform(view: &View, id: &RecordId, action: usize, sent: &Sent, if_match: IfMatch) -> Result<Request, ApiError> {
    let known = view.entity.actions.get(action);
    if !known.is_some_and(|action| matches!(action.does, ActionKind::Call(_))) {
        let log = "only an action with `call` is what code makes of it; the blueprint says what others do";
        return Err(ApiError::internal(log));
    }
    let changes = values(view, Body::Update, sent)?;
    Ok(Request::Perform { id: id.clone(), action, changes, if_match })
}

/// A page of the rows of an entity that hang together with one of another, as the parameters ask.
///
/// # Errors
/// 400 that names the parameter; 500 where no one way leads from one to the other.
pub fn under(
    blueprint: &Blueprint,
    view: &View,
    (above, id): (EntityIndex, &RecordId),
    entity: EntityIndex,
    parameters: &[(String, String)],
) -> Result<Request, ApiError> {
    let mut children = query::children(blueprint, above).into_iter();
    let Some((_, way)) = children.find(|(child, _)| *child == entity) else {
        let log = format!("no one reference leads from {} to {}", view.entity.name, blueprint.entity(above).name);
        return Err(ApiError::internal(log));
    };
    let parent = Parent { entity: above, id: id.clone(), way };
    let list = List::parse(blueprint, view, parameters)?;
    Ok(Request::List(List { parent: Some(parent), ..list }))
}

/// Takes in the body where it is JSON or nothing, and refuses what a handler in code does not look at, as the blueprint's own
/// routes do. A body of JSON stays for the handler.
///
/// # Errors
/// 413, 415, 408, 400 or 422.
pub async fn refuse_what_is_not_taken(
    app: &App,
    takes: Takes,
    http: &mut HttpRequest<SharedBody>,
) -> Result<(), ApiError> {
    let mut body = Vec::new();
    if [Method::POST, Method::PATCH, Method::PUT].contains(&http.method) && (takes.json || !takes.body) {
        let types = takes.json.then(|| media_types(&http.method));
        body = body::read(&http.headers, &mut http.body, types, app.body_limits()).await?;
        if takes.json {
            http.body = SharedBody::new(Full::new(Bytes::from(std::mem::take(&mut body))));
        }
    }
    if !takes.parameters {
        no_parameters(http)?;
    }
    no_input(&body)
}

fn media_types(method: &Method) -> MediaTypes {
    if method == Method::PATCH { MediaTypes::MergePatch } else { MediaTypes::Json }
}

/// A body, and the text that it was read from: numbers in it may have more digits than a value keeps.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The body.
    pub json: Json,
    /// `None` where no text came in: code made it.
    pub text: Option<Vec<u8>>,
}

impl Sent {
    /// Parses a body, strictly.
    ///
    /// # Errors
    /// 400.
    pub fn read(text: Vec<u8>) -> Result<Sent, ApiError> {
        Ok(Sent { json: body::parse(&text)?, text: Some(text) })
    }
}

/// Takes in and parses the body of a request that code answers.
///
/// # Errors
/// 413, 415, 408 or 400, in this order.
pub async fn sent_of<B>(app: &App, method: &Method, headers: &HeaderMap, body: &mut B) -> Result<Sent, ApiError>
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    Sent::read(body::read(headers, body, Some(media_types(method)), app.body_limits()).await?)
}

fn values(view: &View, meaning: Body, sent: &Sent) -> Result<Values, ApiError> {
    let values = meaning.read(view, &sent.json).map_err(ApiError::invalid)?;
    let rounded = sent.text.as_ref().map(|text| rounded(view.entity, &sent.json, text, 1)).unwrap_or_default();
    if rounded.is_empty() { Ok(values) } else { Err(ApiError::invalid(rounded)) }
}

/// The numbers in `json` fields that would not come back as they were written, where the fields are so many steps deep.
pub fn rounded(entity: &Entity, json: &Json, text: &[u8], depth: usize) -> Vec<Invalid> {
    let kept = entity.fields.iter().filter(|field| matches!(field.kind, FieldKind::Json));
    let is_there = |column: &str| depth > 1 || json.get(column).is_some();
    let kept: Vec<_> = kept.filter(|field| is_there(&field.column)).map(|field| &field.column).collect();
    if kept.is_empty() {
        return Vec::new();
    }
    let is_kept = |key: &str| kept.iter().any(|column| *column == key);
    let detail = "has more digits than are kept: send it as a string";
    let found = exact::rounded(text, json, depth, is_kept, MAX_PROBLEMS);
    found.into_iter().map(|pointer| Invalid { pointer, code: "precision", detail: detail.to_owned() }).collect()
}

/// What takes no input, such as an action, refuses one. An empty object is what many clients send for that, so it counts as none.
fn no_input(body: &[u8]) -> Result<(), ApiError> {
    if body.is_empty() || body::parse(body)?.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(());
    }
    Err(ApiError::at(VALIDATION, "", "unknown", "this takes no input; send an empty body"))
}

fn not_a_parameter(name: &str) -> ApiError {
    Bad::parameter(name, "unknown", "is not a parameter of this path").into()
}

/// What is wrong with a parameter of a fixed path.
pub(crate) fn bad_parameter(name: &str, why: &str) -> ApiError {
    ApiError::new(BAD_PARAMETER, format!("`{name}` {why}"))
}

/// That each parameter of a fixed path is there once.
pub(crate) fn each_once(query: &[(String, String)]) -> Result<(), ApiError> {
    let is_again =
        |(place, (name, _)): &(usize, &(String, String))| query.iter().take(*place).any(|(before, _)| before == name);
    let again = query.iter().enumerate().find(is_again);
    again.map_or(Ok(()), |(_, (name, _))| Err(bad_parameter(name, "is there twice")))
}

/// How many rows a page of a fixed path is to have.
pub(crate) fn page_limit(text: &str) -> Result<usize, ApiError> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| bad_parameter("limit", &format!("must be a number from 1 to {MAX_LIMIT}")))
}

/// The query string, decoded. Text that does not decode is refused, not repaired.
///
/// # Errors
/// 400.
pub fn parameters<B>(http: &HttpRequest<B>) -> Result<Vec<(String, String)>, ApiError> {
    let Some(query) = http.uri.query().filter(|query| !query.is_empty()) else { return Ok(Vec::new()) };
    pairs(query).ok_or_else(|| ApiError::new(BAD_REQUEST, "the query string is not UTF-8 text"))
}

/// The names and values of a query string or a form (`application/x-www-form-urlencoded`); `None` if they are no text.
pub(crate) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?.into_owned();
        (!decoded.contains('\0')).then_some(decoded)
    };
    let pair = |term: &str| {
        let (name, text) = term.split_once('=').unwrap_or((term, ""));
        Some((decode(name)?, decode(text)?))
    };
    text.split('&').filter(|term| !term.is_empty()).map(pair).collect()
}

/// What the caller expects of the version.
///
/// # Errors
/// 400 where it names too many.
pub fn if_match<B>(blueprint: &Blueprint, http: &HttpRequest<B>) -> Result<IfMatch, ApiError> {
    conditional::if_match(&http.headers, blueprint.api.require_if_match)
}
