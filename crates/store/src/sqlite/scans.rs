//! The scans that wait for a reader thread. Callers take turns, so that the slow ones of one hold up the others' little.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::readers::Scan;
use crate::StoreError;
use crate::turns::{Limits, Turns};

pub(crate) struct Scans {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    turns: Turns<Scan>,
    closed: bool,
}

impl Scans {
    /// For so many threads, and with room for so many scans.
    pub(crate) fn new(threads: usize, waiting: usize) -> Scans {
        let turns = Turns::new(Limits::fair(threads, waiting));
        Scans { state: Mutex::new(State { turns, closed: false }), changed: Condvar::new() }
    }

    /// Lets a scan wait.
    pub(crate) fn push(&self, scan: Scan) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::Closed);
        }
        state.turns.push(scan.work.share, scan).map_err(|_| StoreError::Overloaded)?;
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for a scan whose turn it is, and runs it. `false`: they are closed and none waits.
    pub(crate) fn run_next(&self, run: impl FnOnce(Scan)) -> bool {
        let mut state = self.lock();
        let (share, scan) = loop {
            if let Some(next) = state.turns.next() {
                break next;
            }
            if state.closed && state.turns.len() == 0 {
                return false;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        drop(state);
        run(scan);
        self.lock().turns.done(share);
        // Another one of this share may be what a thread waits for, and a closed queue may be empty now.
        self.changed.notify_all();
        true
    }

    /// What waits is still handed out; nothing more gets in.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().turns.len()
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
