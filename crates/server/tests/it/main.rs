//! The server as its callers see it: scenarios that read like examples, one test binary for all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod audit;
mod auth;
mod batch;
mod crud;
mod deletions;
mod edge;
mod etags;
mod expand;
mod fastapi;
mod field_rules;
mod guards;
mod idempotency;
mod isolation;
mod large;
mod link_rules;
mod linked;
mod links;
mod lists;
mod live;
mod malformed;
mod metrics;
mod nested;
mod openapi;
mod plans;
mod precedence;
mod references;
mod round_trip;
mod search;
mod seed;
mod stranger;
mod support;
mod together;
mod trash;
mod walk;
mod wire;
