//! `docs/contract.md`, written from `docs/contract.toml`: each row of the HTTP contract and the tests that hold it.
//!
//! A row without a test, or with one that is not there, is a failure: a promise that nobody checks is no promise.

use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::failure::{Failure, Result};
use crate::workspace::root;

/// Where the rows stand.
const SOURCE: &str = "docs/contract.toml";
/// What is made of them.
pub const TARGET: &str = "docs/contract.md";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contract {
    section: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    title: String,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// What is promised.
    says: String,
    /// `path/of/file.rs#name_of_the_test`, or `path/of/scenarios.toml#what the scenario is about`.
    tests: Vec<String>,
}

/// The document as it ought to be.
pub fn document() -> Result<String> {
    let text = read(SOURCE)?;
    let contract: Contract = toml::from_str(&text).map_err(|error| Failure::new(format!("{SOURCE}: {error}")))?;
    let mut document = String::from(
        "# The HTTP contract, row by row\n\nEach row names the tests that hold it. Written by `cargo xtask generated` from \
         `docs/contract.toml`; CI fails when a test is gone or this file is stale.\n",
    );
    let mut missing = Vec::new();
    for section in &contract.section {
        let _ = write!(document, "\n## {}\n\n| what | held by |\n|---|---|\n", section.title);
        for row in &section.row {
            if row.tests.is_empty() {
                missing.push(format!("no test for: {}", row.says));
            }
            missing.extend(row.tests.iter().filter_map(|test| complaint(test)));
            let tests: Vec<String> = row.tests.iter().map(|test| link(test)).collect();
            let _ = writeln!(document, "| {} | {} |", row.says.replace('|', "\\|"), tests.join("<br>"));
        }
    }
    if missing.is_empty() {
        Ok(document)
    } else {
        let hint = format!("name the tests that there are in {SOURCE}");
        Err(Failure::new(missing.join("\n       ")).hint(hint))
    }
}

/// Fails where the file is not what it ought to be. Says how many rows there are.
pub fn check() -> Result<String> {
    let document = document()?;
    if read(TARGET)? != document {
        return Err(Failure::new(format!("{TARGET} is not current")).hint("cargo xtask generated, then read the diff"));
    }
    Ok(format!("{TARGET}: {} rows", document.lines().filter(|line| line.starts_with("| ")).count()))
}

/// Writes the file.
pub fn write() -> Result<()> {
    fs::write(root().join(TARGET), document()?).map_err(|error| Failure::cannot(format!("write {TARGET}"), error))
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).map_err(|error| Failure::cannot(format!("read {path}"), error))
}

/// Why a test does not count; nothing if it does.
fn complaint(test: &str) -> Option<String> {
    let Some((path, name)) = test.split_once('#') else { return Some(format!("{test}: wants `file#test`")) };
    let Ok(text) = fs::read_to_string(root().join(path)) else { return Some(format!("{test}: there is no such file")) };
    let said = if path.ends_with(".toml") { format!("about = \"{name}\"") } else { format!("fn {name}(") };
    (!text.contains(&said)).then(|| format!("{test}: there is no such test in the file"))
}

fn link(test: &str) -> String {
    let (path, name) = test.split_once('#').unwrap_or((test, ""));
    format!("[{name}](../{path})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_not_there_does_not_count() {
        assert_eq!(complaint("xtask/src/contract.rs#a_test_that_is_not_there_does_not_count"), None);
        for wrong in ["xtask/src/contract.rs#gone", "xtask/src/gone.rs#x", "xtask/src/contract.rs"] {
            assert!(complaint(wrong).is_some(), "{wrong}");
        }
    }
}
