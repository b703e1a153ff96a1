//! What the server counts of itself. `/metrics` shows it in Prometheus's text format.
//!
//! Every label has its values from the program or the blueprint, never from a request, so that no caller can make series.

mod page;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use meter::Tags;

pub(crate) use page::page;

use self::routes::Routes;
use crate::error::{ApiError, BAD_CREDENTIALS, TOO_MANY, UNAUTHORIZED};

/// The counts of one app.
pub(crate) struct Metrics {
    routes: Routes,
    refusals: Arc<Refusals>,
}

/// Answers that were problems.
#[derive(Default)]
struct Refusals {
    problems: Tags,
    /// Why callers were not taken for who they say they are.
    auth: Tags,
    /// Which limit was used up.
    rate: Tags,
}

impl Metrics {
    /// Counts for the paths of an API description. Those of an app that this one takes the place of go on.
    pub(crate) fn new<'p>(paths: impl Iterator<Item = &'p str>, before: Option<&Metrics>) -> Metrics {
        Metrics {
            routes: Routes::new(paths, before.map(|before| &before.routes)),
            refusals: before.map(|before| before.refusals.clone()).unwrap_or_default(),
        }
    }

    /// The template of a path, if it has one.
    pub(crate) fn route(&self, path: &str) -> Option<&str> {
        self.routes.of(path).known()
    }

    /// A request was answered.
    pub(crate) fn answered(&self, method: &Method, path: &str, status: StatusCode, took: Duration) {
        self.routes.of(path).answered(method, status, took);
    }

    /// A request was answered with a problem.
    pub(crate) fn refused(&self, error: &ApiError) {
        self.refusals.problems.count(error.problem.code);
        let reason = error.reason.unwrap_or("other");
        if error.problem == UNAUTHORIZED || error.problem == BAD_CREDENTIALS {
            self.refusals.auth.count(reason);
        } else if error.problem == TOO_MANY {
            self.refusals.rate.count(reason);
        }
    }
}
