//! `cargo xtask generated`: files of this repository that the program itself writes, so that none is stale.
//!
//! Those are `examples/lead-tracker`, what `supermaker new` makes of the README's request, the documents of every other example
//! with a blueprint (who may do what alone, where it is code too), `docs/contract.md` and `docs/security.md`. Secrets are not kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Args as Arguments;

use crate::failure::{Failure, Result};
use crate::promises;
use crate::workspace::{self, root};

/// Whether to write or to compare.
#[derive(Arguments)]
pub struct Args {
    /// Change nothing; fail where a file is not what the program writes today.
    #[arg(long)]
    check: bool,
}

/// The folder that `supermaker new` writes, and the English it is made from.
const FOLDER: &str = "examples/lead-tracker";
const REQUEST: &str =
    "Build me a lead tracker where I can log prospects, update their status, and send them SMS follow-ups";

/// Random for each folder, or made by running: never in the repository.
const NOT_KEPT: &[&str] = &[".env", "data"];

/// Of every example: who may do what by its blueprint.
const ACCESS: &str = "docs/access.md";

/// Where documents are that a blueprint alone gives.
const DOCUMENTS: &[&str] = &["AGENTS.md", "docs/", "specs/"];

/// Contents by path relative to the root, with `/`.
type Files = BTreeMap<String, Vec<u8>>;

/// Writes the files, or checks them.
pub fn run(args: &Args) -> Result<()> {
    if args.check {
        println!("{}", check()?);
        return Ok(());
    }
    let fresh = fresh()?;
    let known = known()?;
    for gone in known.keys().filter(|path| !fresh.contains_key(*path)) {
        let path = root().join(gone);
        fs::remove_file(&path).map_err(|error| Failure::cannot(format!("remove {}", path.display()), error))?;
    }
    for (path, content) in &fresh {
        let path = root().join(path);
        write(&path, content).map_err(|error| Failure::cannot(format!("write {}", path.display()), error))?;
    }
    let changes = differences(&known, &fresh);
    changes.iter().for_each(|change| println!("{change}"));
    println!("{} files, {} changed", fresh.len(), changes.len());
    promises::write()
}

/// Fails where a file is not what the program writes today.
pub fn check() -> Result<String> {
    let fresh = fresh()?;
    let changes = differences(&known()?, &fresh);
    if changes.is_empty() {
        Ok(format!("{} files of examples are current; {}", fresh.len(), promises::check()?))
    } else {
        let hint = "cargo xtask generated, then read the diff";
        Err(Failure::new(format!("what the program writes is not current:\n       {}", changes.join("\n       ")))
            .hint(hint))
    }
}

/// What the program writes today.
fn fresh() -> Result<Files> {
    // With the examples the dependencies have the features that tests ask for, so nothing is built a second time.
    let program = workspace::build("supermaker", &["--workspace", "--bin", "supermaker", "--examples"])?;
    let temporary = tempfile::tempdir().map_err(|error| Failure::cannot("make a temporary folder", error))?;
    let folder = temporary.path().join("lead-tracker");
    let mut new = Command::new(&program);
    new.args(["new", REQUEST, "--yes", "--dir"]).arg(&folder).current_dir(temporary.path());
    workspace::output(&mut new)?;
    let mut files = Files::new();
    collect(&folder, "", &mut files).map_err(|error| Failure::cannot("read what `supermaker new` wrote", error))?;
    if files.is_empty() {
        return Err(Failure::new("`supermaker new` wrote no files"));
    }
    let mut files: Files = files.into_iter().map(|(path, content)| (format!("{FOLDER}/{path}"), content)).collect();
    for example in examples()? {
        for (path, content) in documents(&program, &example, temporary.path())? {
            files.insert(format!("{example}/{path}"), content);
        }
    }
    Ok(files)
}

/// The documents of one example, by their paths in it.
fn documents(program: &Path, example: &str, temporary: &Path) -> Result<Files> {
    let cannot = |error| Failure::cannot(format!("write the documents of {example}"), error);
    let folder = temporary.join(example.replace('/', "-"));
    fs::create_dir_all(&folder).map_err(cannot)?;
    fs::copy(root().join(example).join("blueprint.toml"), folder.join("blueprint.toml")).map_err(cannot)?;
    let mut docs = Command::new(program);
    docs.args(["docs", "--quiet"]).arg(&folder).current_dir(temporary);
    workspace::output(&mut docs)?;
    let mut files = Files::new();
    collect(&folder, "", &mut files).map_err(cannot)?;
    let is_code = root().join(example).join("Cargo.toml").is_file();
    let kept =
        |path: &str| if is_code { path == ACCESS } else { DOCUMENTS.iter().any(|folder| path.starts_with(folder)) };
    files.retain(|path, _| kept(path));
    Ok(files)
}

/// What is in the repository.
fn known() -> Result<Files> {
    let mut files = Files::new();
    for path in workspace::files()?.into_iter().filter(|path| is_generated(path)) {
        let content = fs::read(root().join(&path)).map_err(|error| Failure::cannot(format!("read {path}"), error))?;
        files.insert(path, content);
    }
    Ok(files)
}

/// The folders of all examples with a blueprint but the one that is written as a whole.
fn examples() -> Result<Vec<String>> {
    let folder = |path: &str| {
        let (folder, name) = path.rsplit_once('/')?;
        (name == "blueprint.toml" && example(path) && folder != FOLDER).then(|| folder.to_owned())
    };
    Ok(workspace::files()?.iter().filter_map(|path| folder(path)).collect())
}

fn is_generated(path: &str) -> bool {
    let within = path.strip_prefix("examples/").and_then(|rest| rest.split_once('/'));
    path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
        || within.is_some_and(|(_, path)| DOCUMENTS.iter().any(|folder| path.starts_with(folder)))
}

/// Whether a path is one of an example: not what a test or a crate may keep elsewhere.
fn example(path: &str) -> bool {
    path.starts_with("examples/")
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if NOT_KEPT.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

/// One line for each file that differs, in the order of their names.
fn differences(known: &Files, fresh: &Files) -> Vec<String> {
    let mut paths: Vec<&String> = known.keys().chain(fresh.keys()).collect();
    paths.sort();
    paths.dedup();
    let difference = |path: &String| match (known.get(path), fresh.get(path)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) => Some(format!("{path}: differs from line {}", first_difference(old, new))),
        (Some(_), None) => Some(format!("{path}: is not written any more")),
        (None, _) => Some(format!("{path}: is missing")),
    };
    paths.into_iter().filter_map(difference).collect()
}

fn first_difference(old: &[u8], new: &[u8]) -> usize {
    let same = old.iter().zip(new).take_while(|(old, new)| old == new);
    same.filter(|(byte, _)| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn every_difference_is_told() {
        let known = files(&[("a", "1\n2\n3\n"), ("gone", ""), ("same", "x")]);
        let fresh = files(&[("a", "1\n2\nthree\n"), ("new", ""), ("same", "x")]);
        let expected = ["a: differs from line 3", "gone: is not written any more", "new: is missing"];
        assert_eq!(differences(&known, &fresh), expected);
        assert!(differences(&known, &known).is_empty());
    }

    #[test]
    fn secrets_are_not_kept_and_folders_are_walked() {
        let temporary = tempfile::tempdir().unwrap();
        for path in [".env", ".env.example", "docs/api.md", "docs/.env.md", "data/app.db"] {
            write(&temporary.path().join(path), b"text").unwrap();
        }
        let mut found = Files::new();
        collect(temporary.path(), "", &mut found).unwrap();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), [".env.example", "docs/.env.md", "docs/api.md"]);
    }
}
