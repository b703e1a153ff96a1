//! The write-ahead log: how long it is, and when it is moved into the database file.
//!
//! SQLite would do that inside a commit, and so before its answer. The writer does it after the answers instead.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;

/// The length of the log, as the last commit left it.
pub(crate) struct Log {
    pages: Arc<AtomicI32>,
    seen: i32,
    limit: i32,
    checkpoint_at: i32,
}

impl Log {
    /// Watches the commits of a connection, and keeps SQLite from moving the log by itself.
    pub(crate) fn watch(connection: &mut Connection, limit: u16) -> rusqlite::Result<Log> {
        let pages = Arc::new(AtomicI32::new(0));
        let told = pages.clone();
        let hook = move |_: &mut rusqlite::hooks::Wal, pages| {
            told.store(pages, Ordering::Relaxed);
            Ok(())
        };
        connection.wal_hook(Some(hook))?;
        let limit = i32::from(limit);
        Ok(Log { pages, seen: 0, limit, checkpoint_at: limit })
    }

    /// Moves the log into the database file if it is long enough. Whether it did.
    pub(crate) fn move_if_long(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.seen {
            // SQLite has begun the log anew.
            self.checkpoint_at = self.limit;
        }
        self.seen = pages;
        if pages < self.checkpoint_at {
            return Ok(false);
        }
        // A long read can keep the log from being moved whole; trying again at each commit would only slow them down.
        self.checkpoint_at = pages.saturating_add(self.limit);
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(true)
    }
}
