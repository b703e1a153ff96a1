//! The tables of a blueprint in a file.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior};
use work::{Dialect, Migration};

use super::engine::NOW;
use super::own::Own;
use crate::app::{self, Cleared, Foreseen, Latest, Record, Task};
use crate::{AppSchema, Applied, OpenError, Standing};

pub(super) fn apply(connection: &mut Connection, path: &Path, app: &AppSchema) -> Result<Record, OpenError> {
    let failed = |error| OpenError::new(path, error);
    let place = path.display().to_string();
    // A table that is made anew goes and comes back under those that refer to it. Of this connection alone, and only outside of a
    // transaction can it be said.
    connection.pragma_update(None, "foreign_keys", false).map_err(failed)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let latest = latest(&transaction).map_err(failed)?;
    let (number, applied) = match app.task(&place, &Dialect::Sqlite, latest.as_ref())? {
        Task::Nothing(number) => return Ok(Record { applied: Applied::Unchanged, number }),
        Task::Record(number) => (number, Applied::Recorded),
        Task::Create => {
            for statement in &app.statements {
                transaction.execute_batch(statement).map_err(failed)?;
            }
            (1, Applied::Created)
        }
        Task::Change(number, migration) => {
            let cleared = cleared(&transaction, path, app, &migration, number)?;
            change(&transaction, path, &cleared.statements)?;
            transaction.commit().map_err(failed)?;
            return Ok(Record { applied: migrated(app, migration, cleared), number });
        }
    };
    transaction.execute_batch(&recorded(app, number)).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok(Record { applied, number })
}

fn recorded(app: &AppSchema, number: i64) -> String {
    format!(
        "INSERT INTO \"_migrations\" (\"kind\", \"number\", \"applied_at\", \"statements\", \"blueprint\") \
         VALUES ('app', {number}, {NOW}, {}, {})",
        literal(&app.record()),
        literal(&app.blueprint)
    )
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The whole of it, as it was run or would be.
fn migrated(app: &AppSchema, migration: Migration, cleared: Cleared) -> Applied {
    let begin = ["PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"].map(str::to_owned);
    let end = [
        "-- Must find no row that refers to one that is not there: else all is taken back here.",
        "CREATE TEMP TABLE \"_lost\" (\"table\" TEXT CHECK (\"table\" IS NULL))",
        &format!("INSERT OR ROLLBACK INTO temp.\"_lost\" {LOST}"),
        "DROP TABLE temp.\"_lost\"",
        "COMMIT",
    ]
    .map(str::to_owned);
    let counted = app.counted(&migration);
    let guards = guards(&counted.must_be_none).into_iter().chain(counted.may_go);
    let script = begin.into_iter().chain(guards).chain(cleared.statements).chain(end).collect();
    Applied::Migrated { told: migration.told, let_go: cleared.let_go, script, takes_fold: migration.takes_fold }
}

/// What must be none, as statements that take all back where it is not: a constraint each, whose name is what is told then.
fn guards(must_be_none: &[(String, String)]) -> Vec<String> {
    if must_be_none.is_empty() {
        return Vec::new();
    }
    let name = |what: &str| format!("\"{}\"", what.replace('"', "\"\""));
    let checks = must_be_none.iter().enumerate();
    let checks = checks
        .map(|(at, (what, _))| format!("CONSTRAINT {} CHECK (\"guard\" <> {at} OR \"rows\" = 0)", name(what)))
        .collect::<Vec<_>>()
        .join(",\n  ");
    let counts = must_be_none
        .iter()
        .enumerate()
        .map(|(at, (_, count))| format!("INSERT OR ROLLBACK INTO temp.\"_in_the_way\" VALUES ({at}, ({count}))"));
    let table = [
        "-- Must find no row that is in the way: else all is taken back here.".to_owned(),
        format!("CREATE TEMP TABLE \"_in_the_way\" (\"guard\" INTEGER, \"rows\" INTEGER,\n  {checks})"),
    ];
    table.into_iter().chain(counts).chain(["DROP TABLE temp.\"_in_the_way\"".to_owned()]).collect()
}

/// Rows that refer to one that is not there.
const LOST: &str = "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1";

fn change(connection: &Connection, path: &Path, statements: &[String]) -> Result<(), OpenError> {
    let failed = |error| OpenError::new(path, error);
    let place = path.display().to_string();
    let unfit = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
            OpenError::Unfit { place: place.clone(), message: error.to_string() }
        }
        _ => failed(error),
    };
    for statement in statements {
        connection.execute_batch(statement).map_err(unfit)?;
    }
    let lost: Option<String> = connection.query_row(LOST, [], |row| row.get(0)).optional().map_err(failed)?;
    match lost {
        Some(table) => {
            let message = format!("a row of `{table}` would refer to a row that is not there; nothing was changed");
            Err(OpenError::Failed { place, message })
        }
        None => Ok(()),
    }
}

/// That nothing is in the way; what would go for good, and all that is to be run.
fn cleared(
    connection: &Connection,
    path: &Path,
    app: &AppSchema,
    migration: &Migration,
    number: i64,
) -> Result<Cleared, OpenError> {
    let failed = |error| OpenError::new(path, error);
    let (mut found, mut let_go) = (Vec::new(), Vec::new());
    for guard in &migration.guards {
        let count = |sql: &String| connection.query_row(sql, [], |row| row.get(0));
        let rows = guard.count.as_ref().map_or(Ok(1), count).map_err(failed)?;
        let ids = match &guard.some {
            Some(sql) if rows > 0 => texts(connection, sql).map_err(failed)?,
            _ => Vec::new(),
        };
        found.extend(app.found(guard, rows, ids, &mut let_go));
    }
    let own = Own::of(connection, migration).map_err(failed)?;
    let unfit = own.in_the_way(&migration.from, &app.statements).map_err(failed)?;
    found.extend(unfit.into_iter().filter_map(|one| app.kept(one, &mut let_go)));
    app::is_free(&path.display().to_string(), found)?;
    let mut statements = own.step_aside(migration);
    statements.extend(migration.statements.iter().cloned());
    statements.extend(own.come_back(migration));
    if !migration.former_may_go_on {
        let floor = "INSERT OR REPLACE INTO \"_state\" (\"name\", \"value\") VALUES ('app_floor', ";
        statements.push(format!("{floor}{number})"));
    }
    statements.push(recorded(app, number));
    Ok(Cleared { statements, let_go })
}

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// What [`apply`] would come to. All that is read is of one moment, and nobody waits for it.
pub(super) fn foresee(connection: &mut Connection, path: &Path, app: &AppSchema) -> Result<Applied, OpenError> {
    let failed = |error| OpenError::new(path, error);
    let transaction = connection.transaction().map_err(failed)?;
    let latest = latest(&transaction).map_err(failed)?;
    match app.foreseen(&path.display().to_string(), &Dialect::Sqlite, latest.as_ref())? {
        Foreseen::Done(applied) => Ok(applied),
        Foreseen::Change(number, migration) => {
            let cleared = cleared(&transaction, path, app, &migration, number)?;
            Ok(migrated(app, migration, cleared))
        }
    }
}

/// Looks, and changes nothing.
pub(super) fn standing(connection: &Connection, path: &Path, app: &AppSchema) -> Result<Standing, OpenError> {
    let latest = latest(connection).map_err(|error| OpenError::new(path, error))?;
    app.standing(&path.display().to_string(), &Dialect::Sqlite, latest.as_ref())
}

fn latest(connection: &Connection) -> rusqlite::Result<Option<Latest>> {
    let sql = "SELECT \"number\", \"statements\", \"blueprint\" FROM \"_migrations\" \
               WHERE \"kind\" = 'app' ORDER BY \"number\" DESC LIMIT 1";
    let read =
        |row: &rusqlite::Row<'_>| Ok(Latest { number: row.get(0)?, statements: row.get(1)?, blueprint: row.get(2)? });
    connection.query_row(sql, [], read).optional()
}
