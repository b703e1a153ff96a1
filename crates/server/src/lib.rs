//! HTTP in, the stages, HTTP out: a blueprint in service. Start reading at `answer.rs`; `edge.rs` is what lies around it.
//!
//! Code generation is unknown here.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod app;
pub mod audit;
pub mod auth;
mod batch;
mod blank;
pub mod body;
mod caller;
mod clock;
pub mod code;
mod conditional;
mod connection;
mod cors;
pub mod docs;
pub mod doctor;
mod edge;
pub mod error;
mod exact;
pub mod explain;
mod fastapi;
mod fixed;
mod forwarded;
pub mod http;
mod idempotency;
mod in_flight;
mod listen;
mod live;
mod mail;
mod metrics;
mod once;
pub mod openapi;
mod pages;
mod patience;
pub mod process;
mod rates;
mod request;
mod response;
mod route;
pub mod seed;
mod served_at;
pub mod settings;
mod shared_body;
mod start;
mod trace;
mod visit;

pub use app::{
    App, copy_database, foresee_migration, look_at_database, migrate_database, open_database, open_database_as_it_is,
    serving_database, way_of_tables,
};
pub use blank::{BlankRows, blank_rows};
pub use connection::tls::TlsProblem;
pub use listen::Server;
pub use live::Live;
pub use request::Sent;
pub use served_at::Whereto;
pub use shared_body::{BodyError, SharedBody};
pub use start::StartError;
pub use trace::logs;
pub use visit::{Ask, Reach, Transaction, Visit, not_modified};
