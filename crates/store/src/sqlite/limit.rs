//! When what runs on a connection has taken long enough. A scan rests while others read by key, which is no fault of its own: what
//! it rests is given to it on top, but not without end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// So many times as long as it may run a scan may take in all, rests and runs.
const MOST: u64 = 3;

/// The time limit of what runs on a connection, shared with what SQLite calls meanwhile.
pub(super) struct Limit {
    start: Instant,
    /// Milliseconds after `start` at which it began.
    begun_ms: AtomicU64,
    /// Milliseconds after `start` at which what runs is interrupted, but for its rests; `u64::MAX` for never.
    deadline_ms: AtomicU64,
    /// Microseconds that it rested.
    rested_us: AtomicU64,
}

impl Limit {
    pub(super) fn new() -> Limit {
        let (begun_ms, deadline_ms) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
        Limit { start: Instant::now(), begun_ms, deadline_ms, rested_us: AtomicU64::new(0) }
    }

    /// Something begins that is interrupted at this moment, or later by as much as it rests.
    pub(super) fn begin(&self, deadline: Instant) {
        self.begun_ms.store(self.now_ms(), Ordering::Relaxed);
        self.rested_us.store(0, Ordering::Relaxed);
        let deadline_ms = deadline.saturating_duration_since(self.start).as_millis() as u64;
        self.deadline_ms.store(deadline_ms, Ordering::Relaxed);
    }

    /// It has come to its end.
    pub(super) fn end(&self) {
        self.deadline_ms.store(u64::MAX, Ordering::Relaxed);
    }

    /// How long it has run, its rests included.
    pub(super) fn ran_ms(&self) -> u64 {
        self.now_ms().saturating_sub(self.begun_ms.load(Ordering::Relaxed))
    }

    /// Lets the thread sleep, for nothing of its time.
    pub(super) fn rest(&self, time: Duration) {
        let began = Instant::now();
        std::thread::sleep(time);
        self.rested_us.fetch_add(began.elapsed().as_micros() as u64, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn rested(&self) -> Duration {
        Duration::from_micros(self.rested_us.load(Ordering::Relaxed))
    }

    pub(super) fn is_over(&self) -> bool {
        let [begun_ms, deadline_ms, rested_us] =
            [&self.begun_ms, &self.deadline_ms, &self.rested_us].map(|number| number.load(Ordering::Relaxed));
        is_over(self.now_ms(), begun_ms, deadline_ms, rested_us / 1000)
    }

    fn now_ms(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }
}

fn is_over(now_ms: u64, begun_ms: u64, deadline_ms: u64, rested_ms: u64) -> bool {
    let most = begun_ms.saturating_add(deadline_ms.saturating_sub(begun_ms).saturating_mul(MOST));
    now_ms >= deadline_ms.saturating_add(rested_ms).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_do_not_count_but_for_no_longer_than_that() {
        // Now, when it began, when it is to end, how long it rested; whether it is over.
        for (now, begun, deadline, rested, expected) in [
            (1_029, 1_000, 1_030, 0, false),
            (1_030, 1_000, 1_030, 0, true),
            (1_030, 1_000, 1_030, 1, false),
            (1_059, 1_000, 1_030, 30, false),
            (1_060, 1_000, 1_030, 30, true),
            (1_089, 1_000, 1_030, 9_999, false),
            (1_090, 1_000, 1_030, 9_999, true),
            (u64::MAX - 1, 1_000, u64::MAX, 0, false),
        ] {
            assert_eq!(is_over(now, begun, deadline, rested), expected, "{now} {rested}");
        }
    }
}
