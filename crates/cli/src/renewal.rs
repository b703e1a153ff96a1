//! Drafts over files that were written before: what nobody changed since is renewed, what somebody edited or took away is not.

use std::fs;
use std::path::Path;

use codegen::FileDraft;
use codegen::record::{FILES_PATH, Files};
use serde::Serialize;

use crate::disk::{self, Standing, standing};
use crate::failure::Failure;

/// What became of documents that were to be renewed, by their paths.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Renewed {
    /// Those that are other than they were, or new.
    pub written: Vec<String>,
    /// Those that somebody edited: they are as they were.
    pub edited: Vec<String>,
    /// Those that somebody took away: they stay away.
    pub removed: Vec<String>,
    /// Why the record of what we wrote could not be used, where it could not: it is made anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

impl Renewed {
    /// What is not what the blueprint gives and stays so, as the end of a sentence; nothing where all is.
    pub fn left(&self) -> Option<String> {
        let named = |what: &str, paths: &[String]| (!paths.is_empty()).then(|| format!("{what} {}", paths.join(", ")));
        let said = [named("you edited", &self.edited), named("you took away", &self.removed)];
        let said: Vec<String> = said.into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// A line for each, for people; of what would become of them if it was not done.
    pub fn lines(&self, dry: bool) -> Vec<String> {
        let verb = if dry { "Would write" } else { "Wrote" };
        let written = self.written.iter().map(|path| format!("{verb} {path}"));
        let edited = self.edited.iter().map(|path| format!("Left as you edited it: {path}"));
        let removed = self.removed.iter().map(|path| format!("Stays away: {path}"));
        let record = self.record.iter().map(|why| {
            format!("{FILES_PATH} could not be read ({why}): what is not what the blueprint gives counts as edited")
        });
        record.chain(written).chain(edited).chain(removed).collect()
    }
}

/// Writes drafts over what we wrote and nobody changed since, and where nothing stands yet; all of them or none. `record` says
/// what we wrote. With `dry` it only says what it would do.
///
/// # Errors
/// The disk refuses.
pub fn renew(folder: &Path, drafts: Vec<FileDraft>, record: &Files, dry: bool) -> Result<Renewed, Failure> {
    let mut renewed = Renewed::default();
    let mut work: Vec<FileDraft> = Vec::new();
    // What a run wrote that was ended before it wrote the record: ours, as nobody else would have written just that.
    let mut adopted: Vec<FileDraft> = Vec::new();
    for draft in drafts {
        let path = folder.join(&draft.path);
        match standing(&path, &draft, Some(record)) {
            Standing::Nothing if record.get(&draft.path).is_some() => renewed.removed.push(draft.path),
            standing if fs::read(&path).is_ok_and(|bytes| bytes == draft.content.as_bytes()) => {
                if standing == Standing::Theirs {
                    adopted.push(draft);
                }
            }
            Standing::Nothing | Standing::Unchanged => {
                renewed.written.push(draft.path.clone());
                work.push(draft);
            }
            Standing::Theirs => renewed.edited.push(draft.path),
        }
    }
    if !(dry || work.is_empty() && adopted.is_empty()) {
        work.push(record.with(work.iter().chain(&adopted)).map_err(Failure::new)?);
        disk::put(folder, &work)?;
    }
    Ok(renewed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use codegen::{FileMode, Ownership};

    use super::*;
    use crate::disk::write;

    fn draft(path: &str, content: &str, mode: FileMode) -> FileDraft {
        FileDraft { path: path.to_owned(), content: content.to_owned(), mode, ownership: Ownership::Yours }
    }

    #[test]
    fn what_was_edited_or_taken_away_is_not_renewed() {
        let folder = tempfile::tempdir().unwrap();
        let old = ["same", "stale", "edited", "gone"].map(|path| draft(path, "old", FileMode::Normal));
        let none = Files { supermaker: "0".into(), app: "x".into(), files: Vec::new() };
        let record = none.with(&old).unwrap();
        let renew = |drafts, dry| {
            let record = crate::disk::record(folder.path()).unwrap();
            super::renew(folder.path(), drafts, &record, dry).unwrap()
        };
        write(folder.path(), &[&old[..], &[record]].concat()).unwrap();
        fs::write(folder.path().join("edited"), "mine").unwrap();
        fs::remove_file(folder.path().join("gone")).unwrap();
        let fresh = [("same", "old"), ("stale", "new"), ("edited", "new"), ("gone", "new"), ("added", "new")];
        let fresh = fresh.map(|(path, content)| draft(path, content, FileMode::Normal)).to_vec();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = Renewed {
            written: names(&["stale", "added"]),
            edited: names(&["edited"]),
            removed: names(&["gone"]),
            record: None,
        };
        assert_eq!(renew(fresh.clone(), true), expected);
        assert_eq!(fs::read_to_string(folder.path().join("stale")).unwrap(), "old");
        assert_eq!(renew(fresh.clone(), false), expected);
        assert_eq!(fs::read_to_string(folder.path().join("edited")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(folder.path().join("stale")).unwrap(), "new");
        assert_eq!(renew(fresh, false).written, Vec::<String>::new());
    }

    /// As after a run that was ended between the files and the record.
    #[test]
    fn what_stands_as_it_should_be_is_ours_whatever_the_record_says() {
        let folder = tempfile::tempdir().unwrap();
        let [old, new, newer] = ["old", "new", "newer"].map(|text| vec![draft("a", text, FileMode::Normal)]);
        let none = Files { supermaker: "0".into(), app: "x".into(), files: Vec::new() };
        write(folder.path(), &[&old[..], &[none.with(&old).unwrap()]].concat()).unwrap();
        fs::write(folder.path().join("a"), "new").unwrap();
        let renew = |drafts: &[FileDraft]| {
            super::renew(folder.path(), drafts.to_vec(), &crate::disk::record(folder.path()).unwrap(), false).unwrap()
        };
        assert_eq!(renew(&newer).edited, ["a"], "by all that is known somebody edited it");
        assert_eq!(renew(&new), Renewed::default());
        assert_eq!(renew(&newer).written, ["a"]);
    }
}
