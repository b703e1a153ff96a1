//! One suite for every way to run an app: scenarios that are data, and a search for leaks that knows only the blueprint.
//!
//! A scenario says who sends what and what must come back; [`scenario::run_file`] plays it on a [`World`], which is an app in
//! a temporary folder, served or hand-written. [`leaks`] compares what a caller is told in a world with other people's
//! rows and in one without. This crate knows HTTP and blueprints, and nothing of how an app is made.

// A test library: whatever goes wrong is a failed test, and says where; and it looks into the database past the server.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a failed expectation is how a suite reports"
)]

mod answer;
pub mod leaks;
mod matching;
mod people;
pub mod scenario;
mod world;

pub use answer::Answer;
pub use people::Person;
pub use world::{Open, World, settings};
