//! Drafts become files: all of them or none, and never over a file that is somebody else's.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use codegen::record::{FILES_PATH, Files, Origin, REQUEST_PATH, sha256};
use codegen::{FileDraft, FileMode, Ownership};

use crate::failure::Failure;
use crate::staging;

/// What a folder is to us.
#[derive(Debug)]
pub enum Folder {
    /// Not there, or empty.
    Free,
    /// One that we made, with what it was made from.
    Ours(Box<Origin>),
    /// It holds other things.
    Foreign,
}

/// What stands where a draft wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Nothing,
    /// A file that we wrote and nobody changed since.
    Unchanged,
    /// A file that somebody else wrote, or changed after us.
    Theirs,
}

/// Looks at a folder.
///
/// # Errors
/// It cannot be read, or is a file.
pub fn look(folder: &Path) -> Result<Folder, Failure> {
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Folder::Free),
        Err(error) => {
            let failure = Failure::new(format!("cannot use {} as a folder: {error}", folder.display()));
            return Err(failure.hint("choose another one with --dir"));
        }
    };
    if record(folder).is_some() {
        return Ok(Folder::Ours(Box::new(origin(folder))));
    }
    Ok(if entries.next().is_some() { Folder::Foreign } else { Folder::Free })
}

/// Writes all drafts into a folder, or none.
///
/// # Errors
/// A file stands in the way that we did not write or that was changed since, or the disk refuses.
pub fn write(folder: &Path, drafts: &[FileDraft]) -> Result<(), Failure> {
    let record = record(folder);
    let standing = |draft: &&FileDraft| standing(&folder.join(&draft.path), draft, record.as_ref()) == Standing::Theirs;
    let theirs: Vec<&str> = drafts.iter().filter(standing).map(|draft| draft.path.as_str()).collect();
    if !theirs.is_empty() {
        let message = format!("{} holds files that are not ours to overwrite: {}", folder.display(), theirs.join(", "));
        return Err(Failure::new(message).hint("move them away, or choose another folder with --dir"));
    }
    put(folder, drafts)
}

/// Writes drafts, all of them or none.
///
/// # Errors
/// The disk refuses.
pub fn put(folder: &Path, drafts: &[FileDraft]) -> Result<(), Failure> {
    staging::put(folder, drafts)
        .map_err(|(path, error)| Failure::new(format!("cannot write {}: {error}; nothing was written", path.display())))
}

/// Takes documents out of drafts in whose place somebody else's file stands: whoever has a specification or rules for agents of his
/// own keeps them. The record does not know them then. Gives the paths that are left as they are, too.
///
/// # Errors
/// The record of the drafts is none, which cannot be.
pub fn beside(folder: &Path, drafts: Vec<FileDraft>) -> Result<(Vec<FileDraft>, Vec<String>), Failure> {
    let record = record(folder);
    let is_document = |draft: &FileDraft| {
        let place = draft.path == "AGENTS.md" || ["docs/", "specs/"].iter().any(|start| draft.path.starts_with(start));
        place && draft.ownership == Ownership::Generated
    };
    let theirs = |draft: &FileDraft| standing(&folder.join(&draft.path), draft, record.as_ref()) == Standing::Theirs;
    let (aside, mut kept): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| is_document(draft) && theirs(draft));
    let left: Vec<String> = aside.into_iter().map(|draft| draft.path).collect();
    if let Some(files) = kept.iter_mut().find(|draft| draft.path == FILES_PATH && !left.is_empty()) {
        let mut known = Files::parse(&files.content).map_err(Failure::new)?;
        known.files.retain(|file| !left.contains(&file.path));
        *files = known.with([]).map_err(Failure::new)?;
    }
    Ok((kept, left))
}

/// The text of a file, if there is one.
///
/// # Errors
/// It is there and cannot be read.
pub fn text(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!("cannot read {}: {error}", path.display()))),
    }
}

/// Writes a file that the user edits too, where all that is his was carried over; the record, if there is one, knows it.
///
/// # Errors
/// The disk refuses; then nothing was written.
pub fn put_yours(folder: &Path, path: &str, content: String) -> Result<(), Failure> {
    put_generated(folder, FileDraft::yours(path, content))
}

/// Writes a file of ours, which the record knows.
///
/// # Errors
/// The disk refuses; then nothing was written.
pub fn put_generated(folder: &Path, draft: FileDraft) -> Result<(), Failure> {
    let mut work = vec![draft];
    if let Some(record) = record(folder) {
        work.push(record.with(&work).map_err(Failure::new)?);
    }
    put(folder, &work)
}

/// Writes the record as it is.
///
/// # Errors
/// The disk refuses; then nothing was written.
pub fn put_record(folder: &Path, record: &Files) -> Result<(), Failure> {
    put(folder, &[record.with([]).map_err(Failure::new)?])
}

/// Writes a text over a file that is there: the new one whole, or the old one.
///
/// # Errors
/// The disk refuses.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // A link stays one.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = staging::beside(path, FileMode::Normal).and_then(|(mut file, staged)| {
        let moved = fs::metadata(path)
            .map_or(Ok(()), |before| file.set_permissions(before.permissions()))
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&staged, path));
        if moved.is_err() {
            let _ = fs::remove_file(&staged);
        }
        moved
    });
    written.map_err(|error| Failure::new(format!("cannot write {}: {error}; it is as it was", path.display())))
}

/// What a folder says of how its blueprint came about, if we made it.
pub fn made_of(folder: &Path) -> Option<Origin> {
    Origin::parse(&fs::read_to_string(folder.join(REQUEST_PATH)).ok()?).ok()
}

/// What we wrote into a folder, if it is one of ours.
pub fn record(folder: &Path) -> Option<Files> {
    known(folder).ok().flatten()
}

/// The same, and apart from it what is wrong with a record that is there and is none.
///
/// # Errors
/// What is wrong with it.
pub fn known(folder: &Path) -> Result<Option<Files>, String> {
    match fs::read_to_string(folder.join(FILES_PATH)) {
        Ok(text) => Files::parse(&text).map(Some).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// A record without its request is still ours; the request is then unknown.
fn origin(folder: &Path) -> Origin {
    let text = fs::read_to_string(folder.join(REQUEST_PATH)).unwrap_or_default();
    Origin::parse(&text).unwrap_or_else(|_| Origin {
        request: None,
        planner: String::new(),
        coverage: 0.0,
        assumptions: Vec::new(),
        asked: None,
        questions: Vec::new(),
        unplaced: Vec::new(),
    })
}

/// Looks at a place.
pub fn standing(path: &Path, draft: &FileDraft, record: Option<&Files>) -> Standing {
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Standing::Nothing;
    }
    // The record itself has no entry; that it can be read as one says that it is ours.
    let ours = match record {
        Some(_) if draft.path == FILES_PATH => true,
        Some(record) => {
            let hash = fs::read(path).ok().map(|bytes| sha256(&bytes));
            record.get(&draft.path).is_some_and(|file| file.sha256.is_some() && file.sha256 == hash)
        }
        None => false,
    };
    if ours { Standing::Unchanged } else { Standing::Theirs }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn draft(path: &str, content: &str, mode: FileMode) -> FileDraft {
        FileDraft { path: path.to_owned(), content: content.to_owned(), mode, ownership: Ownership::Yours }
    }

    fn everything_in(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(everything_in(&path));
            }
            found.push(path.display().to_string());
        }
        found
    }

    #[test]
    fn a_file_of_somebody_else_stops_everything() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "theirs").unwrap();
        let drafts = [draft("a", "ours", FileMode::Normal), draft("b", "ours", FileMode::Normal)];
        let failure = write(folder.path(), &drafts).unwrap_err();
        assert!(failure.message.contains("not ours to overwrite: b"), "{}", failure.message);
        assert!(!folder.path().join("a").exists());
        assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "theirs");
    }

    #[test]
    fn a_failure_half_way_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("new");
        // `a` cannot be a file and a folder: the second draft fails after the first was staged.
        let drafts = [
            draft("a", "1", FileMode::Normal),
            draft("x/b", "2", FileMode::Normal),
            draft("x/b/c", "3", FileMode::Normal),
        ];
        assert!(write(&root, &drafts).is_err());
        assert_eq!(everything_in(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn what_we_wrote_and_nobody_changed_may_be_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let record = |hash: &str| {
            let files = format!(r#"[{{"path":"a","sha256":"{hash}","ownership":"generated"}}]"#);
            draft(FILES_PATH, &format!(r#"{{"supermaker":"0","app":"x","files":{files}}}"#), FileMode::Normal)
        };
        let (one, two) = (draft("a", "1", FileMode::Normal), draft("a", "2", FileMode::Normal));
        write(folder.path(), &[one, record(&sha256(b"1"))]).unwrap();
        write(folder.path(), &[two.clone(), record(&sha256(b"2"))]).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "2");
        fs::write(folder.path().join("a"), "edited").unwrap();
        assert!(write(folder.path(), &[two]).is_err());
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "edited");
    }
}
