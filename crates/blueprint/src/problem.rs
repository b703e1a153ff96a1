//! One thing that is wrong with a blueprint: what, where, and what to try.
//!
//! As JSON for machines, as plain lines by `Display`; pictures with carets are `render`'s.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The blueprint does not load.
    Error,
    /// It loads, and this is said at start.
    Warning,
}

/// Where in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Byte range.
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column in code points, from 1.
    pub column: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Stable, for machines; for example `unknown_word`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to try, if there is something.
    pub hint: Option<String>,
    /// Where, as a JSON pointer into the blueprint, for example `/entity/prospect/field/phone`.
    pub pointer: String,
    /// Where, in the file.
    pub place: Place,
}

/// Everything that is wrong, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Severity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

impl Problems {
    /// Without the warnings: they are about what a blueprint does once it loads.
    pub(crate) fn errors(mut self) -> Problems {
        self.0.retain(|problem| problem.severity == Severity::Error);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column, .. } = self.place;
        write!(f, "{line}:{column}: {}: {}", self.severity.name(), self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " (help: {hint})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
