//! What the store has done so far, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Transactions that changed something and reached the disk.
    pub commits: u64,
    /// Works that were done in them.
    pub writes: u64,
    /// Most works that one commit held.
    pub largest_batch: u64,
    /// Checkpoints, each of which moves the log into the database file.
    pub checkpoints: u64,
    /// Writes that wait now.
    pub waiting_writes: u64,
    /// Scans that wait now.
    pub waiting_scans: u64,
}

/// The same while it changes.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    commits: AtomicU64,
    writes: AtomicU64,
    largest_batch: AtomicU64,
    checkpoints: AtomicU64,
}

impl Tally {
    pub(crate) fn committed(&self, writes: u64) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes, Ordering::Relaxed);
        self.largest_batch.fetch_max(writes, Ordering::Relaxed);
    }

    pub(crate) fn checkpointed(&self) {
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, waiting_writes: usize, waiting_scans: usize) -> Counters {
        Counters {
            commits: self.commits.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            largest_batch: self.largest_batch.load(Ordering::Relaxed),
            checkpoints: self.checkpoints.load(Ordering::Relaxed),
            waiting_writes: waiting_writes as u64,
            waiting_scans: waiting_scans as u64,
        }
    }
}
