//! What went wrong and what to try: the one error of the command line.

use std::fmt::Display;

use serde::Serialize;
use server::process::ProcessError;

/// The exit code of what was tried and did not work.
pub const FAILED: u8 = 1;
/// The exit code of what was not understood: a request in English, or the command line.
pub const USAGE: u8 = 2;
/// The exit code of what somebody stopped at a question, as shells give it for Ctrl-C.
pub const STOPPED: u8 = 130;

/// The exit code of what SIGTERM ended at a question, as shells give it.
pub const TERMINATED: u8 = 143;

/// Why a command stopped.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// What the process ends with.
    #[serde(skip)]
    pub exit_code: u8,
    /// What went wrong and where.
    #[serde(rename = "error")]
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

impl Failure {
    /// Something that was tried and did not work. What errors of the crates below say to try becomes the hint.
    pub fn new(message: impl Display) -> Failure {
        let text = message.to_string();
        let (message, hint) = match text.split_once("\nTry: ") {
            Some((message, hint)) => (message.to_owned(), Some(hint.trim_end().to_owned())),
            None => (text, None),
        };
        Failure { exit_code: FAILED, message, hint }
    }

    /// Something that was not understood.
    pub fn usage(message: impl Display) -> Failure {
        Failure { exit_code: USAGE, ..Failure::new(message) }
    }

    /// All has been said already; only the exit code is left.
    pub fn told() -> Failure {
        Failure::new("")
    }

    /// Adds what to try.
    #[must_use]
    pub fn hint(self, hint: impl Display) -> Failure {
        let hint = match self.hint {
            Some(first) => format!("{first}\n  {hint}"),
            None => hint.to_string(),
        };
        Failure { hint: Some(hint), ..self }
    }
}

impl From<&clap::Error> for Failure {
    /// What is wrong with a command line: the first paragraph; what may stand there instead is what to try.
    fn from(error: &clap::Error) -> Failure {
        let text = error.render().to_string();
        let (message, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
        let failure = Failure::usage(message.trim_start_matches("error: ").trim_end());
        let words: Vec<&str> = rest.split_whitespace().collect();
        if words.is_empty() { failure } else { failure.hint(words.join(" ")) }
    }
}

impl From<ProcessError> for Failure {
    fn from(error: ProcessError) -> Failure {
        Failure { hint: error.hint.map(str::to_owned), ..Failure::new(error.message) }
    }
}

/// Text as one word of a POSIX shell, left bare where that is safe.
pub fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@,+=".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if text.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::{Failure, shell_word};

    #[test]
    fn what_to_try_is_the_hint_whoever_says_it() {
        let failure = Failure::new("cannot use postgres://db\nTry: start Postgres there");
        assert_eq!(
            (failure.message.as_str(), failure.hint.as_deref()),
            ("cannot use postgres://db", Some("start Postgres there"))
        );
        assert_eq!(failure.hint("or another").hint.as_deref(), Some("start Postgres there\n  or another"));
        assert_eq!(Failure::new("no").hint, None);
    }

    #[test]
    fn words_can_be_pasted_into_a_shell() {
        assert_eq!(shell_word("lead-tracker"), "lead-tracker");
        assert_eq!(shell_word("a b"), "\"a b\"");
        assert_eq!(shell_word("it's $5"), r"'it'\''s $5'");
        assert_eq!(shell_word(""), "\"\"");
    }
}
