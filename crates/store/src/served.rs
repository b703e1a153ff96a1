//! For which tables a store is asked, and whether they are still those of the database: `migrate` may change them beside a server.
//!
//! A record of tables has a number. Where those who serve an earlier one cannot go on, its number is left in the database as the
//! least that fits (`app_floor`). Whoever writes looks at it in the transaction of the write (SQLite), or has a connection that is
//! ended before the change is committed (Postgres); and everybody looks about once a second, and when a statement does not run.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use crate::StoreError;

/// What is kept in `_state`.
pub(crate) const FLOOR: &str = "SELECT coalesce((SELECT \"value\" FROM {state} WHERE \"name\" = 'app_floor'), 0)";

/// The record that is served; nothing before the first.
#[derive(Debug, Default)]
pub(crate) struct Served {
    number: AtomicI64,
    outdated: AtomicBool,
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
