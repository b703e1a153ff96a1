//! The real program in folders of its own: what it prints, what it writes, what it ends with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[cfg(unix)]
#[path = "it/asking.rs"]
mod asking;
#[path = "it/audits.rs"]
mod audits;
#[path = "it/blueprints.rs"]
mod blueprints;
#[path = "it/changing.rs"]
mod changing;
#[path = "it/commands.rs"]
mod commands;
#[cfg(unix)]
#[path = "it/doctor.rs"]
mod doctor;
#[path = "it/documents.rs"]
mod documents;
#[cfg(unix)]
#[path = "it/durable/mod.rs"]
mod durable;
#[path = "it/explains.rs"]
mod explains;
#[cfg(unix)]
#[path = "it/helping.rs"]
mod helping;
#[path = "it/keys.rs"]
mod keys;
#[path = "it/making.rs"]
mod making;
#[path = "it/migrating.rs"]
mod migrating;
#[path = "it/program.rs"]
mod program;
#[path = "it/reading_along.rs"]
mod reading_along;
#[path = "it/seeding.rs"]
mod seeding;
#[path = "it/serving.rs"]
mod serving;
#[path = "it/specifications.rs"]
mod specifications;
#[cfg(unix)]
#[path = "it/terminal.rs"]
mod terminal;
#[path = "it/todos.rs"]
mod todos;
#[path = "it/users.rs"]
mod users;
