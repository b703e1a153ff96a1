//! What is printed: results on stdout, everything else on stderr; colour only where it is wanted; nothing when quiet.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::ValueEnum;
use console::Term;
use serde::Serialize;

use crate::failure::Failure;
use crate::paper;
use server::process::Environment;

/// Columns where there is no terminal.
pub const PIPED: usize = 80;
const NARROWEST: usize = 20;
/// Longer lines are hard to read.
const WIDEST: usize = 120;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a command behaves towards whoever typed it.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// JSON for machines.
    pub json: bool,
    /// Every question is answered with yes.
    pub yes: bool,
    /// Nothing is done.
    pub dry_run: bool,
    /// Errors only.
    pub quiet: bool,
}

/// Where a command prints.
#[derive(Debug)]
pub struct Screen {
    /// How it behaves.
    pub manner: Manner,
    color_out: bool,
    color_err: bool,
    unicode: bool,
}

/// A meaning that colour may support but never carries alone.
#[derive(Debug, Clone, Copy)]
pub enum Ink {
    /// Headings and names.
    Bold,
    /// What is less important.
    Dim,
    /// What is done.
    Good,
    /// What should be looked at.
    Warning,
    /// What went wrong.
    Bad,
}

impl Screen {
    /// A screen for this process.
    pub fn new(choice: ColorChoice, environment: &Environment, manner: Manner) -> Screen {
        let no_color = environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = |terminal: bool| match choice {
            ColorChoice::Auto => terminal && !no_color,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let (color_out, color_err) = (color(io::stdout().is_terminal()), color(io::stderr().is_terminal()));
        Screen { manner, color_out, color_err, unicode: is_unicode(environment) }
    }

    /// Whether the terminal shows more than ASCII.
    pub fn unicode(&self) -> bool {
        self.unicode
    }

    /// How many columns there are: those of the terminal, or as many as fit into most places that text is piped to.
    pub fn width(&self) -> usize {
        columns(&Term::stdout()).clamp(NARROWEST, WIDEST)
    }

    /// The same of where questions are asked and what goes wrong is told.
    pub fn width_asking(&self) -> usize {
        columns(&Term::stderr()).clamp(NARROWEST, WIDEST)
    }

    /// Text for stdout in lines that end between words, those that go on so many columns further in. In a pipe a line stays one,
    /// since programs read lines.
    pub fn fitted(&self, hang: usize, text: &str) -> String {
        if self.is_terminal() { paper::fitted(text, hang, self.width()) } else { text.to_owned() }
    }

    /// A text in signs that can be shown: lines, arrows and quotes of ours in ASCII where there is no more. The words of
    /// people stay as they are.
    pub fn legible(&self, text: &str) -> String {
        if self.unicode { text.to_owned() } else { ascii(text) }
    }

    /// Whether stdout is a terminal.
    pub fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether stderr gets colour.
    pub fn color_err(&self) -> bool {
        self.color_err
    }

    /// Whether stdout gets colour.
    pub fn color_out(&self) -> bool {
        self.color_out
    }

    /// Whether somebody is there to answer a question.
    pub fn can_ask(&self) -> bool {
        !self.manner.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Text for stdout in an ink.
    pub fn paint(&self, ink: Ink, text: &str) -> String {
        painted(self.color_out, ink, text)
    }

    /// Prints text for people; nothing when quiet or when JSON is wanted.
    ///
    /// # Errors
    /// Stdout cannot be written to.
    pub fn say(&self, text: &str) -> Result<(), Failure> {
        if self.manner.quiet || self.manner.json { Ok(()) } else { print(&self.legible(text)) }
    }

    /// Says what would be done, where nothing is done.
    ///
    /// # Errors
    /// Stdout cannot be written to.
    pub fn would(&self, what: &str) -> Result<(), Failure> {
        if self.manner.json {
            return self.json(&serde_json::json!({"dry_run": true, "would": what}));
        }
        self.say(&format!("Would {what}"))
    }

    /// Prints the result of a command whose only purpose it is: text for people, even when quiet.
    ///
    /// # Errors
    /// Stdout cannot be written to.
    pub fn result(&self, text: &str) -> Result<(), Failure> {
        print(&self.legible(text))
    }

    /// Prints the verdict of a command: when quiet only where it has to be heard.
    ///
    /// # Errors
    /// Stdout cannot be written to.
    pub fn result_unless_quiet(&self, text: &str, must_be_heard: bool) -> Result<(), Failure> {
        if self.manner.quiet && !must_be_heard { Ok(()) } else { print(text) }
    }

    /// Prints one line of JSON.
    ///
    /// # Errors
    /// Stdout cannot be written to.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        print(&serde_json::to_string(value).map_err(Failure::new)?)
    }

    /// Prints something to look at on stderr; nothing when quiet.
    pub fn warn(&self, text: &str) {
        if !self.manner.quiet && !self.manner.json {
            let word = "warning";
            self.to_stderr(word.len() + 2, &format!("{}: {text}", painted(self.color_err, Ink::Warning, word)));
        }
    }

    /// Prints what is being done, where it takes a while, on stderr; nothing when quiet or when JSON is wanted.
    pub fn note(&self, text: &str) {
        if !self.manner.quiet && !self.manner.json {
            self.to_stderr(2, text);
        }
    }

    /// Prints what went wrong on stderr, whatever the manner.
    pub fn failure(&self, failure: &Failure) {
        if failure.message.is_empty() {
            return;
        }
        if self.manner.json {
            let json = serde_json::to_string(failure).unwrap_or_else(|_| failure.message.clone());
            return write_err(&self.legible(&json));
        }
        self.to_stderr(2, &format!("{}: {}", painted(self.color_err, Ink::Bad, "error"), failure.message));
        if let Some(hint) = &failure.hint {
            self.to_stderr(6, &format!("  {}: {hint}", painted(self.color_err, Ink::Bold, "hint")));
        }
    }

    /// Asks a question that is answered with yes or no. Without anybody to ask the answer is no, unless `--yes`.
    pub fn ask(&self, question: &str) -> bool {
        if self.manner.yes {
            return true;
        }
        if !self.can_ask() {
            return false;
        }
        let mut stderr = io::stderr();
        let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// What is wrong with the command line, as it was found, on stderr.
    pub fn misused(&self, told: &str) {
        self.to_stderr(2, told.trim_end());
    }

    /// In lines that end between words, as [`Screen::fitted`] has them.
    fn to_stderr(&self, hang: usize, text: &str) {
        let text = self.legible(text);
        let is_terminal = io::stderr().is_terminal();
        write_err(&if is_terminal { paper::fitted(&text, hang, self.width_asking()) } else { text });
    }
}

/// Where stderr is closed there is nobody to tell.
fn write_err(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn columns(terminal: &Term) -> usize {
    let size = terminal.is_term().then(|| terminal.size_checked()).flatten();
    size.map_or(PIPED, |(_, columns)| usize::from(columns))
}

/// Whether the locale says UTF-8, by the first of the variables that is set, as POSIX wants it. Windows' terminals show it.
fn is_unicode(environment: &Environment) -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.iter().find_map(|name| environment.get(name).filter(|value| !value.is_empty()));
    let named = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.ends_with("utf-8") || locale.ends_with("utf8") || locale.contains("utf-8@") || locale.contains("utf8@")
    });
    cfg!(windows) || named
}

/// What we draw and set with signs beyond ASCII, without them.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '─' => plain.push('-'),
            '│' => plain.push('|'),
            '├' | '└' | '┌' | '┐' | '┘' | '┤' | '┬' | '┴' | '┼' => plain.push('+'),
            '“' | '”' => plain.push('"'),
            '‘' | '’' => plain.push('\''),
            '–' | '—' => plain.push('-'),
            '→' => plain.push_str("->"),
            '…' => plain.push_str("..."),
            '×' => plain.push('x'),
            other => plain.push(other),
        }
    }
    plain
}

/// A reader that has enough, as in `| head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

fn painted(color: bool, ink: Ink, text: &str) -> String {
    let code = match ink {
        Ink::Bold => "1",
        Ink::Dim => "2",
        Ink::Good => "32",
        Ink::Warning => "33",
        Ink::Bad => "31",
    };
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_ours_have_a_form_in_ascii() {
        assert_eq!(ascii("├─ “Größe” → 2 × 3 …"), "+- \"Größe\" -> 2 x 3 ...");
    }
}
