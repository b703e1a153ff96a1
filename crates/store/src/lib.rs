//! Work → rows, in one transaction, and durable before the answer. The only place where SQL is run.
//!
//! One thread writes: it takes whatever waits, runs each work by itself and commits them together, so that a wait for
//! the disk is shared. Reads by key run where they are asked for; reads that may be slow have threads of their own.
//! It knows no blueprint and no HTTP.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app;
mod commit;
mod conflict;
mod connection;
mod counters;
mod engine;
mod error;
mod file;
mod idempotency;
mod log;
mod options;
mod queue;
mod readers;
mod row;
mod scans;
mod steps;
mod store;
mod transaction;
mod turns;
mod wait;
mod writer;

pub use app::{AppSchema, Applied};
pub use counters::Counters;
pub use error::{OpenError, StoreError};
pub use options::Options;
#[doc(hidden)]
pub use options::Synchronous;
pub use store::Store;
pub use transaction::Transaction;
