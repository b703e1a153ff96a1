//! One suite for every way to run an app: scenarios that are data.
//!
//! A scenario says who sends what and what must come back; [`scenario::run_file`] plays it on a [`World`], which is an app in
//! a temporary folder, served or hand-written. This crate knows HTTP and blueprints, and nothing of how an app is made.

// A test library: whatever goes wrong is a failed test, and says where; and it looks into the database past the server.
#![expect(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a failed expectation is how a suite reports")]

mod answer;
mod matching;
mod people;
pub mod scenario;
mod world;

pub use answer::Answer;
pub use people::Person;
pub use world::World;
