//! The `supermaker` command: English in, a backend out, served at once.
//!
//! One file per command in `commands`. What they share: `screen` (what is printed and how), `failure` (what went wrong and
//! what to try), `asking` (questions about a request) with `interrupts`, `report` with `paper` and `diagram` (what was understood, laid out),
//! `source` (where a blueprint is), `disk` (the only one that writes files) and `renewal` (what becomes of those that were written before), `counts` and `help` (numbers and
//! help in words), `documents` (what is written anew when a blueprint
//! changes), `specification` (the files of `new --from`), `todos` (the checks behind a checklist),
//! `watch` (a blueprint that is saved while it is served).

mod asking;
mod begun;
mod commands;
mod counts;
mod diagram;
mod disk;
mod documents;
mod effects;
mod failure;
mod help;
mod interrupts;
mod logs;
mod paper;
mod ports;
mod progress;
mod reading;
mod renewal;
mod report;
mod screen;
mod source;
mod specification;
mod staging;
mod todos;
mod watch;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser};

use crate::commands::Command;
use crate::failure::{Failure, USAGE};
use crate::screen::{ColorChoice, Screen};
use server::process::Environment;

/// A third of the processor time of a request went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Plain English in, a working and secure backend out.
#[derive(Parser)]
#[command(name = "supermaker", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  supermaker new \"Build me a lead tracker where I can log prospects\" --serve
  supermaker serve --file lead-tracker
  supermaker change \"also let me tag prospects\" --file lead-tracker
  supermaker check --file lead-tracker

Exit codes: 0 fine, 1 failed, 2 not understood (the request or the command line)";

/// What every command takes.
#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
struct Global {
    /// Print JSON for machines instead of text for people
    #[arg(long, global = true)]
    json: bool,
    /// Answer every question with yes
    #[arg(long, short, global = true)]
    yes: bool,
    /// Say what would be done, and do nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// Print errors only
    #[arg(long, short, global = true)]
    quiet: bool,
    /// When to use colour: auto, always or never; auto heeds NO_COLOR
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN", hide_possible_values = true)]
    color: ColorChoice,
}

fn main() -> ExitCode {
    let line = match help::parse::<CommandLine>() {
        Ok(line) => line,
        Err(error) => return usage(&error),
    };
    let Global { json, yes, dry_run, quiet, color } = line.global;
    let screen = Screen::new(color, &Environment::process(), screen::Manner { json, yes, dry_run, quiet });
    match line.command.run(&screen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen.failure(&failure);
            ExitCode::from(failure.exit_code)
        }
    }
}

/// Help and version are no errors. An English sentence where a command belongs was most likely meant for `new`.
fn usage(error: &clap::Error) -> ExitCode {
    let word = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::InvalidSubcommand => word.as_str(),
        _ => "",
    };
    let meant =
        word.contains(' ').then(|| format!("to make a backend of it: supermaker new {}", failure::shell_word(word)));
    let unknown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::UnknownArgument => word.as_str(),
        _ => "",
    };
    let named = || format!("to name the blueprint: --file {}", failure::shell_word(unknown));
    let meant = meant.or_else(|| (!unknown.is_empty() && source::is_blueprint(unknown)).then(named));
    if !error.use_stderr() {
        // A closed pipe is all that can go wrong here, and there is nobody left to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // Whatever else is wrong with the line: who asks for JSON reads JSON.
    if std::env::args_os().any(|word| word == "--json") {
        let manner = screen::Manner { json: true, yes: false, dry_run: false, quiet: false };
        let failure = Failure::from(error);
        let failure = meant.into_iter().fold(failure, Failure::hint);
        Screen::new(ColorChoice::Never, &Environment::process(), manner).failure(&failure);
    } else {
        let manner = screen::Manner { json: false, yes: false, dry_run: false, quiet: false };
        let screen = Screen::new(ColorChoice::Auto, &Environment::process(), manner);
        let told = error.render();
        screen.misused(&if screen.color_err() { told.ansi().to_string() } else { told.to_string() });
        meant.iter().for_each(|hint| screen.misused(&format!("\n  hint: {hint}")));
    }
    ExitCode::from(USAGE)
}
