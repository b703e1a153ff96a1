//! For which tables a store is asked, and whether they are still those of the database: `migrate` may change them beside a server.
//!
//! A record of tables has a number. Where those who serve an earlier one cannot go on, its number is left in the database as the
//! least that fits (`app_floor`). Whoever writes looks at it in the transaction of the write (SQLite), has a connection that is
//! ended before the change is committed (Postgres), or has looked a moment ago (behind a transaction pooler); and everybody looks
//! about once a second, and when a statement does not run.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::StoreError;

/// For so long what was seen is good enough to write by where no connection can be ended. A look costs a read, so each write has not
/// its own.
const FRESH: Duration = Duration::from_millis(50);

/// What is kept in `_state`.
pub(crate) const FLOOR: &str = "SELECT coalesce((SELECT \"value\" FROM {state} WHERE \"name\" = 'app_floor'), 0)";

/// The record that is served; nothing before the first.
#[derive(Debug, Default)]
pub(crate) struct Served {
    number: AtomicI64,
    outdated: AtomicBool,
    /// When somebody last looked before he wrote.
    looked: Mutex<Option<Instant>>,
}

impl Served {
    /// From now on works are for the tables of this record, which are there.
    pub(crate) fn set(&self, number: i64) {
        self.number.store(number, Ordering::Release);
        self.outdated.store(false, Ordering::Release);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.number.load(Ordering::Acquire) > 0
    }

    /// That nothing is known against a work.
    pub(crate) fn allows(&self) -> Result<(), StoreError> {
        if self.outdated.load(Ordering::Acquire) { Err(StoreError::Outdated) } else { Ok(()) }
    }

    /// Whether who is about to write should look first. Who is told so does; others that come meanwhile go by what he sees.
    pub(crate) fn wants_a_look(&self) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_set() || looked.is_some_and(|at| at.elapsed() < FRESH) {
            return false;
        }
        *looked = Some(Instant::now());
        true
    }

    /// What was read.
    pub(crate) fn look(&self, floor: Option<i64>) -> Result<(), StoreError> {
        let number = self.number.load(Ordering::Acquire);
        if number == 0 || floor.unwrap_or_default() <= number {
            return Ok(());
        }
        if !self.outdated.swap(true, Ordering::AcqRel) {
            tracing::error!(
                "the tables were brought to another blueprint, with which the one that is served here does not go: nothing is read \
                 or written for it any more, and requests get 503; start this server again with the blueprint of the tables"
            );
        }
        Err(StoreError::Outdated)
    }
}
