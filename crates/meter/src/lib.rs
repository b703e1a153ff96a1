//! Counting what happens, cheaply, and writing it down in Prometheus's text format.
//!
//! Whatever counts owns its numbers as plain fields and reads them when it is asked; there is no global registry, no
//! look-up by name and no lock on a path that a request takes. What is counted is unknown here.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod histogram;
mod tags;
mod text;

pub use histogram::{Distribution, Histogram};
pub use tags::Tags;
pub use text::{Kind, Text};
