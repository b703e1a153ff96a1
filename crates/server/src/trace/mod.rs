//! Following one request through the program: its id in every line of log, a span and a time for each stage, and panics.
//!
//! Nobody has to pass an id on: it is kept beside the request's task while that runs.

mod current;
pub mod logs;
#[cfg(feature = "otlp")]
pub(crate) mod otlp;
mod panics;
mod stages;
mod traceparent;

pub(crate) use current::{Ids, within};
pub(crate) use stages::{REQUESTS, Stages};
pub(crate) use traceparent::TraceParent;
