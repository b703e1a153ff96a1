//! A server on a table of many rows: a few are made through the API, the database multiplies them.
//!
//! Millions through the API would take hours. The statement that multiplies runs on both databases, and the rows are such as
//! the server writes. Indexes are made after them, as whoever loads so much does; what they are is asked of the database.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::bench::contender::User;
use crate::bench::http::Request;
use crate::bench::ours::{self, Program, Served};
use crate::bench::postgres::Postgres;
use crate::bench::server::Running;
use crate::bench::step;
use crate::failure::Result;
use crate::workspace::output;

/// Of these, one stays with the row that he began with.
const USERS: u32 = 10;
const PATH: &str = "/api/v1/prospects";

/// A server on so many rows.
pub struct Grown {
    pub rows: u32,
    pub server: Running,
    pub users: Vec<User>,
    /// The server's database and its address, kept as long as the server that uses it.
    postgres: Option<(Postgres, String)>,
}

impl Grown {
    pub fn sqlite(program: &Program, rows: u32) -> Result<Grown> {
        step(&format!("SQLite: {rows} rows"));
        let (served, users) = begin("SQLite", program, None)?;
        fill_file(&served.folder().join("data/app.db"), rows)?;
        Ok(Grown { rows, server: served.serve()?, users, postgres: None })
    }

    pub fn postgres(program: &Program, rows: u32) -> Result<Grown> {
        step(&format!("Postgres: {rows} rows"));
        let postgres = Postgres::start()?;
        let url = postgres.database("growth")?;
        let (served, users) = begin("Postgres", program, Some(url.clone()))?;
        fill_database(&postgres, &url, rows)?;
        Ok(Grown { rows, server: served.serve()?, users, postgres: Some((postgres, url)) })
    }

    /// Rows of each user but the last.
    pub fn rows_of_user(&self) -> u32 {
        rows_of_user(self.rows)
    }

    /// How often the database has walked over the whole table, if it counts that.
    pub fn table_walks(&self) -> Result<Option<u64>> {
        let Some((postgres, url)) = &self.postgres else { return Ok(None) };
        // Each process tells what it did when it rests, or is asked to.
        let rows = postgres.query(url, "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'prospects'")?;
        Ok(rows.into_iter().flatten().flatten().next().and_then(|count| count.parse().ok()))
    }
}

/// A request of a user for what the table holds.
pub fn asks(method: &'static str, rest: &str, user: &User, body: String) -> Request {
    Request { method, path: format!("{PATH}{rest}"), token: user.token.clone(), body }
}

/// The tables and a row of each user.
fn begin(name: &'static str, program: &Program, postgres: Option<String>) -> Result<(Served, Vec<User>)> {
    let served = Served::empty(name, program.clone(), postgres, "bench/growth.toml")?;
    let server = served.start()?;
    let mut connection = server.connect()?;
    let users = (0..USERS).map(|number| {
        let user = ours::join(&mut connection, number)?;
        let new = json!({"name": "First", "status": "new", "amount": 1, "note": "Called on Monday."}).to_string();
        connection.expect(201, &asks("POST", "", &user, new))?;
        Ok(user)
    });
    let users = users.collect::<Result<Vec<_>>>()?;
    Ok((served, users))
}

fn rows_of_user(rows: u32) -> u32 {
    rows / (USERS - 1)
}

/// As many rows of each row that there is as make this number in all; users take turns, as rows do come. The last user
/// stays with his one row: a database that thinks of all users alike may look for it in everybody's. A tenth of the amounts
/// is null.
fn multiply(rows: u32) -> String {
    let each = rows_of_user(rows);
    format!(
        "INSERT INTO prospects (user_id, name, status, amount, note, created_at, updated_at) \
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {each}) \
         SELECT user_id, 'Prospect ' || (10000000 + i), \
         CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'contacted' WHEN 2 THEN 'won' ELSE 'lost' END, \
         CASE i % 10 WHEN 0 THEN NULL ELSE (i * 7919) % 1000003 END, \
         'Called on Monday, wants an offer by the end of the month.', created_at, updated_at FROM prospects CROSS JOIN n \
         WHERE user_id <> (SELECT user_id FROM prospects ORDER BY id DESC LIMIT 1) ORDER BY n.i"
    )
}

fn fill_file(file: &Path, rows: u32) -> Result<()> {
    let sqlite = |statements: &[String]| {
        let told = output(Command::new("sqlite3").arg(file).args(statements));
        told.map_err(|failure| {
            failure.hint("the sqlite3 command fills the file: apt-get install sqlite3, then this again")
        })
    };
    let of_table = "FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'prospects' AND sql IS NOT NULL";
    let indexes = sqlite(&[format!("SELECT name || char(9) || sql {of_table}")])?;
    let fast = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000".to_owned();
    let mut statements = vec![fast];
    let (drops, makes) = dropped_and_made(&indexes);
    statements.extend(drops.into_iter().chain([multiply(rows)]).chain(makes));
    statements.push("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)".to_owned());
    sqlite(&statements).map(drop)
}

fn fill_database(postgres: &Postgres, url: &str, rows: u32) -> Result<()> {
    let of_table =
        "FROM pg_indexes WHERE schemaname = 'app' AND tablename = 'prospects' AND indexname NOT LIKE '%_pkey'";
    let indexes = postgres.query(url, &format!("SELECT indexname || chr(9) || indexdef {of_table}"))?;
    let indexes: Vec<String> = indexes.into_iter().flatten().flatten().collect();
    let (drops, makes) = dropped_and_made(&indexes.join("\n"));
    let fast = "SET search_path TO app; SET maintenance_work_mem = '500MB'".to_owned();
    let mut statements = vec![fast];
    statements.extend(drops.into_iter().chain([multiply(rows)]).chain(makes));
    postgres.execute(url, &statements.join("; "))?;
    // As the server does by itself sooner or later.
    postgres.execute(url, "VACUUM (ANALYZE) app.prospects")?;
    postgres.execute(url, "CHECKPOINT")
}

/// Out of lines of names and definitions: what drops the indexes and what makes them again.
fn dropped_and_made(indexes: &str) -> (Vec<String>, Vec<String>) {
    let lines = indexes.lines().filter_map(|line| line.split_once('\t'));
    lines.map(|(name, made)| (format!("DROP INDEX \"{name}\""), made.to_owned())).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_multiplied_to_the_number_that_was_asked_for() {
        assert!(multiply(9_000).contains("WHERE i < 1000)"));
    }

    #[test]
    fn indexes_are_dropped_and_made_again() {
        let (drops, makes) = dropped_and_made("a\tCREATE INDEX \"a\" ON t (x)\nb\tCREATE INDEX b ON t (y)\n");
        assert_eq!(drops, ["DROP INDEX \"a\"", "DROP INDEX \"b\""]);
        assert_eq!(makes, ["CREATE INDEX \"a\" ON t (x)", "CREATE INDEX b ON t (y)"]);
    }

    #[test]
    fn a_request_is_of_its_user() {
        let user = User { id: "7".to_owned(), token: "t".to_owned(), tasks: Vec::new() };
        let request = asks("GET", "?status=won", &user, String::new());
        assert_eq!((request.path.as_str(), request.token.as_str()), ("/api/v1/prospects?status=won", "t"));
    }
}
