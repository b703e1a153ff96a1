//! The to-do app as a program: `cargo run`. What it is stands in `lib.rs`.

use std::process::ExitCode;

/// A third of the processor time of a request went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    todo_owned::app().run()
}
