//! A copy of a file as it is at one moment, whoever writes to it meanwhile.

use std::path::Path;

use rusqlite::Connection;

use super::file;
use crate::OpenError;

/// Makes it, on disk when this returns. A file that is there is left alone.
pub(super) fn copy(connection: &Connection, from: &Path, to: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Path { path: to.to_owned(), source };
    if to.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    // It holds what the other holds, so nobody else may read it either.
    file::make(to)?;
    // What is empty counts as not there.
    let copied = connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
    if let Err(error) = copied {
        let _ = std::fs::remove_file(to);
        return Err(match OpenError::new(from, error) {
            // It is the copy that finds none.
            OpenError::Full { .. } => failed(std::io::ErrorKind::StorageFull.into()),
            other => other,
        });
    }
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(failed)
}
