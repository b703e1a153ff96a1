//! Whether some process serves a file: each holds a lock on a file beside it, in which its number stands. The lock ends with the
//! process, however that ends.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Says that this process serves the file, for as long as what is given lives. Where the file system knows no locks nothing is said.
pub(super) fn announce(path: &Path) -> Option<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(beside(path)).ok()?;
    file.try_lock_shared().ok()?;
    let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
    Some(file)
}

/// Who serves it, if anybody does: the last one who began.
pub(super) fn serving(path: &Path) -> Option<String> {
    let mut file = File::open(beside(path)).ok()?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            let _ = file.read_to_string(&mut process);
            Some(format!("process {}", process.trim()))
        }
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-server");
    PathBuf::from(name)
}
