//! The to-do app as a program: `cargo run`. What it is stands in `lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    todo_owned::app().run()
}
