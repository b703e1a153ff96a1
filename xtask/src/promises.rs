//! `docs/contract.md` and `docs/security.md`, written from the `.toml` beside them: what is promised, row by row, and the
//! tests that hold it.
//!
//! A row without a test, or with one that is not there, is a failure: a promise that nobody checks is no promise. Rows of
//! security may be open or not apply, and then say so; the names of their tests begin with their code.

use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::failure::{Failure, Result};
use crate::workspace::root;

/// A document and what it is made of.
struct Document {
    source: &'static str,
    target: &'static str,
    /// What stands above the rows.
    head: &'static str,
    /// Whether its rows have codes, which tests are named by.
    coded: bool,
}

const DOCUMENTS: [Document; 2] = [
    Document {
        source: "docs/contract.toml",
        target: "docs/contract.md",
        head: "# The HTTP contract, row by row\n\nEach row names the tests that hold it. Written by `cargo xtask generated` from \
               `docs/contract.toml`; CI fails when a test is gone or this file is stale.\n",
        coded: false,
    },
    Document {
        source: "docs/security.toml",
        target: "docs/security.md",
        head: "# Accounts and access, row by row\n\nEach row names the tests that hold it; their names begin with its code. What is \
               not done, or only in part, says **open** and what is missing; what does not apply says why. Written by `cargo xtask \
               generated` from `docs/security.toml`; CI fails when a test is gone or this file is stale.\n",
        coded: true,
    },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Promises {
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
    /// Where rows have codes: its own.
    code: Option<String>,
    /// What is promised.
    says: String,
    /// Who asks for it.
    source: Option<String>,
    /// `path/of/file.rs#name_of_the_test`, or `path/of/scenarios.toml#what the scenario is about`.
    #[serde(default)]
    tests: Vec<String>,
    /// What is not done yet.
    open: Option<String>,
    /// Why there is nothing to do.
    not_applicable: Option<String>,
}

/// Fails where a file is not what it ought to be. Says how many rows there are.
pub fn check() -> Result<String> {
    let check = |document: &Document| {
        let text = document.text()?;
        if read(document.target)? != text {
            let failure = Failure::new(format!("{} is not current", document.target));
            return Err(failure.hint("cargo xtask generated, then read the diff"));
        }
        Ok(format!("{}: {} rows", document.target, rows(&text)))
    };
    Ok(DOCUMENTS.iter().map(check).collect::<Result<Vec<_>>>()?.join(", "))
}

/// Writes the files.
pub fn write() -> Result<()> {
    for document in &DOCUMENTS {
        let written = fs::write(root().join(document.target), document.text()?);
        written.map_err(|error| Failure::cannot(format!("write {}", document.target), error))?;
    }
    Ok(())
}

impl Document {
    /// As it ought to be.
    fn text(&self) -> Result<String> {
        let source = self.source;
        let promises: Promises =
            toml::from_str(&read(source)?).map_err(|error| Failure::new(format!("{source}: {error}")))?;
        let complaints = self.complaints(&promises);
        if complaints.is_empty() {
            return Ok(self.render(&promises));
        }
        let hint = format!("mend the rows of {source}, and name the tests that there are");
        Err(Failure::new(complaints.join("\n       ")).hint(hint))
    }

    fn render(&self, promises: &Promises) -> String {
        let mut text = self.head.to_owned();
        let all = || promises.section.iter().flat_map(|section| &section.row);
        if self.coded {
            let open = all().filter(|row| row.open.is_some()).count();
            let not_applicable = all().filter(|row| row.not_applicable.is_some()).count();
            let held = all().count() - open - not_applicable;
            let _ = write!(
                text,
                "\nOf {} rows {held} are held, {open} are open, {not_applicable} do not apply.\n",
                all().count()
            );
        }
        let head =
            if self.coded { "| row | what | held by |\n|---|---|---|\n" } else { "| what | held by |\n|---|---|\n" };
        for section in &promises.section {
            let _ = write!(text, "\n## {}\n\n{head}", section.title);
            section.row.iter().for_each(|row| text.push_str(&row.line()));
        }
        text
    }

    /// Everything that is wrong with the rows.
    fn complaints(&self, promises: &Promises) -> Vec<String> {
        let mut found = Vec::new();
        let mut codes: Vec<&str> = Vec::new();
        for row in promises.section.iter().flat_map(|section| &section.row) {
            found.extend(row.complaint().map(|what| format!("{what}: {}", row.says)));
            found.extend(row.tests.iter().filter_map(|test| missing(test)));
            match (&row.code, self.coded) {
                (None, false) => {}
                (Some(_), false) => found.push(format!("rows have no code here: {}", row.says)),
                (None, true) => found.push(format!("a row without code: {}", row.says)),
                (Some(code), true) => {
                    if codes.contains(&code.as_str()) {
                        found.push(format!("{code} is there twice"));
                    }
                    codes.push(code);
                    let others = row.tests.iter().filter(|test| !begins_with(test, code));
                    found.extend(
                        others.map(|test| format!("{test}: its name must begin with {}_", code.to_lowercase())),
                    );
                }
            }
        }
        found
    }
}

impl Row {
    fn line(&self) -> String {
        let code = self.code.as_ref().map_or_else(String::new, |code| format!("| {code} "));
        let source = self.source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
        let tests = self.tests.iter().map(|test| link(test));
        let open = self.open.iter().map(|what| format!("**open**: {what}"));
        let not_applicable = self.not_applicable.iter().map(|why| format!("does not apply: {why}"));
        let held: Vec<String> = tests.chain(open).chain(not_applicable).map(|cell| cell.replace('|', "\\|")).collect();
        format!("{code}| {}{source} | {} |\n", self.says.replace('|', "\\|"), held.join("<br>"))
    }

    fn complaint(&self) -> Option<&'static str> {
        match (self.tests.is_empty(), &self.open, &self.not_applicable) {
            (true, None, None) => Some("no test for"),
            (false, _, Some(_)) | (_, Some(_), Some(_)) => Some("what does not apply is neither held nor open"),
            _ => None,
        }
    }
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).map_err(|error| Failure::cannot(format!("read {path}"), error))
}

/// How many rows a document has, without the heads of its tables.
fn rows(text: &str) -> usize {
    let heads = text.lines().filter(|line| line.starts_with("|---")).count();
    text.lines().filter(|line| line.starts_with("| ")).count() - heads
}

/// Why a test does not count; nothing if it does.
fn missing(test: &str) -> Option<String> {
    let Some((path, name)) = test.split_once('#') else { return Some(format!("{test}: wants `file#test`")) };
    let Ok(text) = fs::read_to_string(root().join(path)) else { return Some(format!("{test}: there is no such file")) };
    let said = if path.ends_with(".toml") { format!("about = \"{name}\"") } else { format!("fn {name}(") };
    (!text.contains(&said)).then(|| format!("{test}: there is no such test in the file"))
}

/// Whether a test is named by a code: `p1_…`, or `p1_p2_…` where it holds two rows.
fn begins_with(test: &str, code: &str) -> bool {
    let (_, name) = test.split_once('#').unwrap_or_default();
    let is_code =
        |part: &&str| part.len() > 1 && part.get(1..).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    name.split('_').take_while(is_code).any(|part| part == code.to_lowercase())
}

fn link(test: &str) -> String {
    let (path, name) = test.split_once('#').unwrap_or((test, ""));
    format!("[{name}](../{path})")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "xtask/src/promises.rs";

    /// What is wrong with one row of security.
    fn complaints(row: &str) -> Vec<String> {
        let text = format!("[[section]]\ntitle = \"t\"\n[[section.row]]\nsays = \"s\"\n{row}");
        DOCUMENTS[1].complaints(&toml::from_str(&text).unwrap())
    }

    #[test]
    fn a_test_that_is_not_there_does_not_count() {
        assert_eq!(missing(&format!("{HERE}#a_test_that_is_not_there_does_not_count")), None);
        for wrong in [format!("{HERE}#gone"), "xtask/src/gone.rs#x".to_owned(), HERE.to_owned()] {
            assert!(missing(&wrong).is_some(), "{wrong}");
        }
    }

    /// As for golden files, any value of `UPDATE_EXPECT` accepts what would be written.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "says whether golden files are accepted")]
    fn the_documents_are_current() {
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            write().unwrap();
        }
        check().unwrap();
    }

    #[test]
    fn a_test_has_the_code_of_its_row() {
        for (name, code, counts) in [
            ("p1_hashes", "P1", true),
            ("e1_e2_alike", "E2", true),
            ("p10_x", "P1", false),
            ("hashes_p1", "P1", false),
            ("p_1", "P1", false),
            ("x", "X", false),
        ] {
            assert_eq!(begins_with(&format!("{HERE}#{name}"), code), counts, "{name} {code}");
        }
    }

    #[test]
    fn a_row_is_held_or_open_or_does_not_apply() {
        for (row, wrong) in [
            ("code = \"P1\"\nopen = \"all of it\"", None),
            ("code = \"P1\"\nnot_applicable = \"no passwords\"", None),
            ("code = \"P1\"", Some("no test for: s")),
            ("open = \"x\"", Some("a row without code: s")),
            (
                "code = \"P1\"\nopen = \"x\"\nnot_applicable = \"y\"",
                Some("what does not apply is neither held nor open: s"),
            ),
        ] {
            assert_eq!(complaints(row), wrong.into_iter().collect::<Vec<_>>(), "{row}");
        }
        let twice = "code = \"P1\"\nopen = \"x\"\n[[section.row]]\nsays = \"s\"\ncode = \"P1\"\nopen = \"x\"";
        assert_eq!(complaints(twice), ["P1 is there twice"]);
        assert!(
            toml::from_str::<Promises>("[[section]]\ntitle = \"t\"\n[[section.row]]\nsays = \"s\"\nheld = 1").is_err()
        );
    }
}
