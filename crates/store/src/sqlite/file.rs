//! The database file before SQLite sees it: its folders, its mode, and that its name survives a power cut.

#[cfg(unix)]
use std::fs::File;
use std::fs::OpenOptions;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use crate::OpenError;

/// Makes the file and the folders above it when they are not there. Only its owner may read it: it holds password
/// hashes. SQLite gives the two files that it keeps beside it the same mode.
pub(crate) fn make(path: &Path) -> Result<(), OpenError> {
    if path.is_file() {
        return Ok(());
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::Path { path, source }
    };
    if path.is_dir() {
        return Err(failed(path)(Error::new(ErrorKind::IsADirectory, "it is a folder")));
    }
    let folder = folder_of(path);
    let missing: Vec<PathBuf> = folder.ancestors().take_while(|folder| !folder.is_dir()).map(folder_of).collect();
    std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    create(path).map_err(failed(path))?;
    // A file is found again only if its name, and those of its folders, have reached the disk too.
    for folder in missing.iter().chain([&folder]) {
        sync(folder).map_err(failed(folder))?;
    }
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Bytes that are free on the disk of a file, where the system says.
#[cfg(unix)]
pub(crate) fn free_bytes(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(unix)]
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> std::io::Result<()> {
    Ok(())
}
