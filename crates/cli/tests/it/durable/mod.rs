//! What was acknowledged stays and is done once, whatever dies: the program, the server of its database, a connection. And
//! several programs on one database are as one.
//!
//! All of it from outside: the real program over HTTP, and a look into the database at the end. `KILL_ROUNDS` says how
//! often something is killed.

mod app;
mod client;
mod instances;
mod killed;
mod ledger;
mod lost_answer;
mod outage;
mod place;

use std::hash::{BuildHasher, RandomState};

/// How often something is killed: few times, unless more is asked for.
#[expect(clippy::disallowed_methods, reason = "the setting of a test")]
fn rounds(usual: usize) -> usize {
    let asked = std::env::var("KILL_ROUNDS").ok();
    asked.map_or(usual, |rounds| rounds.parse().unwrap_or_else(|_| panic!("KILL_ROUNDS is no number: {rounds}")))
}

/// A number below another, at random.
fn below(limit: u64) -> u64 {
    RandomState::new().hash_one(0) % limit
}
