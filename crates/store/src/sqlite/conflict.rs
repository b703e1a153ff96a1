//! Violated constraints → refusals. What the engine has checked before (types, nulls, enums) stays an error: a bug.

use rusqlite::{Connection, Error, ffi};
use work::Refusal;

/// The refusal that a violation stands for, if it is one that a caller can cause.
pub(crate) fn refusal(connection: &Connection, error: &Error) -> Option<Refusal> {
    let Error::SqliteFailure(failure, Some(message)) = error else { return None };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Some(Refusal::Referred),
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Some(Refusal::Unique { index: index_name(connection, message)? })
        }
        _ => None,
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: a.b, a.c`); the index is looked up, which is rare enough.
/// A primary key has no index name of its own and is called `{table}_pkey`.
fn index_name(connection: &Connection, message: &str) -> Option<String> {
    let subject = message.strip_prefix("UNIQUE constraint failed: ")?;
    if let Some(index) = subject.strip_prefix("index ") {
        return Some(index.trim_matches('\'').to_owned());
    }
    let (table, _) = subject.split_once('.')?;
    let prefix = format!("{table}.");
    let columns: Vec<&str> = subject.split(", ").filter_map(|column| column.strip_prefix(&prefix)).collect();
    let found = find(connection, table, &columns).ok().flatten();
    Some(found.unwrap_or_else(|| format!("{table}_pkey")))
}

/// The unique index on just these columns.
fn find(connection: &Connection, table: &str, columns: &[&str]) -> rusqlite::Result<Option<String>> {
    let mut indexes = connection
        .prepare_cached("SELECT \"name\" FROM pragma_index_list(?1) WHERE \"unique\" AND \"origin\" <> 'pk'")?;
    let mut info = connection.prepare_cached("SELECT \"name\" FROM pragma_index_info(?1) ORDER BY \"seqno\"")?;
    let names: Vec<String> = indexes.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for name in names {
        let indexed: Vec<Option<String>> =
            info.query_map([&name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if indexed.iter().map(Option::as_deref).eq(columns.iter().copied().map(Some)) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
