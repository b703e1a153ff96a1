//! What [`Records`](crate::Records) gives back: the engine's own answer, which a handler may return as it is or look into.
//!
//! The bytes go to the caller as the store wrote them; they are decoded only where code asks for the typed row.

use std::marker::PhantomData;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::ETAG;
use serde::Deserialize;
use server::http::HttpResponse;
use server::not_modified;

use crate::{Error, Record, Result};

/// One row: 200 with its `ETag`, or 304 where the caller has it already.
pub struct Row<T> {
    response: HttpResponse,
    is_known: bool,
    of: PhantomData<fn() -> T>,
}

/// A new row: 201 with `Location` and `ETag`.
pub struct Created<T>(Row<T>);

/// A page of rows: 200 with its cursor.
pub struct Page<T> {
    response: HttpResponse,
    of: PhantomData<fn() -> T>,
}

/// A row that is gone: 204.
pub struct Deleted(HttpResponse);

/// What is in the body of a page, rows aside.
#[derive(Deserialize)]
struct Rows<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
}

impl<T: Record> Row<T> {
    pub(crate) fn read(response: HttpResponse, is_known: bool) -> Row<T> {
        Row { response, is_known, of: PhantomData }
    }

    pub(crate) fn changed(response: HttpResponse) -> Row<T> {
        Row { response, is_known: false, of: PhantomData }
    }

    /// The row, typed.
    ///
    /// # Errors
    /// 500 if the model does not go with the blueprint, or only some fields of the row were asked for.
    pub fn into_inner(self) -> Result<T> {
        decode::<T, T>(&self.response.body)
    }

    /// The version of the row, as `If-Match` takes it.
    pub fn etag(&self) -> Option<&str> {
        self.response.headers.get(ETAG)?.to_str().ok()
    }
}

impl<T: Record> Created<T> {
    pub(crate) fn new(response: HttpResponse) -> Created<T> {
        Created(Row::changed(response))
    }

    /// The row, typed.
    ///
    /// # Errors
    /// 500 if the model does not go with the blueprint.
    pub fn into_inner(self) -> Result<T> {
        self.0.into_inner()
    }
}

impl<T: Record> Page<T> {
    pub(crate) fn new(response: HttpResponse) -> Page<T> {
        Page { response, of: PhantomData }
    }

    /// The rows, typed.
    ///
    /// # Errors
    /// 500 if the model does not go with the blueprint, or only some fields of the rows were asked for.
    pub fn into_inner(self) -> Result<Vec<T>> {
        Ok(decode::<T, Rows<T>>(&self.response.body)?.data)
    }

    /// The cursor of the next page, if there is one.
    ///
    /// # Errors
    /// As for the rows.
    pub fn next_cursor(&self) -> Result<Option<String>> {
        Ok(decode::<T, Rows<serde::de::IgnoredAny>>(&self.response.body)?.next_cursor)
    }
}

impl Deleted {
    pub(crate) fn new(response: HttpResponse) -> Deleted {
        Deleted(response)
    }
}

impl<T> IntoResponse for Row<T> {
    fn into_response(self) -> Response {
        response(if self.is_known { not_modified(self.response) } else { self.response })
    }
}

impl<T> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl<T> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        response(self.response)
    }
}

impl IntoResponse for Deleted {
    fn into_response(self) -> Response {
        response(self.0)
    }
}

pub(crate) fn response(engine: HttpResponse) -> Response {
    let mut response = Response::new(Body::from(engine.body));
    *response.status_mut() = engine.status;
    *response.headers_mut() = engine.headers;
    response
}

fn decode<'a, T: Record, V: Deserialize<'a>>(bytes: &'a [u8]) -> Result<V> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::internal(format!("the model of `{}` does not read what the engine wrote: {error}", T::ENTITY))
    })
}
