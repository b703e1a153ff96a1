//! The rules for source files that neither the compiler nor clippy knows: each opens by saying what it is for, none
//! is too long to read in one sitting.

use crate::failure::{Failure, Result};
use crate::workspace;

/// The longest that a file of Rust may be, in lines.
const MAX_LINES: usize = 500;

/// Checks every `.rs` file of the repository; all that break a rule are told at once.
pub fn check() -> Result<String> {
    let files: Vec<String> = workspace::files()?.into_iter().filter(|path| path.ends_with(".rs")).collect();
    let mut problems = Vec::new();
    for path in &files {
        problems.extend(problems_of(&workspace::read(path)?).into_iter().map(|problem| format!("{path}: {problem}")));
    }
    if problems.is_empty() {
        Ok(format!("{} files", files.len()))
    } else {
        Err(Failure::new(problems.join("\n       "))
            .hint("open each file with `//!` lines that say what it is for; split a long file where its story ends"))
    }
}

fn problems_of(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !text.starts_with("//!") {
        problems.push("does not open with `//!`".to_owned());
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        problems.push(format!("{lines} lines, more than {MAX_LINES}"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_for_and_ends_in_time() {
        let long = |lines: usize| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        for (text, problems) in [
            ("//! What it is for.\nfn main() {}\n".to_owned(), &[] as &[&str]),
            (long(500), &[]),
            (long(501), &["501 lines, more than 500"]),
            ("fn main() {}\n".to_owned(), &["does not open with `//!`"]),
            ("// Nearly.\n".to_owned(), &["does not open with `//!`"]),
            (String::new(), &["does not open with `//!`"]),
        ] {
            assert_eq!(problems_of(&text), problems, "{text:.20}");
        }
    }
}
