//! What a project in code stands on: handlers that read like plain axum, in front of the engine that serves blueprints.
//!
//! [`Routes`] are the routes, [`App`] puts them together with a blueprint, [`Records`] is the one door to rows: it sees what
//! the caller of the request may see, and goes through the same stages as a blueprint's own routes. Rules, SQL and HTTP are
//! decided below, in `query` and `server`; nothing is decided here twice.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod app;
mod bare;
mod batch;
mod change;
mod describe;
mod dispatch;
mod error;
mod extract;
mod id;
mod model;
mod record;
mod records;
mod routes;
mod run;
mod transaction;

pub use answer::{Created, Deleted, Page, Row};
pub use app::App;
pub use batch::{Batch, Batched};
pub use change::Change;
pub use describe::{Answered, Described, Description, Extracted};
pub use error::{Error, Result};
pub use extract::{Caller, Fields, Json, Query};
pub use id::Id;
pub use jiff::Timestamp;
pub use record::{Action, Body, Input, Problems, Record};
pub use records::{Reason, Records, Rules, Unscoped};
pub use routes::{Methods, Routes, delete, get, patch, post, put};
pub use transaction::Transaction;

// What a project needs of others, in the versions that fit.
pub use axum;
pub use query::User;
pub use schemars;
pub use serde;
pub use server;

/// What a file of handlers or models uses: `use supermaker::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Action, App, Batch, Batched, Body, Caller, Change, Created, Deleted, Error, Fields, Id, Input, Json, Page,
        Problems, Query, Record, Records, Result, Routes, Row, Timestamp, Transaction, Unscoped, delete, get, patch,
        post, put,
    };
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
}
