//! Drafts become files: all of them or none, and never over a file that is somebody else's.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use codegen::record::{FILES_PATH, Files, Origin, REQUEST_PATH, sha256};
use codegen::{FileDraft, FileMode, Ownership};

use crate::begun::{self, Begun};
use crate::failure::Failure;
use crate::staging;

const LINKED: &str = "name the file itself with --file, or put it in the place of the link";

/// What a folder is to us.
#[derive(Debug)]
pub enum Folder {
    /// Not there, or empty.
    Free,
    /// One that we made, with what it was made from.
    Ours(Box<Origin>),
    /// One that we began to make and did not finish, because the run was ended.
    Begun,
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
    let entries = match fs::read_dir(folder) {
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
    if begun::files(folder).is_some() {
        return Ok(Folder::Begun);
    }
    // The first thing that a run makes, and all that is left of one that was ended just then.
    let empty = |path: &Path| fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let counts = |entry: &fs::DirEntry| !(entry.file_name() == ".supermaker" && empty(&entry.path()));
    Ok(if entries.flatten().any(|entry| counts(&entry)) { Folder::Foreign } else { Folder::Free })
}

/// Writes all drafts into a folder, or none. A run that is ended meanwhile leaves a note of what it was writing, so that another
/// one finishes it; the record comes last.
///
/// # Errors
/// A file stands in the way that we did not write or that was changed since, another run is writing there, or the disk refuses.
pub fn write(folder: &Path, drafts: &[FileDraft]) -> Result<(), Failure> {
    let cannot = |(path, error): staging::Refused| {
        Failure::new(format!("cannot write {}: {error}; nothing was written", path.display()))
    };
    let begun = Begun::open(folder).map_err(cannot)?.ok_or_else(|| {
        let failure = Failure::new(format!("another supermaker is writing into {}", folder.display()));
        failure.hint("wait until it is done, or choose another folder with --dir")
    })?;
    let record = record(folder).or_else(|| begun.before.clone());
    // Whether a secret is as it was written cannot be seen; it is whole, and stays.
    let secret = |draft: &FileDraft| {
        let known = begun.before.as_ref().is_some_and(|files| files.get(&draft.path).is_some());
        draft.mode == FileMode::Secret && known && folder.join(&draft.path).exists()
    };
    let mut work: Vec<FileDraft> = drafts.iter().filter(|draft| !secret(draft)).cloned().collect();
    // Who finds the record finds all the rest.
    work.sort_by_key(|draft| draft.path == FILES_PATH);
    let standing = |draft: &&FileDraft| standing(&folder.join(&draft.path), draft, record.as_ref()) == Standing::Theirs;
    let theirs: Vec<&str> = work.iter().filter(standing).map(|draft| draft.path.as_str()).collect();
    if !theirs.is_empty() {
        let message = format!("{} holds files that are not ours to overwrite: {}", folder.display(), theirs.join(", "));
        begun.leave();
        return Err(Failure::new(message).hint("move them away, or choose another folder with --dir"));
    }
    let written = begun.note(drafts).and_then(|()| staging::put(folder, &work));
    match written {
        Ok(()) => begun.finish(folder, drafts),
        Err(_) if staging::was_killed(&written) => {}
        Err(_) => begun.leave(),
    }
    written.map_err(cannot)
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
    let record = record(folder).or_else(|| begun::files(folder));
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

/// Writes a text over a file of a folder that is there: the new one whole, or the old one.
///
/// # Errors
/// The disk refuses.
pub fn replace(folder: &Path, path: &Path, text: &str) -> Result<(), Failure> {
    let within = path.strip_prefix(folder).unwrap_or(path);
    let real = staging::place(folder, within)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())).hint(LINKED))?;
    let path = &real;
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
            record.files.iter().any(|file| file.path == draft.path && file.sha256.is_some() && file.sha256 == hash)
        }
        None => false,
    };
    if ours { Standing::Unchanged } else { Standing::Theirs }
}

#[cfg(test)]
mod tests;
