//! The help of the commands at the width of the terminal, and in a pipe at that of most. What stands below the options is written in lines of this source; a
//! paragraph of it is one line for clap, which wraps it where the terminal ends.

use std::io::{self, IsTerminal};

use clap::builder::StyledStr;
use clap::{Command, CommandFactory, Error, FromArgMatches};

use crate::screen::PIPED;

/// Reads the command line.
///
/// # Errors
/// What clap says, which is help and version too.
pub fn parse<P: CommandFactory + FromArgMatches>() -> Result<P, Error> {
    let command = flowing(P::command());
    let command = if io::stdout().is_terminal() { command } else { command.term_width(PIPED) };
    let matches = command.try_get_matches()?;
    P::from_arg_matches(&matches)
}

/// Those of a command that has no others.
const EXIT_CODES: &str = "Exit codes: 0 fine, 1 failed, 2 not understood";

fn flowing(command: Command) -> Command {
    let after = command.get_after_help().map(StyledStr::to_string);
    let names: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    let command = match after {
        Some(text) if text.contains("Exit codes: ") => command.after_help(flowed(&text)),
        Some(text) => command.after_help(format!("{}\n\n{EXIT_CODES}", flowed(&text))),
        None => command,
    };
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, flowing))
}

/// Lines of a paragraph as one. Those that are indented, after a colon or before an indented one stay as they are.
fn flowed(text: &str) -> String {
    let mut out = String::new();
    let mut before = "";
    for line in text.lines() {
        let goes_on = !before.is_empty() && !before.ends_with(':') && !line.is_empty();
        let is_plain = !before.starts_with(' ') && !line.starts_with(' ');
        if goes_on && is_plain {
            out.push(' ');
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        before = line;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::flowed;

    #[test]
    fn paragraphs_flow_and_examples_stay() {
        let text = "Examples:\n  one\n  two\n\nA long\nline.\n\nExit codes: 0\nand 1";
        assert_eq!(flowed(text), "Examples:\n  one\n  two\n\nA long line.\n\nExit codes: 0 and 1");
    }
}
