//! SQLite's result codes → what went wrong.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

use crate::{OpenError, StoreError};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let message = error.to_string();
        let rusqlite::Error::SqliteFailure(failure, _) = error else { return StoreError::Broken { message } };
        match failure.code {
            ErrorCode::DiskFull => StoreError::Full,
            ErrorCode::TooBig => StoreError::TooLarge,
            ErrorCode::SystemIoFailure if failure.extended_code == SQLITE_IOERR_SHMSIZE => StoreError::Full,
            // Whoever set the time limit puts its length in.
            ErrorCode::OperationInterrupted => StoreError::Timeout { after_ms: 0 },
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NotADatabase
            | ErrorCode::DatabaseCorrupt => StoreError::Unavailable { message },
            _ => StoreError::Broken { message },
        }
    }
}

impl OpenError {
    pub(crate) fn new(path: &Path, error: rusqlite::Error) -> OpenError {
        let path = path.to_owned();
        let message = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::NotADatabase { path, message },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                OpenError::ReadOnly { path, message }
            }
            Some(ErrorCode::DiskFull) => OpenError::Full { place: path.display().to_string() },
            _ => OpenError::Failed { place: path.display().to_string(), message },
        }
    }
}
