//! What a request asks, in our words: query string, conditional headers and body, checked against the blueprint.

use blueprint::{Api, Entity, FieldKind, IdKind, PutMeaning};
use query::{Access, Bad, Body, IfMatch, Invalid, List, MAX_PROBLEMS, RecordId, Representation, Request, View};
use serde_json::Value as Json;

use crate::App;
use crate::body::{self, MediaTypes};
use crate::conditional;
use crate::error::{ApiError, BAD_REQUEST, VALIDATION};
use crate::exact;
use crate::http::HttpRequest;
use crate::route::{Operation, Route};

/// Parses a request.
///
/// # Errors
/// 415, 413, 408, 400 or 422.
pub async fn parse<B>(app: &App, route: &Route, access: &Access, http: &mut HttpRequest<B>) -> Result<Request, ApiError>
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let view = &View::of(app.blueprint.entity(route.entity), access);
    let entity = view.entity;
    match &route.operation {
        Operation::List => Ok(Request::List(List::parse(&app.blueprint, view, &parameters(http)?)?)),
        Operation::ListUnder(parent) => {
            let list = List::parse(&app.blueprint, view, &parameters(http)?)?;
            Ok(Request::List(List { parent: Some(parent.clone()), ..list }))
        }
        Operation::Read(id) => {
            let representation = Representation::parse(&app.blueprint, view, &parameters(http)?)?;
            Ok(Request::Read { id: id.clone(), representation })
        }
        Operation::Create => {
            no_parameters(http)?;
            let values = values(app, view, http, Body::Create).await?;
            Ok(Request::Create { id: new_id(entity), values })
        }
        Operation::Update(id) => update(app, view, http, id, Body::Update).await,
        Operation::Replace(id) => update(app, view, http, id, meaning_of_put(&app.blueprint.api)).await,
        Operation::Delete(id) => {
            no_parameters(http)?;
            Ok(Request::Delete { id: id.clone(), if_match: if_match(app, http)? })
        }
        Operation::Restore(id) => {
            no_parameters(http)?;
            empty_body(app, http).await?;
            // Nobody can read the version of a row in the trash, so none is demanded.
            let if_match = match if_match(app, http)? {
                IfMatch::Missing => IfMatch::Absent,
                given => given,
            };
            Ok(Request::Restore { id: id.clone(), if_match })
        }
        Operation::Act(id, action) => {
            no_parameters(http)?;
            empty_body(app, http).await?;
            Ok(Request::Act { id: id.clone(), action: *action, if_match: if_match(app, http)? })
        }
        Operation::Call(id, action) => {
            no_parameters(http)?;
            empty_body(app, http).await?;
            Ok(Request::Call { id: id.clone(), action: *action, if_match: if_match(app, http)? })
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

async fn update<B>(
    app: &App,
    view: &View<'_>,
    http: &mut HttpRequest<B>,
    id: &RecordId,
    meaning: Body,
) -> Result<Request, ApiError>
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    no_parameters(http)?;
    let if_match = if_match(app, http)?;
    let changes = values(app, view, http, meaning).await?;
    Ok(Request::Update { id: id.clone(), changes, if_match })
}

async fn values<B>(
    app: &App,
    view: &View<'_>,
    http: &mut HttpRequest<B>,
    meaning: Body,
) -> Result<query::Values, ApiError>
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let types = if http.method == http::Method::PATCH { MediaTypes::MergePatch } else { MediaTypes::Json };
    let (json, text) = body::read_json_and_text(&http.headers, &mut http.body, types, app.body_limits()).await?;
    let values = meaning.read(view, &json).map_err(ApiError::invalid)?;
    let rounded = rounded(view.entity, &json, &text, 1);
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
    let is_kept = |pointer: &String| kept.iter().any(|column| pointer.split('/').nth(depth) == Some(column));
    let detail = "has more digits than are kept: send it as a string";
    let found = exact::rounded(text, json).into_iter().filter(is_kept).take(MAX_PROBLEMS);
    found.map(|pointer| Invalid { pointer, code: "precision", detail: detail.to_owned() }).collect()
}

/// An action takes no input. An empty object is what many clients send for that, so it counts as none.
async fn empty_body<B>(app: &App, http: &mut HttpRequest<B>) -> Result<(), ApiError>
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let bytes = body::read(&http.headers, &mut http.body, app.body_limits()).await?;
    if bytes.is_empty() || body::parse(&bytes)?.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(());
    }
    Err(ApiError::at(VALIDATION, "", "unknown", "this takes no input; send an empty body"))
}

fn not_a_parameter(name: &str) -> ApiError {
    Bad::parameter(name, "unknown", "is not a parameter of this path").into()
}

/// The query string, decoded. Text that does not decode is refused, not repaired.
fn parameters<B>(http: &HttpRequest<B>) -> Result<Vec<(String, String)>, ApiError> {
    let Some(query) = http.uri.query().filter(|query| !query.is_empty()) else { return Ok(Vec::new()) };
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?.into_owned();
        (!decoded.contains('\0')).then_some(decoded)
    };
    let pair = |term: &str| {
        let (name, text) = term.split_once('=').unwrap_or((term, ""));
        Some((decode(name)?, decode(text)?))
    };
    let pairs: Option<Vec<_>> = query.split('&').filter(|term| !term.is_empty()).map(pair).collect();
    pairs.ok_or_else(|| ApiError::new(BAD_REQUEST, "the query string is not UTF-8 text"))
}

fn if_match<B>(app: &App, http: &HttpRequest<B>) -> Result<IfMatch, ApiError> {
    conditional::if_match(&http.headers, app.blueprint.api.require_if_match)
}
