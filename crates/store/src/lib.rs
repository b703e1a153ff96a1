//! Work → rows, in one transaction, and durable before the answer. The only place where SQL is run.
//!
//! Two engines behind one [`Store`]: `sqlite/`, a file with one writer that commits whatever waits together, and
//! `postgres/`, a pool of connections to a server. It knows no blueprint and no HTTP.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app;
mod counters;
mod error;
mod json;
mod kept;
mod postgres;
mod served;
mod sqlite;
mod store;
#[cfg(feature = "tamper")]
pub mod tamper;
pub mod tls;
mod transaction;
mod triggers;
mod turns;
mod wait;

pub use app::{AppSchema, Applied, Follow, InTheWay, Migrate, Standing};
pub use counters::Counters;
pub use error::{OpenError, StoreError};
pub use postgres::{ConnectError, PostgresOptions, PostgresUrl, Survey, UrlProblem, survey};
pub use sqlite::Options;
#[doc(hidden)]
pub use sqlite::Synchronous;
pub use store::Store;
pub use transaction::Transaction;
pub use triggers::Triggers;
