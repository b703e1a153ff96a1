//! What a request asks, in our words: query string, conditional headers and body, checked against the blueprint.

use blueprint::{IdKind, PutMeaning};
use http::header::IF_MATCH;
use query::{Access, Bad, Body, IfMatch, List, RecordId, Representation, Request, View};

use crate::App;
use crate::body::{self, MediaTypes};
use crate::error::{ApiError, BAD_REQUEST, VALIDATION};
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
            let id = (entity.id == IdKind::Uuid).then(|| RecordId::Uuid(uuid::Uuid::now_v7().to_string()));
            Ok(Request::Create { id, values })
        }
        Operation::Update(id) => update(app, view, http, id, Body::Update).await,
        Operation::Replace(id) => {
            let meaning = match app.blueprint.api.put {
                PutMeaning::Replace => Body::Replace,
                PutMeaning::Update => Body::Update,
            };
            update(app, view, http, id, meaning).await
        }
        Operation::Delete(id) => {
            no_parameters(http)?;
            Ok(Request::Delete { id: id.clone(), if_match: if_match(app, http) })
        }
        Operation::Restore(id) => {
            no_parameters(http)?;
            empty_body(app, http).await?;
            // Nobody can read the version of a row in the trash, so none is demanded.
            let if_match = match if_match(app, http) {
                IfMatch::Missing => IfMatch::Absent,
                given => given,
            };
            Ok(Request::Restore { id: id.clone(), if_match })
        }
        Operation::Act(id, action) => {
            no_parameters(http)?;
            empty_body(app, http).await?;
            Ok(Request::Act { id: id.clone(), action: *action, if_match: if_match(app, http) })
        }
        Operation::Call(id, action) => {
            no_parameters(http)?;
            empty_body(app, http).await?;
            Ok(Request::Call { id: id.clone(), action: *action, if_match: if_match(app, http) })
        }
    }
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
    let changes = values(app, view, http, meaning).await?;
    Ok(Request::Update { id: id.clone(), changes, if_match: if_match(app, http) })
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
    let json = body::read_json(&http.headers, &mut http.body, types, app.body_limits()).await?;
    meaning.read(view, &json).map_err(ApiError::invalid)
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

fn no_parameters<B>(http: &HttpRequest<B>) -> Result<(), ApiError> {
    parameters(http)?.first().map_or(Ok(()), |(name, _)| Err(not_a_parameter(name)))
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

fn if_match<B>(app: &App, http: &HttpRequest<B>) -> IfMatch {
    let Some(value) = http.headers.get(IF_MATCH) else {
        return if app.blueprint.api.require_if_match { IfMatch::Missing } else { IfMatch::Absent };
    };
    match value.to_str().map(str::trim) {
        Ok("*") => IfMatch::Any,
        Ok(text) => version(text).map_or(IfMatch::Never, IfMatch::Version),
        Err(_) => IfMatch::Never,
    }
}

/// `"7"` is version 7. Weak tags never match here (RFC 9110 §13.1.1).
fn version(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    let plain = !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
