//! The note of what a run is writing into a folder, so that what it leaves when it is ended can be told from what is somebody
//! else's, and another run finishes it.
//!
//! A line for each run, added before its first file and forced to disk; the last run takes the note away. It is locked as long as a
//! run lives, and no longer.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use codegen::FileDraft;
use codegen::record::{Files, sha256};

use crate::staging::{self, Refused};

const PATH: &str = ".supermaker/writing.jsonl";

/// A folder that this run writes into, and no other.
pub struct Begun {
    file: File,
    path: PathBuf,
    /// What runs that were ended wrote, where there were some.
    pub before: Option<Files>,
    /// Folders that were not there.
    made: Vec<PathBuf>,
    /// Nobody had begun before.
    fresh: bool,
}

/// What runs that did not finish have written, or were about to.
pub fn files(folder: &Path) -> Option<Files> {
    fs::read_to_string(folder.join(PATH)).ok().map(|text| parsed(&text))
}

/// All lines together; of two that name one file, both may stand there, so that either hash is ours. A line that is not whole is of
/// a run that had written no file yet.
fn parsed(text: &str) -> Files {
    let lines = text.lines().filter_map(|line| Files::parse(line).ok());
    let none = Files { supermaker: String::new(), app: String::new(), files: Vec::new() };
    lines.fold(none, |mut all, line| {
        all.files.extend(line.files);
        all
    })
}

/// Takes away the note of a run that was ended when all was written.
pub fn tidy(folder: &Path) {
    if files(folder).is_some()
        && let Ok(Some(begun)) = Begun::open(folder)
    {
        let _ = fs::remove_file(begun.path);
    }
}

impl Begun {
    /// Takes the folder for this run; none if another one has it.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn open(folder: &Path) -> Result<Option<Begun>, Refused> {
        let path = staging::place(folder, Path::new(PATH)).map_err(|error| (folder.join(PATH), error))?;
        let made = staging::make_folders(path.parent().unwrap_or(folder))?;
        let failed = |error: io::Error| (path.clone(), error);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let before = Some(parsed(&text)).filter(|_| !text.is_empty());
        Ok(Some(Begun { file, fresh: text.is_empty(), path, before, made }))
    }

    /// Notes what is about to be written.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn note(&self, drafts: &[FileDraft]) -> Result<(), Refused> {
        let line = || -> io::Result<()> {
            let none = Files { supermaker: String::new(), app: String::new(), files: Vec::new() };
            let list = none.with(drafts).map_err(io::Error::other)?;
            let list = Files::parse(&list.content)
                .and_then(|files| serde_json::to_string(&files))
                .map_err(io::Error::other)?;
            let mut file = &self.file;
            file.seek(SeekFrom::End(0))?;
            // A line that a run did not end is none of this one's.
            file.write_all(format!("\n{list}\n").as_bytes())?;
            file.sync_all()
        };
        line().map_err(|error| (self.path.clone(), error))
    }

    /// All is written: what ended runs left besides goes, and the note last.
    pub fn finish(self, folder: &Path, drafts: &[FileDraft]) {
        if let Some(before) = &self.before {
            let written = drafts.iter().map(|draft| draft.path.as_str());
            staging::sweep(folder, written.chain(before.files.iter().map(|file| file.path.as_str())));
            let other = before.files.iter().filter(|file| drafts.iter().all(|draft| draft.path != file.path));
            for file in other {
                let path = folder.join(&file.path);
                let same = fs::read(&path).is_ok_and(|bytes| file.sha256.as_ref() == Some(&sha256(&bytes)));
                if same && staging::place(folder, Path::new(&file.path)).is_ok_and(|place| place == path) {
                    let _ = fs::remove_file(path);
                }
            }
        }
        let _ = fs::remove_file(&self.path);
    }

    /// Nothing was written. What runs before this one began is still begun.
    pub fn leave(self) {
        if self.fresh {
            let _ = fs::remove_file(&self.path);
            self.made.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
        }
    }
}
