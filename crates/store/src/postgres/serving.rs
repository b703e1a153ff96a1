//! Which connections serve the tables of a schema: each that was opened since these were seen to holds a shared lock of this name.
//! Who changes the tables so that what those connections send does not go with them ends them before it is committed, and has the
//! lock for himself until then; whoever connects meanwhile waits, and looks at the tables first. Not through a pooler, behind which
//! a lock would be another's.

use std::time::Duration;

use super::engine::Ground;
use crate::OpenError;

/// How often it is tried to end them, and how long is waited between.
const TRIES: u32 = 40;
const BETWEEN: Duration = Duration::from_millis(50);

/// The lock's number.
fn key(schema: &str) -> String {
    format!("hashtextextended('supermaker serves {schema}', 0)")
}

/// What a connection says that serves the tables.
pub(super) fn announce(schema: &str) -> String {
    format!("SELECT pg_advisory_lock_shared({})", key(schema))
}

fn holders(schema: &str) -> String {
    format!(
        "FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND mode = 'ShareLock' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND (classid::bigint << 32) + objid::bigint = {} AND pid <> pg_backend_pid()",
        key(schema)
    )
}

/// Leaves the number of a record below which nobody may go on.
pub(super) fn floor(number: i64) -> String {
    format!(
        "INSERT INTO \"_state\" (\"name\", \"value\") VALUES ('app_floor', {number}) \
         ON CONFLICT (\"name\") DO UPDATE SET \"value\" = excluded.\"value\""
    )
}

impl Ground<'_> {
    /// How many connections serve the tables.
    pub(super) async fn serving(&self) -> Result<i64, OpenError> {
        let sql = format!("SELECT count(DISTINCT pid) {}", holders(self.schema));
        let rows = self.client.query_typed(&sql, &[]).await.map_err(|error| self.failed(&error))?;
        rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(|error| self.failed(&error))
    }

    /// Ends who goes on below the [`floor`]. Those of another role, which may not be ended, look about once a second.
    pub(super) async fn end_former(&self) -> Result<(), OpenError> {
        let failed = |error: tokio_postgres::Error| self.failed(&error);
        // One by one, so that whoever may not be ended keeps nobody else.
        let end = format!(
            "DO $end$ DECLARE one int; BEGIN FOR one IN SELECT DISTINCT pid {} LOOP \
             BEGIN PERFORM pg_terminate_backend(one); EXCEPTION WHEN insufficient_privilege THEN NULL; END; \
             END LOOP; END $end$",
            holders(self.schema)
        );
        let alone = format!("SELECT pg_try_advisory_xact_lock({})", key(self.schema));
        for _ in 0..TRIES {
            let rows = self.client.query_typed(&alone, &[]).await.map_err(failed)?;
            if rows.first().is_some_and(|row| row.try_get(0).unwrap_or(false)) {
                return Ok(());
            }
            self.client.batch_execute(&end).await.map_err(failed)?;
            tokio::time::sleep(BETWEEN).await;
        }
        tracing::warn!(
            "connections of servers that go by the tables of before could not all be ended: they may write for about a second more"
        );
        Ok(())
    }
}
