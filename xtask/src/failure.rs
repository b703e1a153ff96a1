//! Why a chore failed, in words for the person who ran it: what went wrong, apart from what to try.

use std::fmt;

/// What a chore gives back.
pub type Result<T> = std::result::Result<T, Failure>;

/// What went wrong, and what to try.
#[derive(Debug)]
pub struct Failure {
    what: String,
    hint: Option<String>,
}

impl Failure {
    /// What went wrong, without a hint.
    pub fn new(what: impl Into<String>) -> Failure {
        Failure { what: what.into(), hint: None }
    }

    /// What went wrong while doing something: `cannot read FILE: no such file`.
    pub fn cannot(doing: impl fmt::Display, error: impl fmt::Display) -> Failure {
        Failure::new(format!("cannot {doing}: {error}"))
    }

    /// Adds what to try, unless a place closer to the failure knew better.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.what)?;
        match &self.hint {
            Some(hint) => write!(out, "\n  try: {hint}"),
            None => Ok(()),
        }
    }
}
