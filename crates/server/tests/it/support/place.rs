//! Where the data of a test is: a file in its folder, or with `TEST_DATABASE=postgres` a database of its own on a server
//! that is there for tests. And a look into it past the server.

use std::path::Path;

use rusqlite::types::{FromSql, ValueRef};
use tempfile::TempDir;

/// Beside which a database on a server is remembered, so that an app can be opened again in the same folder.
const REMEMBERED: &str = "database-url";

/// Whether tests run on Postgres.
pub fn is_postgres() -> bool {
    throwaway::is_chosen()
}

/// What stands in `DATABASE_URL` for a folder.
pub fn url(folder: &Path) -> String {
    if !is_postgres() {
        return format!("sqlite:{}", folder.join("app.db").display());
    }
    server(folder).unwrap_or_else(|| {
        let database = throwaway::Database::new().expect("TEST_DATABASE=postgres, and there is no Postgres");
        let url = database.keep();
        std::fs::write(folder.join(REMEMBERED), &url).unwrap();
        url
    })
}

/// The values of the only column of a query.
pub fn query<T: FromSql>(folder: &Path, sql: &str) -> Vec<T> {
    match server(folder) {
        Some(url) => {
            let rows = throwaway::query(&url, &within(sql)).unwrap_or_else(|error| panic!("{sql}: {error}"));
            rows.into_iter().map(|mut row| cell(row.swap_remove(0))).collect()
        }
        None => query_file(folder, sql),
    }
}

/// Runs a statement; how many rows it changed, or what the database says.
pub fn execute(folder: &Path, sql: &str) -> Result<u64, String> {
    match server(folder) {
        Some(url) => throwaway::execute(&url, &within(sql)),
        None => execute_file(folder, sql),
    }
}

/// A folder with a copy of the database of another, which nobody has open.
pub fn copied(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    match server(folder) {
        Some(url) => std::fs::write(copy.path().join(REMEMBERED), throwaway::Database::copy_of(&url).keep()).unwrap(),
        None => drop(std::fs::copy(folder.join("app.db"), copy.path().join("app.db")).unwrap()),
    }
    copy
}

/// Runs many statements as they stand.
#[expect(clippy::disallowed_methods, reason = "changes the file past the server")]
pub fn execute_all(folder: &Path, sql: &str) -> Result<(), String> {
    match server(folder) {
        Some(url) => throwaway::execute(&url, sql).map(drop),
        None => {
            let connection = rusqlite::Connection::open(folder.join("app.db")).unwrap();
            connection.execute_batch(sql).map_err(|error| error.to_string())
        }
    }
}

fn server(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(REMEMBERED)).ok()
}

/// The few words of SQLite that tests use and Postgres calls otherwise.
fn within(sql: &str) -> String {
    let sql = sql.replace("json_object(", "json_build_object(").replace("json(before)", "before");
    format!("SET search_path TO app; {}", sql.replace("json(after)", "after"))
}

/// A cell of which only the text is known, as what the test takes it for.
fn cell<T: FromSql>(text: Option<String>) -> T {
    let Some(text) = text else { return T::column_result(ValueRef::Null).unwrap() };
    let number = text.parse().ok().and_then(|number| T::column_result(ValueRef::Integer(number)).ok());
    let bytes = || text.strip_prefix("\\x").and_then(|digits| T::column_result(ValueRef::Blob(&unhex(digits))).ok());
    number.or_else(bytes).unwrap_or_else(|| T::column_result(ValueRef::Text(text.as_bytes())).unwrap())
}

fn unhex(digits: &str) -> Vec<u8> {
    let digit = |place: usize| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
    (0..digits.len() / 2).map(|pair| digit(pair * 2)).collect()
}

#[expect(clippy::disallowed_methods, reason = "looks into the file past the server")]
fn query_file<T: FromSql>(folder: &Path, sql: &str) -> Vec<T> {
    let connection = rusqlite::Connection::open(folder.join("app.db")).unwrap();
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(|row| row.unwrap_or_else(|error| panic!("{sql}: {error}"))).collect()
}

#[expect(clippy::disallowed_methods, reason = "changes the file past the server")]
fn execute_file(folder: &Path, sql: &str) -> Result<u64, String> {
    let connection = rusqlite::Connection::open(folder.join("app.db")).unwrap();
    connection.execute(sql, []).map(|rows| rows as u64).map_err(|error| error.to_string())
}
