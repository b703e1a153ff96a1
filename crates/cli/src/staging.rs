//! Several files at once, all of them or none: each is written beside its place under a name that nobody else has, then all are
//! moved there; what fails half way is taken back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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
    if written.is_err() {
        work.undo();
    }
    written
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
        let path = folder.join(&draft.path);
        make_folders(path.parent().unwrap_or(folder), work)?;
        let written = beside(&path, draft.mode).and_then(|(mut file, staged)| {
            // Only now is it ours to take away.
            work.staged.push((staged, path.clone()));
            file.write_all(draft.content.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| (path, error))?;
    }
    Ok(())
}

fn commit(work: &mut Undo) -> Result<(), Refused> {
    for (staged, path) in &work.staged {
        let before = fs::read(path).ok();
        fs::rename(staged, path).map_err(|error| (path.clone(), error))?;
        work.placed.push((path.clone(), before));
    }
    Ok(())
}

fn make_folders(folder: &Path, work: &mut Undo) -> Result<(), Refused> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folders(above, work)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => work.folders.push(folder.to_owned()),
        // Another run made it just now.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(error) => return Err((folder.to_owned(), error)),
    }
    Ok(())
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
