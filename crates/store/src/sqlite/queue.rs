//! A bounded queue between callers and threads. Unlike a channel it can be taken from in bulk, and tells its length.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::StoreError;

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    limits: Limits,
}

/// What may wait at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) items: usize,
    pub(crate) bytes: usize,
}

struct State<T> {
    /// Each with the bytes that it holds.
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(limits: Limits) -> Queue<T> {
        let state = State { waiting: VecDeque::new(), bytes: 0, closed: false };
        Queue { state: Mutex::new(state), filled: Condvar::new(), limits }
    }

    /// Lets an item of so many bytes wait. One that is larger than all that may wait has to wait alone.
    pub(crate) fn push(&self, item: T, bytes: usize) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::Closed);
        }
        let held = state.bytes.saturating_add(bytes);
        let full = state.waiting.len() >= self.limits.items || held > self.limits.bytes;
        if full && !state.waiting.is_empty() {
            return Err(StoreError::Overloaded);
        }
        state.bytes = held;
        state.waiting.push_back((item, bytes));
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for items and takes up to `most`. Nothing means that the queue is closed and empty.
    pub(crate) fn take(&self, most: usize) -> Vec<T> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.closed {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = most.min(state.waiting.len());
        let taken: Vec<(T, usize)> = state.waiting.drain(..count).collect();
        let bytes: usize = taken.iter().map(|(_, bytes)| bytes).sum();
        state.bytes = state.bytes.saturating_sub(bytes);
        drop(state);
        taken.into_iter().map(|(item, _)| item).collect()
    }

    /// What waits is still handed out; nothing more gets in.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// The bytes of what waits.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
