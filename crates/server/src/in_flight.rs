//! How much is worked on at once: beyond that a request is told to come back, before anything is done for it, so that those
//! which are answered are answered in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::RETRY_AFTER;

use crate::error::{ApiError, UNAVAILABLE};

/// The requests that are worked on. Clones count together.
#[derive(Clone)]
pub(crate) struct InFlight {
    limit: usize,
    now: Arc<AtomicUsize>,
}

/// One of them, until it is dropped.
pub(crate) struct Place(Arc<AtomicUsize>);

impl InFlight {
    pub(crate) fn new(limit: usize) -> InFlight {
        InFlight { limit, now: Arc::default() }
    }

    /// A place for a request.
    ///
    /// # Errors
    /// 503: there is none at this moment.
    pub(crate) fn enter(&self) -> Result<Place, ApiError> {
        let place = Place(self.now.clone());
        if self.now.fetch_add(1, Ordering::Relaxed) < self.limit {
            return Ok(place);
        }
        let error = ApiError::new(UNAVAILABLE, "there are too many requests at this moment; try again");
        Err(error.with(RETRY_AFTER, "1").because("load"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_request_is_over() {
        let load = InFlight::new(2);
        let (one, _other) = (load.enter().ok().unwrap(), load.clone().enter().ok().unwrap());
        assert!(load.enter().is_err() && load.enter().is_err());
        drop(one);
        let again = load.enter();
        assert!(again.is_ok() && load.enter().is_err());
    }
}
