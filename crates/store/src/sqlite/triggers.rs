//! Puts back the triggers that keep the audit of a file from being changed.

use rusqlite::{Connection, TransactionBehavior};
use work::Dialect;

use crate::triggers::{self, Found};

/// Those that are missing.
pub(super) fn put_back(connection: &mut Connection) -> rusqlite::Result<Vec<String>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let missing = {
        let mut found = transaction.prepare(&triggers::question(&Dialect::Sqlite))?;
        let cells = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
        let found: Vec<Found> = found.query_map([], cells)?.collect::<Result<_, _>>()?;
        triggers::judge(&Dialect::Sqlite, &found).missing
    };
    for statement in triggers::put_back(&Dialect::Sqlite, &missing) {
        transaction.execute_batch(&statement)?;
    }
    transaction.commit()?;
    Ok(missing)
}
