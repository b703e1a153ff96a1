//! The store against real files. Each test has a folder of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod audit;
mod closing;
mod constraints;
mod disk;
mod durability;
mod forgetful;
mod group_commit;
mod json;
mod kill;
mod opening;
mod postgres;
mod reads;
mod steps;
mod support;
mod transactions;
