//! HTTP in, the stages, HTTP out: a blueprint in service. Start reading at `answer.rs`; `edge.rs` is what lies around it.
//!
//! Code generation is unknown here.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod app;
pub mod auth;
mod batch;
mod body;
mod caller;
mod clock;
mod conditional;
mod connection;
mod cors;
pub mod docs;
mod edge;
pub mod error;
mod exact;
mod fastapi;
mod fixed;
mod forwarded;
pub mod http;
mod idempotency;
mod listen;
mod live;
mod metrics;
pub mod openapi;
mod patience;
mod rates;
mod request;
mod response;
mod route;
pub mod seed;
pub mod settings;
mod start;
mod trace;

pub use app::{App, open_database};
pub use connection::tls::TlsProblem;
pub use listen::Server;
pub use live::Live;
pub use start::StartError;
pub use trace::logs;
