//! The body of a request, of which the edge keeps a hand while somebody else reads it.
//!
//! Code may take a body as its own and drop it half read; the edge then still drains what is left of it before it refuses.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Bytes, Frame, SizeHint};

/// Why a body broke off.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is read where it is first asked for; clones share it.
#[derive(Clone, Default)]
pub struct SharedBody(Option<Arc<Mutex<UnsyncBoxBody<Bytes, BodyError>>>>);

impl SharedBody {
    /// Shares a body. One that is empty, as that of most requests, costs nothing.
    pub fn new<B>(body: B) -> SharedBody
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        if body.is_end_stream() {
            return SharedBody(None);
        }
        SharedBody(Some(Arc::new(Mutex::new(body.map_err(Into::into).boxed_unsync()))))
    }

    fn with<T>(&self, empty: T, look: impl FnOnce(&mut UnsyncBoxBody<Bytes, BodyError>) -> T) -> T {
        match &self.0 {
            None => empty,
            // A panic while it was polled leaves a body that says what it has; the request is answered with 500 anyway.
            Some(body) => look(&mut body.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl Body for SharedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.with(Poll::Ready(None), |body| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.with(true, |body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(SizeHint::with_exact(0), |body| body.size_hint())
    }
}
