//! The real program in folders of its own: what it prints, what it writes, what it ends with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "it/blueprints.rs"]
mod blueprints;
#[cfg(unix)]
#[path = "it/durable/mod.rs"]
mod durable;
#[path = "it/making.rs"]
mod making;
#[path = "it/program.rs"]
mod program;
#[path = "it/seeding.rs"]
mod seeding;
#[path = "it/serving.rs"]
mod serving;
#[path = "it/users.rs"]
mod users;
