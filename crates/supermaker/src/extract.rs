//! What a handler may take besides rows and ids: the body, the query string of a list or of one row, the caller.
//!
//! Who asks has been found, and the route's rule been asked, before any of these runs.

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::Extensions;
use http::header::{CACHE_CONTROL, HeaderValue};
use http::request::Parts;
use query::{Actor, RecordId, User};
use serde::Serialize;
use server::error::ApiError;
use server::{Ask, Sent, Visit};

use crate::records::entity;
use crate::{Error, Input, Problems, Record, Result};

/// A body of JSON, read strictly: the right media type, not too long, no key twice, not too deep; then every problem of its
/// values at once, null apart from absent; and only then decoded. As an answer: 200 with JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// The query string of a list of `T`: `limit`, `cursor`, `sort`, filters. Code may narrow it further.
pub struct Query<T> {
    pub(crate) parameters: Vec<(String, String)>,
    of: PhantomData<fn() -> T>,
}

/// What the query string asks to be shown of one `T`.
pub struct Fields<T> {
    pub(crate) parameters: Vec<(String, String)>,
    of: PhantomData<fn() -> T>,
}

/// The user who asks; a stranger is answered with 401.
#[derive(Debug, Clone)]
pub struct Caller(pub User);

impl<T: Record> Query<T> {
    /// All rows, first page.
    pub fn new() -> Query<T> {
        Query { parameters: Vec::new(), of: PhantomData }
    }

    /// The same with one more parameter, in the words of the API: `.with("completed", "false")`.
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Query<T> {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), text.into()));
        self
    }
}

impl<T: Record> Default for Query<T> {
    fn default() -> Query<T> {
        Query::new()
    }
}

impl<T: Input, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>> {
        let visit = visit(request.extensions())?;
        let sent = visit.json().await?;
        let decoded = match T::BODY.of() {
            Some((entity, meaning)) => {
                check(visit, entity, meaning, &sent)?;
                serde_json::from_value(sent.json).map_err(|error| {
                    Error::internal(format!(
                        "the model of a body of `{entity}` does not go with the blueprint: {error}"
                    ))
                })?
            }
            None => serde_path_to_error::deserialize(sent.json).map_err(|error| not_decoded(&error))?,
        };
        let json = checked(decoded)?;
        visit.enter().await?;
        Ok(Json(json))
    }
}

fn checked<T: Input>(input: T) -> Result<T> {
    let mut problems = Problems::default();
    input.check(&mut problems);
    if problems.0.is_empty() { Ok(input) } else { Err(ApiError::invalid(problems.0).into()) }
}

/// The blueprint's own check. A change is checked for the row that the path names, or for any where it names none.
fn check(visit: &Visit, entity: &str, meaning: query::Body, sent: &Sent) -> Result<()> {
    let entity = place(visit, entity)?;
    let any = RecordId::Integer(0);
    let id = visit.named(entity).unwrap_or(&any);
    let ask = match meaning {
        query::Body::Create => Ask::Create(sent),
        query::Body::Update => Ask::Update(id, sent),
        query::Body::Replace => Ask::Replace(id, sent),
    };
    Ok(visit.check(entity, &ask)?)
}

fn place(visit: &Visit, name: &str) -> Result<blueprint::EntityIndex> {
    let found = visit.blueprint().entities.iter().position(|entity| entity.name == name);
    found.map(blueprint::EntityIndex).ok_or_else(|| Error::internal(format!("the blueprint has no entity `{name}`")))
}

/// serde stops at the first problem; its path becomes the pointer.
fn not_decoded(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let segments = error.path().iter().filter_map(|segment| match segment {
        serde_path_to_error::Segment::Seq { index } => Some(format!("/{index}")),
        serde_path_to_error::Segment::Map { key } => Some(blueprint::pointer(key)),
        serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
    });
    Error::invalid(&segments.collect::<String>(), "type", &error.inner().to_string())
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.0).into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl<T: Record, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>> {
        let visit = visit(&parts.extensions)?;
        let query = Query { parameters: visit.parameters()?, of: PhantomData };
        visit.check(entity::<T>(visit)?, &Ask::List(&query.parameters))?;
        Ok(query)
    }
}

impl<T: Record, S: Sync> FromRequestParts<S> for Fields<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Fields<T>> {
        let visit = visit(&parts.extensions)?;
        Ok(Fields { parameters: visit.parameters()?, of: PhantomData })
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller> {
        match visit(&parts.extensions)?.actor() {
            Actor::User(user) => Ok(Caller(User::clone(user))),
            Actor::Stranger => Err(ApiError::from(query::Denied::SignIn).into()),
        }
    }
}

/// The request behind a handler. It is there for every route of an [`App`](crate::App).
pub(crate) fn visit(extensions: &Extensions) -> Result<&Visit> {
    extensions.get::<Visit>().ok_or_else(|| Error::internal("a handler ran outside of a supermaker::App"))
}
