//! One thing that is wrong with a blueprint: what, where, and what to try.

use std::ops::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The blueprint does not load.
    Error,
    /// It loads, and this is said at start.
    Warning,
}

/// Where in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Byte range.
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column in code points, from 1.
    pub column: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);
