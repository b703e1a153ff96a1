//! What a store is opened with. Only the path has to be said; the limits are there so that nothing grows without end.

use std::path::PathBuf;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database file. It and the folders above it are made when they are not there.
    pub path: PathBuf,
    /// Threads that run scans, so that a slow list holds up no read by key and no write; half of them, but at least one,
    /// on behalf of one. 0 counts as 1.
    pub readers: usize,
    /// A read, or a single work of a batch of writes, that takes longer is interrupted. What a scan rests, for others read by key,
    /// does not count until it has taken three times as long.
    pub scan_timeout_ms: u64,
    /// Writes that may wait; one more is refused as [`crate::StoreError::Overloaded`].
    pub waiting_writes: usize,
    /// Bytes that waiting writes may hold together; one that would hold more is refused as
    /// [`crate::StoreError::Overloaded`], unless none waits.
    pub waiting_write_bytes: usize,
    /// Scans that may wait, half of them on behalf of one; one more is refused as [`crate::StoreError::Overloaded`].
    pub waiting_scans: usize,
    /// Writes that are committed together at most.
    pub batch: usize,
    /// Pages (of 4 KiB) in the write-ahead log at which it is moved into the database file. Pages that were written
    /// often are moved once, so that more means less work, in longer pauses.
    pub log_pages: u16,
    /// How long another process may hold the lock before a write gives up.
    pub busy_timeout_ms: u64,
    /// Free bytes on the disk below which a store says that it is not ready. Less may still take some writes, but neither
    /// their log nor the move of that into the file has room to grow.
    pub min_free_bytes: u64,
    /// The SQLite VFS to use, for tests that plant faults; `None` is that of the system.
    pub vfs: Option<String>,
    /// See [`Synchronous`].
    #[doc(hidden)]
    pub synchronous: Synchronous,
}

/// Whether a commit waits for the disk.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// It does. The only setting under which success means that the data is on disk.
    Full,
    /// It does not. Here only so that the test of durability can be shown to notice.
    Normal,
}

impl Options {
    /// The defaults for a file.
    pub fn new(path: impl Into<PathBuf>) -> Options {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Options {
            path: path.into(),
            readers: cores.clamp(2, 4),
            scan_timeout_ms: 30_000,
            waiting_writes: 4096,
            waiting_write_bytes: 64 * 1024 * 1024,
            waiting_scans: 1024,
            batch: 512,
            log_pages: 4_000,
            busy_timeout_ms: 5_000,
            min_free_bytes: 4 * 1024 * 1024,
            vfs: None,
            synchronous: Synchronous::Full,
        }
    }
}
