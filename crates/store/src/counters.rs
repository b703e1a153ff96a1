//! What the store has done so far, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use meter::{Distribution, Histogram};

const BATCH_SIZES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];
/// In nanoseconds, from a fast disk to one that is in trouble.
const COMMIT_TIMES: &[u64] = &[
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    100_000_000,
    1_000_000_000,
];

/// Numbers since the store was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Bytes that waiting writes hold now.
    pub waiting_write_bytes: u64,
    /// Scans that wait now.
    pub waiting_scans: u64,
    /// Connections to the database that are open now.
    pub connections: u64,
    /// Commits by the number of works in them.
    pub batches: Distribution,
    /// Commits by the nanoseconds that the disk took.
    pub commit_nanos: Distribution,
}

/// The same while it changes.
#[derive(Debug)]
pub(crate) struct Tally {
    commits: AtomicU64,
    writes: AtomicU64,
    largest_batch: AtomicU64,
    checkpoints: AtomicU64,
    connections: AtomicU64,
    /// Reads by key, which slow scans give way to.
    points: AtomicU64,
    batches: Histogram,
    commit_nanos: Histogram,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            commits: AtomicU64::default(),
            writes: AtomicU64::default(),
            largest_batch: AtomicU64::default(),
            checkpoints: AtomicU64::default(),
            connections: AtomicU64::default(),
            points: AtomicU64::default(),
            batches: Histogram::new(BATCH_SIZES),
            commit_nanos: Histogram::new(COMMIT_TIMES),
        }
    }
}

impl Tally {
    pub(crate) fn committed(&self, writes: u64) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes, Ordering::Relaxed);
        self.largest_batch.fetch_max(writes, Ordering::Relaxed);
        self.batches.observe(writes);
    }

    pub(crate) fn checkpointed(&self) {
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
    }

    /// The disk took this long for one commit.
    pub(crate) fn synced(&self, took: Duration) {
        self.commit_nanos.observe(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn point(&self) {
        self.points.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    pub(crate) fn opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, waiting_writes: usize, waiting_write_bytes: usize, waiting_scans: usize) -> Counters {
        Counters {
            commits: self.commits.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            largest_batch: self.largest_batch.load(Ordering::Relaxed),
            checkpoints: self.checkpoints.load(Ordering::Relaxed),
            waiting_writes: waiting_writes as u64,
            waiting_write_bytes: waiting_write_bytes as u64,
            waiting_scans: waiting_scans as u64,
            connections: self.connections.load(Ordering::Relaxed),
            batches: self.batches.read(),
            commit_nanos: self.commit_nanos.read(),
        }
    }
}
