//! Documents stay true: every relative link and every path in backticks names something that is in the repository.
//!
//! Fenced blocks are left alone: they show output and the trees of other projects. Of the changelog, to which everybody adds in the
//! same places, it is also seen that a merge has not left the pieces of a sentence behind that was written anew.

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::{Failure, Result};
use crate::workspace;

/// The documents whose paths are checked.
const DOCUMENTS: &[&str] = &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md"];

/// Where merges meet most.
const CHANGELOG: &str = "CHANGELOG.md";

/// Endings by which a word without a folder is taken for a file.
const ENDINGS: &[&str] = &[".rs", ".toml", ".md", ".json", ".lua", ".sql", ".yaml", ".yml", ".lock", ".sh"];

/// Checks the documents; every path that leads nowhere is told, with its line.
pub fn check() -> Result<String> {
    let tree = Tree::of(&workspace::files()?);
    let mut problems = Vec::new();
    let mut paths = 0;
    for document in DOCUMENTS {
        if !tree.has(document) {
            problems.push(format!("{document}: is missing"));
            continue;
        }
        for mention in mentions(&workspace::read(document)?, &tree) {
            paths += 1;
            if !tree.finds(&mention) {
                problems.push(format!("{document}:{}: {} is not in the repository", mention.line, mention.path));
            }
        }
    }
    let changes = workspace::read(CHANGELOG)?;
    problems.extend(left_behind(&changes).into_iter().map(|(first, again, words)| {
        format!(
            "{CHANGELOG}:{again}: `{words}…` stands in line {first} too: which of the two did a merge leave behind?"
        )
    }));
    if problems.is_empty() {
        Ok(format!("{paths} paths in {} documents", DOCUMENTS.len()))
    } else {
        Err(Failure::new(problems.join("\n       ")).hint("name files as they are called now, and say everything once"))
    }
}

/// Lines within an entry that begin like one before, which no two sentences do: where both are, and how they begin.
fn left_behind(text: &str) -> Vec<(usize, usize, &str)> {
    let mut first = BTreeMap::new();
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with("  ")) {
        let end = line.char_indices().nth(ALIKE + 2).map_or(line.len(), |(end, _)| end);
        let words = line[..end].trim();
        let one = *first.entry(words).or_insert(index + 1);
        if one != index + 1 {
            found.push((one, index + 1, words));
        }
    }
    found
}

/// Letters by which two lines of the changelog are alike.
const ALIKE: usize = 24;

/// A path that a document names, with the line that does.
#[derive(Debug, PartialEq, Eq)]
struct Mention {
    line: usize,
    path: String,
    /// A link leads to exactly one place; words may leave out the folders that their sentence names.
    exact: bool,
}

/// Files and folders of the repository, folders without a slash at the end.
struct Tree(BTreeSet<String>);

impl Tree {
    fn of(files: &[String]) -> Tree {
        let mut paths = BTreeSet::new();
        for file in files {
            paths.extend(file.match_indices('/').map(|(end, _)| file[..end].to_owned()));
            paths.insert(file.clone());
        }
        Tree(paths)
    }

    fn has(&self, path: &str) -> bool {
        self.0.contains(path.trim_end_matches('/'))
    }

    fn finds(&self, mention: &Mention) -> bool {
        let path = mention.path.trim_end_matches('/');
        let tail = format!("/{path}");
        self.has(path) || (!mention.exact && self.0.iter().any(|known| known.ends_with(&tail)))
    }
}

fn mentions(text: &str, tree: &Tree) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let mut add = |path: &str, exact| found.push(Mention { line: index + 1, path: path.to_owned(), exact });
            links(line).into_iter().for_each(|path| add(path, true));
            let words = line.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
            words.filter(|word| looks_like_a_path(word, tree)).for_each(|path| add(path, false));
        }
    }
    found
}

/// Targets of `[text](target)` that stay inside the repository, without their anchor.
fn links(line: &str) -> Vec<&str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = targets.filter(|target| !target.contains(':')).filter_map(|target| target.split('#').next());
    paths.map(|path| path.trim_start_matches("./")).filter(|path| !path.is_empty()).collect()
}

/// A route starts with a slash, a pattern has signs that no file of ours has, a media type has no such ending.
fn looks_like_a_path(word: &str, tree: &Tree) -> bool {
    let plain = word.chars().all(|sign| sign.is_ascii_alphanumeric() || "/._-".contains(sign));
    if !plain || word.starts_with('/') || word.starts_with('-') {
        return false;
    }
    let inside = word.split_once('/').is_some_and(|(top, _)| tree.has(top));
    let named = ENDINGS.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending));
    inside || named || word.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_merge_left_behind_is_told() {
        let damaged = "* One thing that\n  everybody will notice at once.\n* Another.\n  everybody will notice at first\n  that too.\n";
        assert_eq!(left_behind(damaged), [(2, 4, "everybody will notice at")]);
        assert_eq!(
            left_behind("* `a` does this,\n  and that.\n* `a` does this,\n  and it is good.\n  ümläüte äöüß äöü\n"),
            []
        );
    }

    fn missing(text: &str) -> Vec<String> {
        let tree = Tree::of(&["README.md".to_owned(), "crates/query/src/access.rs".to_owned()]);
        mentions(text, &tree)
            .into_iter()
            .filter(|it| !tree.finds(it))
            .map(|it| format!("{}:{}", it.line, it.path))
            .collect()
    }

    #[test]
    fn what_leads_nowhere_is_told_with_its_line() {
        for (text, expected) in [
            (
                "see `crates/query/src/access.rs` and\n`crates/query/src/gone.rs`",
                &["2:crates/query/src/gone.rs"] as &[&str],
            ),
            ("`src/access.rs`, `access.rs`, `query/src/`", &[]),
            ("`ccess.rs`", &["1:ccess.rs"]),
            ("`cargo run -- serve crates/todo`", &["1:crates/todo"]),
            ("[here](README.md#top), [there](docs/guide.md)", &["1:docs/guide.md"]),
            ("[links are exact](access.rs)", &["1:access.rs"]),
            ("[out](https://example.com/a.md), [down](#below)", &[]),
            ("`/openapi.json`, `application/json`, `GET /x/`, `src/*.rs`, `FILE`, `0.5`", &[]),
            ("```\n`gone.rs`\n```\n`gone.toml`", &["4:gone.toml"]),
        ] {
            assert_eq!(missing(text), expected, "{text}");
        }
    }
}
