//! Counts by a word that stands in the program's text, so that callers cannot make new ones.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How often each word was counted. For things that are rare beside requests: it takes a lock.
#[derive(Debug, Default)]
pub struct Tags(Mutex<BTreeMap<&'static str, u64>>);

impl Tags {
    /// Counts one more.
    pub fn count(&self, tag: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(tag).or_default() += 1;
    }

    /// All of them, in the order of the alphabet.
    pub fn read(&self) -> Vec<(&'static str, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(tag, count)| (*tag, *count)).collect()
    }
}
