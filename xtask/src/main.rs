//! `cargo xtask`: the chores of those who work on Supermaker itself — checking, generated files, benchmark.
//!
//! Nothing here is part of the program that users run; that one is only built, started and asked from outside.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bench;
mod check;
mod documents;
mod failure;
mod generated;
mod promises;
mod schemathesis;
mod sources;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of those who work on Supermaker itself.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run everything that CI checks, stopping at the first failure.
    Check(check::Args),
    /// Write the generated files of this repository anew, or check that they are current.
    Generated(generated::Args),
    /// Search the served examples for answers that their OpenAPI documents do not promise, and for leaks from user to user.
    Schemathesis(schemathesis::Args),
    /// Measure the server beside a bare axum on this machine.
    Bench(bench::Args),
    /// Measure the server on tables of ever more rows.
    Growth(bench::growth::Args),
    /// Measure what many log-ins at once do to the server, and what the time of one tells.
    Logins(bench::logins::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Check(args) => check::run(&args),
        Chore::Generated(args) => generated::run(&args),
        Chore::Schemathesis(args) => schemathesis::run(&args),
        Chore::Bench(args) => bench::run(&args),
        Chore::Growth(args) => bench::growth::run(&args),
        Chore::Logins(args) => bench::logins::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
