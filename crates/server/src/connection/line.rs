//! What the two ends of one connection, the bytes and the requests, tell each other.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::ApiError;

/// One connection's counts, and the head that was refused, if one was: always the last.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Heads that were let through. HTTP/1.1 only.
    heads: AtomicU64,
    begun: AtomicU64,
    ended: AtomicU64,
    /// The number of the request that stands in for a bad head, and what it is answered.
    refused: OnceLock<(u64, ApiError)>,
}

/// A request that runs. It ends when this is dropped, whether it was answered or given up.
pub(super) struct Running<'l> {
    line: &'l Line,
    number: u64,
}

impl Line {
    /// A head was let through.
    pub(super) fn head(&self) {
        self.heads.fetch_add(1, Ordering::Relaxed);
    }

    /// The next head is one that stands in for a bad one.
    pub(super) fn refuse(&self, error: ApiError) {
        let number = self.heads.fetch_add(1, Ordering::Relaxed);
        // The first is the last: nothing is let through after it.
        let _ = self.refused.set((number, error));
    }

    /// A request begins. Those of HTTP/1.1 do so in the order of their heads.
    pub(super) fn begin(&self) -> Running<'_> {
        Running { line: self, number: self.begun.fetch_add(1, Ordering::Relaxed) }
    }

    /// How many requests have come.
    pub(super) fn count(&self) -> u64 {
        self.heads.load(Ordering::Relaxed).max(self.begun.load(Ordering::Relaxed))
    }

    /// Whether every request has ended.
    pub(super) fn is_idle(&self) -> bool {
        self.count() == self.ended.load(Ordering::Relaxed)
    }
}

impl Running<'_> {
    /// What this request is answered, if it stands in for a bad head.
    pub(super) fn refusal(&self) -> Option<&ApiError> {
        let (number, error) = self.line.refused.get()?;
        (*number == self.number).then_some(error)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.line.ended.fetch_add(1, Ordering::Relaxed);
    }
}
