//! The tables of a blueprint in a database: made once, then only compared. This version does not change tables that
//! exist, so a blueprint that asks for others is refused before anything is served.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::OpenError;
use crate::engine::NOW;

/// The tables that an app needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSchema {
    /// The text of the blueprint; kept, so that a database can tell what it was made for.
    pub blueprint: String,
    /// The statements that make the tables in a database that has only the engine's.
    pub statements: Vec<String>,
}

/// What had to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The tables were made.
    Created,
    /// The tables were there, for the same text.
    Unchanged,
    /// The tables were there; the text had changed in ways that do not touch them, and was recorded.
    Recorded,
}

/// Stands between two statements in the record, where a person may read it.
const BETWEEN: &str = ";\n\n";

pub(crate) fn apply(connection: &mut Connection, path: &Path, app: &AppSchema) -> Result<Applied, OpenError> {
    let failed = |error| OpenError::new(path, error);
    let statements = app.statements.join(BETWEEN);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let (number, applied) = match latest(&transaction).map_err(failed)? {
        None => {
            for statement in &app.statements {
                transaction.execute_batch(statement).map_err(failed)?;
            }
            (1, Applied::Created)
        }
        Some(latest) if latest.statements != statements => return Err(changed(path, &latest.statements, app)),
        Some(latest) if latest.blueprint.as_deref() == Some(&app.blueprint) => return Ok(Applied::Unchanged),
        Some(latest) => (latest.number + 1, Applied::Recorded),
    };
    let sql = format!(
        "INSERT INTO \"_migrations\" (\"kind\", \"number\", \"applied_at\", \"statements\", \"blueprint\") \
         VALUES ('app', ?1, {NOW}, ?2, ?3)"
    );
    transaction.execute(&sql, (number, &statements, &app.blueprint)).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok(applied)
}

struct Latest {
    number: i64,
    statements: String,
    blueprint: Option<String>,
}

fn latest(connection: &Connection) -> rusqlite::Result<Option<Latest>> {
    let sql = "SELECT \"number\", \"statements\", \"blueprint\" FROM \"_migrations\" \
               WHERE \"kind\" = 'app' ORDER BY \"number\" DESC LIMIT 1";
    let read =
        |row: &rusqlite::Row<'_>| Ok(Latest { number: row.get(0)?, statements: row.get(1)?, blueprint: row.get(2)? });
    connection.query_row(sql, [], read).optional()
}

fn changed(path: &Path, recorded: &str, app: &AppSchema) -> OpenError {
    let found: Vec<&str> = recorded.split(BETWEEN).collect();
    let wanted = app.statements.iter().filter(|statement| !found.contains(&statement.as_str())).cloned().collect();
    let found = found.into_iter().filter(|statement| !app.statements.iter().any(|wanted| wanted == statement));
    OpenError::Changed { path: path.to_owned(), wanted, found: found.map(str::to_owned).collect() }
}
