//! Several files at once, all of them or none: each is written beside its place under a name that nobody else has, then all are
//! moved there; what fails half way is taken back.
//!
//! Links within the folder are followed and stay links, for files and for folders, whoever writes; one that leads out of it is
//! refused, because nothing outside was given to be written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process;

use codegen::{FileDraft, FileMode};

/// Where it failed, and why.
pub type Refused = (PathBuf, io::Error);

/// Writes all drafts, or none.
///
/// # Errors
/// The disk refuses; then everything is as it was.
pub fn put(folder: &Path, drafts: &[FileDraft]) -> Result<(), Refused> {
    let mut work = Undo::default();
    let written = stage(folder, drafts, &mut work).and_then(|()| commit(&mut work));
    if written.is_err() && !was_killed(&written) {
        work.undo();
    }
    written
}

/// Where a file of a folder really is: links are followed as long as they stay in the folder.
///
/// # Errors
/// The path or a link in it leads out of the folder, or nowhere.
pub fn place(folder: &Path, path: &Path) -> io::Result<PathBuf> {
    // Names may come from a note that somebody else left in the folder.
    if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        let told = format!("{} does not lie in the folder", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, told));
    }
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let root = match fs::canonicalize(here) {
        Ok(root) => root,
        // What is not there has no links in it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(folder.join(path)),
        Err(error) => return Err(error),
    };
    let mut real = root.clone();
    let mut linked = false;
    for part in path.components().filter(|part| matches!(part, Component::Normal(_))) {
        real.push(part);
        if fs::symlink_metadata(&real).is_ok_and(|found| found.is_symlink()) {
            let nowhere = |_| io::Error::other(format!("{} is a link that leads nowhere", real.display()));
            let target = fs::canonicalize(&real).map_err(nowhere)?;
            if !target.starts_with(&root) {
                let told =
                    format!("{} is a link that leads out of the folder, to {}", real.display(), target.display());
                return Err(io::Error::other(told));
            }
            (real, linked) = (target, true);
        }
    }
    // As it was named, unless a link says otherwise: messages and records are about names.
    Ok(if linked { real } else { folder.join(path) })
}

/// A new file beside its place, and its path. The name is of this process and this moment alone: neither another run nor what
/// a killed one left stands in the way, and nothing of somebody else's is written over.
///
/// # Errors
/// The disk refuses.
pub fn beside(path: &Path, mode: FileMode) -> io::Result<(File, PathBuf)> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(format!("no random numbers: {error}")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mark = format!("{}-{:016x}", process::id(), u64::from_ne_bytes(random));
    let staged = path.with_file_name(format!(".{name}.supermaker-new-{mark}"));
    Ok((create(&staged, mode)?, staged))
}

/// What has been done so far and how it is taken back.
#[derive(Default)]
struct Undo {
    folders: Vec<PathBuf>,
    /// Files that we made, with the places where they are to go.
    staged: Vec<(PathBuf, PathBuf)>,
    /// Files that are in place, with what stood there before.
    placed: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Undo {
    /// What cannot be taken back is left: the failure that is about to be told matters more.
    fn undo(&mut self) {
        for (staged, _) in &self.staged {
            let _ = fs::remove_file(staged);
        }
        for (path, before) in self.placed.iter().rev() {
            let _ = match before {
                Some(bytes) => fs::write(path, bytes),
                None => fs::remove_file(path),
            };
        }
        for path in self.folders.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
}

/// Writes every draft beside its place, which is where a full disk or a missing right shows.
fn stage(folder: &Path, drafts: &[FileDraft], work: &mut Undo) -> Result<(), Refused> {
    for draft in drafts {
        let path = place(folder, Path::new(&draft.path)).map_err(|error| (folder.join(&draft.path), error))?;
        work.folders.extend(make_folders(path.parent().unwrap_or(folder))?);
        step(&path)?;
        let written = beside(&path, draft.mode).and_then(|(mut file, staged)| {
            // Only now is it ours to take away.
            work.staged.push((staged, path.clone()));
            file.write_all(draft.content.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| (path.clone(), error))?;
        step(&path)?;
    }
    Ok(())
}

/// What a process that is killed does not do: in tests, everything from one step on.
#[cfg(not(test))]
fn step(_: &Path) -> Result<(), Refused> {
    Ok(())
}

/// Whether a write ended because its process did.
#[cfg(not(test))]
pub fn was_killed(_: &Result<(), Refused>) -> bool {
    false
}

#[cfg(test)]
pub use killed::{killed_after, step, was_killed};

#[cfg(test)]
mod killed {
    use std::cell::Cell;
    use std::io;
    use std::path::Path;

    use super::Refused;

    const WORD: &str = "killed";

    thread_local! {
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Does something in a process that ends after so many steps and takes nothing back.
    pub fn killed_after<T>(steps: usize, work: impl FnOnce() -> T) -> T {
        LEFT.set(Some(steps));
        let done = work();
        LEFT.set(None);
        done
    }

    pub fn step(path: &Path) -> Result<(), Refused> {
        match LEFT.get() {
            Some(0) => Err((path.to_owned(), io::Error::other(WORD))),
            left => {
                LEFT.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }

    pub fn was_killed(written: &Result<(), Refused>) -> bool {
        written.as_ref().is_err_and(|(_, error)| error.to_string() == WORD)
    }
}

fn commit(work: &mut Undo) -> Result<(), Refused> {
    for (staged, path) in &work.staged {
        let before = fs::read(path).ok();
        fs::rename(staged, path).map_err(|error| (path.clone(), error))?;
        work.placed.push((path.clone(), before));
        step(path)?;
    }
    Ok(())
}

/// Makes a folder and those above it; gives those that were not there, the outer ones first.
///
/// # Errors
/// The disk refuses; then none is left.
pub fn make_folders(folder: &Path) -> Result<Vec<PathBuf>, Refused> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.is_dir()).collect();
    let mut made = Vec::new();
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            Ok(()) => made.push(folder.to_owned()),
            // Another run made it just now.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => {
                made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
                return Err((folder.to_owned(), error));
            }
        }
    }
    Ok(made)
}

/// What killed runs left beside the places of these files: files of ours that nobody will move any more.
pub fn sweep<'p>(folder: &Path, paths: impl Iterator<Item = &'p str>) {
    for path in paths {
        let Ok(path) = place(folder, Path::new(path)) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let start = format!(".{name}.supermaker-new-");
        let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok());
        for entry in entries.into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&start) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Secrets are never readable by others, not even for a moment.
fn create(path: &Path, mode: FileMode) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if mode == FileMode::Secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::thread;

    use super::*;

    fn drafts(paths: &[&str]) -> Vec<FileDraft> {
        paths.iter().map(|path| FileDraft::yours(*path, format!("{path}!"))).collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_run_or_somebody_else_left_is_in_nobody_s_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join(".a.supermaker-new"), "theirs").unwrap();
        put(root, &drafts(&["a"])).unwrap();
        // `a` is a file: the second draft fails after the first was staged.
        assert!(put(root, &drafts(&["b", "a/c"])).is_err());
        assert_eq!(names(root), [".a.supermaker-new", "a"]);
        assert_eq!(fs::read_to_string(root.join(".a.supermaker-new")).unwrap(), "theirs");
    }

    #[test]
    fn what_does_not_lie_in_the_folder_has_no_place() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("app");
        fs::write(outer.path().join(".victim.supermaker-new-1"), "theirs").unwrap();
        // Whether the folder is there or not.
        for _ in 0..2 {
            for path in ["../victim", "a/../../victim", "/victim", "..", "/"] {
                assert!(place(&root, Path::new(path)).is_err(), "{path}");
                sweep(&root, [path].into_iter());
                assert!(put(&root, &drafts(&[path])).is_err(), "{path}");
            }
            for path in ["victim", "./victim", "a/victim", "..a"] {
                assert_eq!(place(&root, Path::new(path)).unwrap(), root.join(path), "{path}");
            }
            fs::create_dir_all(&root).unwrap();
        }
        assert_eq!(names(outer.path()), [".victim.supermaker-new-1", "app"]);
    }

    #[test]
    fn many_at_once_write_all() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["x/a", "x/b", "y/z/c", "d"];
        thread::scope(|scope| {
            let runs: Vec<_> = (0..8).map(|_| scope.spawn(|| put(folder.path(), &drafts(&paths)))).collect();
            for run in runs {
                run.join().unwrap().unwrap();
            }
        });
        for path in paths {
            assert_eq!(fs::read_to_string(folder.path().join(path)).unwrap(), format!("{path}!"));
        }
        assert_eq!([names(folder.path()), names(&folder.path().join("x"))], [vec!["d", "x", "y"], vec!["a", "b"]]);
    }
}
