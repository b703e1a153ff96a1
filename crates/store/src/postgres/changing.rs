//! Changing tables beside those who use them.
//!
//! Who changes a table must have it for himself for a moment, and while he waits for whoever uses it now, everybody who comes
//! after him waits, too. So he waits a little, lets the others go on for as long, and tries again, so often and no more. One
//! changes tables at a time.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::engine::Ground;
use super::trouble::told;
use crate::OpenError;

/// How often a change is tried that did not get its tables.
pub(super) struct Tries {
    left: u32,
    rest: Duration,
}

impl Tries {
    /// Lets the others go on for a while; `false`, and without that, where it was tried often enough.
    pub(super) async fn again(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            tokio::time::sleep(self.rest).await;
        }
        self.left > 0
    }
}

impl Ground<'_> {
    pub(super) fn tries(&self) -> Tries {
        Tries { left: self.options.lock_tries, rest: Duration::from_millis(self.options.lock_timeout_ms) }
    }

    pub(super) fn failed(&self, error: &tokio_postgres::Error) -> OpenError {
        let place = self.place.to_owned();
        match error.code() {
            // Who waited for the other, and which of them was let go first, is chance.
            Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED) => {
                OpenError::InUse { place, tries: self.options.lock_tries, each_ms: self.options.lock_timeout_ms }
            }
            Some(&SqlState::DISK_FULL) => OpenError::Full { place },
            _ => OpenError::Failed { place, message: told(error) },
        }
    }

    /// Begins a transaction that is alone on this schema, whoever else starts at the same time. The lock is the
    /// transaction's, for a pooler keeps no other. It alone is waited for however long it takes: nobody uses it who serves.
    pub(super) async fn begin(&self) -> Result<(), OpenError> {
        for statement in self.beginning() {
            self.client.batch_execute(&statement).await.map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    pub(super) fn beginning(&self) -> Vec<String> {
        let name = format!("supermaker migrations of {}", self.schema).replace('\'', "''");
        vec![
            "BEGIN".to_owned(),
            "SET LOCAL statement_timeout = 0".to_owned(),
            "SET LOCAL lock_timeout = 0".to_owned(),
            format!("SET LOCAL search_path = \"{}\"", self.schema),
            format!("SELECT pg_advisory_xact_lock(hashtextextended('{name}', 0))"),
            format!("SET LOCAL lock_timeout = {}", self.options.lock_timeout_ms.max(1)),
        ]
    }

    /// Commits what went well and undoes what did not.
    pub(super) async fn end<T>(&self, done: Result<T, OpenError>) -> Result<T, OpenError> {
        let word = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.client.batch_execute(word).await;
        let done = done?;
        ended.map_err(|error| self.failed(&error))?;
        Ok(done)
    }
}
