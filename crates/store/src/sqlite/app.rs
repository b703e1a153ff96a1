//! The tables of a blueprint in a file.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::engine::NOW;
use crate::app::{Latest, Task};
use crate::{AppSchema, Applied, OpenError, Standing};

pub(super) fn apply(connection: &mut Connection, path: &Path, app: &AppSchema) -> Result<Applied, OpenError> {
    let failed = |error| OpenError::new(path, error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let latest = latest(&transaction).map_err(failed)?;
    let (number, applied) = match app.task(&path.display().to_string(), latest.as_ref())? {
        Task::Nothing => return Ok(Applied::Unchanged),
        Task::Record(number) => (number, Applied::Recorded),
        Task::Create => {
            for statement in &app.statements {
                transaction.execute_batch(statement).map_err(failed)?;
            }
            (1, Applied::Created)
        }
    };
    let sql = format!(
        "INSERT INTO \"_migrations\" (\"kind\", \"number\", \"applied_at\", \"statements\", \"blueprint\") \
         VALUES ('app', ?1, {NOW}, ?2, ?3)"
    );
    transaction.execute(&sql, (number, app.record(), &app.blueprint)).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok(applied)
}

/// Looks, and changes nothing.
pub(super) fn standing(connection: &Connection, path: &Path, app: &AppSchema) -> Result<Standing, OpenError> {
    let latest = latest(connection).map_err(|error| OpenError::new(path, error))?;
    app.standing(&path.display().to_string(), latest.as_ref())
}

fn latest(connection: &Connection) -> rusqlite::Result<Option<Latest>> {
    let sql = "SELECT \"number\", \"statements\", \"blueprint\" FROM \"_migrations\" \
               WHERE \"kind\" = 'app' ORDER BY \"number\" DESC LIMIT 1";
    let read =
        |row: &rusqlite::Row<'_>| Ok(Latest { number: row.get(0)?, statements: row.get(1)?, blueprint: row.get(2)? });
    connection.query_row(sql, [], read).optional()
}
