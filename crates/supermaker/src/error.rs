//! What a handler returns when it does not succeed. It becomes `application/problem+json` at the edge, like every other.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use server::error::{ApiError, FORBIDDEN, STATE, VALIDATION};
use store::StoreError;

/// What a handler returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is not answered as was asked. What the caller reads and what is logged are two things.
///
/// `?` turns any error of others into one: the caller reads that something went wrong, the log says what.
#[derive(Debug, Clone)]
pub struct Error(Box<ApiError>);

impl Error {
    /// 404: it is not there, or not for this caller to see; the two read the same.
    pub fn not_found() -> Error {
        ApiError::not_found().into()
    }

    /// 403: the caller may see this but not do it.
    pub fn forbidden(detail: impl Into<String>) -> Error {
        ApiError::new(FORBIDDEN, detail).into()
    }

    /// 409: not possible in the state that things are in.
    pub fn conflict(detail: impl Into<String>) -> Error {
        ApiError::new(STATE, detail).into()
    }

    /// 422: one place of the body is not valid. `pointer` is a JSON pointer, `code` is for machines.
    pub fn invalid(pointer: &str, code: &'static str, detail: &str) -> Error {
        ApiError::at(VALIDATION, pointer, code, detail).into()
    }

    /// 500: a mistake of the server. The caller does not read what it is, the log does.
    pub fn internal(log: impl Into<String>) -> Error {
        ApiError::internal(log).into()
    }

    /// The same about another place of the body: what was checked as a row of its own is a part of what the caller sent.
    pub fn about(mut self, pointer: impl Into<String>) -> Error {
        let pointer = pointer.into();
        self.0.errors.iter_mut().for_each(|error| error.pointer.clone_from(&pointer));
        self
    }

    /// The problem, as the engine has it.
    pub fn problem(&self) -> &ApiError {
        &self.0
    }
}

// Hence `Error` itself is no `std::error::Error`: it would be turned into itself in two ways.
impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Error {
        let any: &dyn Any = &error;
        if let Some(error) = any.downcast_ref::<ApiError>() {
            return Error(Box::new(error.clone()));
        }
        match any.downcast_ref::<StoreError>() {
            Some(error) => ApiError::from(error.clone()).into(),
            None => Error::internal(error.to_string()),
        }
    }
}

impl IntoResponse for Error {
    /// Carried to the edge, which writes it down with the id of the request and logs what is to be logged.
    fn into_response(self) -> Response {
        let mut response = self.0.problem.status.into_response();
        response.extensions_mut().insert(*self.0);
        response
    }
}
