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
pub struct SharedBody(Option<Arc<Mutex<Shared>>>);

struct Shared {
    body: UnsyncBoxBody<Bytes, BodyError>,
    bytes_read: usize,
}

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
        let body = body.map_err(Into::into).boxed_unsync();
        SharedBody(Some(Arc::new(Mutex::new(Shared { body, bytes_read: 0 }))))
    }

    /// Bytes that were read of it, by whomever.
    pub(crate) fn bytes_read(&self) -> usize {
        self.with(0, |shared| shared.bytes_read)
    }

    fn with<T>(&self, empty: T, look: impl FnOnce(&mut Shared) -> T) -> T {
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
        self.with(Poll::Ready(None), |shared| {
            let polled = Pin::new(&mut shared.body).poll_frame(context);
            if let Poll::Ready(Some(Ok(frame))) = &polled {
                shared.bytes_read += frame.data_ref().map_or(0, Bytes::len);
            }
            polled
        })
    }

    fn is_end_stream(&self) -> bool {
        self.with(true, |shared| shared.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(SizeHint::with_exact(0), |shared| shared.body.size_hint())
    }
}
