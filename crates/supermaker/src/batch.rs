//! A batch of an entity: what is sent to `POST /things:batch`, and what comes back.

use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use server::Sent;
use server::http::HttpResponse;
use server::openapi::Content;

use crate::answer::response;
use crate::describe::{Answered, Description, Extracted};
use crate::extract::visit;
use crate::records::entity;
use crate::{Error, Record, Result};

/// Up to 100 changes of rows of `T`, each checked as its own request would be.
pub struct Batch<T> {
    pub(crate) sent: Sent,
    of: PhantomData<fn() -> T>,
}

/// What came of each change, in their order.
pub struct Batched<T> {
    response: HttpResponse,
    of: PhantomData<fn() -> T>,
}

impl<T: Record> Batched<T> {
    pub(crate) fn new(response: HttpResponse) -> Batched<T> {
        Batched { response, of: PhantomData }
    }
}

impl<T: Record, S: Sync> FromRequest<S> for Batch<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Batch<T>> {
        let visit = visit(request.extensions())?;
        let sent = visit.json().await?;
        visit.check_batch(entity::<T>(visit)?, &sent)?;
        Ok(Batch { sent, of: PhantomData })
    }
}

impl<T> IntoResponse for Batched<T> {
    fn into_response(self) -> Response {
        response(self.response)
    }
}

impl<T: Record> Extracted for Batch<T> {
    const OF_VISIT: bool = true;

    fn describe(description: &mut Description<'_>) {
        description.takes_body();
        description.docs.body = Some(Content::Batch(T::ENTITY.to_owned()));
    }
}

impl<T: Record> Answered for Batched<T> {
    fn describe(description: &mut Description<'_>) {
        description.succeeds(StatusCode::OK, Some(Content::BatchAnswer(T::ENTITY.to_owned())));
    }
}
