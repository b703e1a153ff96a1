//! `cargo xtask growth`: what becomes of a get, a page, a filter and a change when a table has thousands of times more rows.
//!
//! A few rows are made through the API; the database multiplies them, for millions through the API would take hours. So the
//! statement that does it runs on both databases, and the rows are such as the server writes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::bench::contender::{Case, User};
use crate::bench::http::{Connection, Request};
use crate::bench::load::{self, Load, Requests, Sample};
use crate::bench::ours::{self, Program, Served};
use crate::bench::postgres::Postgres;
use crate::bench::server::Running;
use crate::bench::step;
use crate::failure::{Failure, Result};
use crate::workspace::{output, root};

/// How far, on what, how long.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask growth                                                     ten thousand and a million rows
  cargo xtask growth --rows 10000,1000000,10000000 --postgres --write bench/GROWTH.md      (an hour, 20 GB of disk)")]
pub struct Args {
    /// Rows of the table, one measurement each.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 1_000_000], value_parser = clap::value_parser!(u32).range(1_000..))]
    rows: Vec<u32>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Start a Postgres of its own, and measure on it too.
    #[arg(long)]
    postgres: bool,
    /// Write the table into this file, relative to the workspace.
    #[arg(long, value_name = "FILE")]
    write: Option<String>,
}

/// Of these, one stays with the row that he began with.
const USERS: u32 = 10;
/// The page that is asked for as the deep one, or the last if there are not so many.
const DEEP_PAGE: u32 = 10_000;
const PATH: &str = "/api/v1/prospects";
/// What has to walk over all rows of a user, for the field has no index and nothing matches.
const SLOW: &str = "?note[contains]=unheard-of";
const SLOW_SCANS: usize = 10;

const HEADING: &str = "\
# What growth costs

Made by `cargo xtask growth`: one table with four indexes beside its key (`bench/growth.toml`), whose rows belong to nine \
users alike; a tenth has one row. Milliseconds with eight connections; `deep page` is page 10,000 of twenty rows, or the last.

";

/// Fills, measures, prints.
pub fn run(args: &Args) -> Result<()> {
    let wrk = load::wrk_version()?;
    let program = Program::served()?;
    let mut table = Table { text: String::new(), file: args.write.as_ref().map(|path| root().join(path)) };
    table.add(&format!("{HEADING}{} s each, {wrk}.\n", args.seconds))?;
    table.add("| database | rows | what | requests/s | p50 ms | p99 ms |\n|---|---:|---|---:|---:|---:|")?;
    for rows in &args.rows {
        measure(&mut table, args, &Grown::sqlite(&program, *rows)?)?;
        if args.postgres {
            measure(&mut table, args, &Grown::postgres(&program, *rows)?)?;
        }
    }
    Ok(())
}

/// What is told, line by line, so that nothing is lost when a later measurement fails.
struct Table {
    text: String,
    file: Option<PathBuf>,
}

impl Table {
    fn add(&mut self, line: &str) -> Result<()> {
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
        let Some(file) = &self.file else { return Ok(()) };
        std::fs::write(file, &self.text).map_err(|error| Failure::cannot(format!("write {}", file.display()), error))
    }
}

/// A server on a table of many rows.
struct Grown {
    database: &'static str,
    rows: u32,
    server: Running,
    users: Vec<User>,
    /// Kept as long as the server that uses it.
    _postgres: Option<Postgres>,
}

impl Grown {
    fn sqlite(program: &Program, rows: u32) -> Result<Grown> {
        let (served, users) = Grown::begin("SQLite", program, None)?;
        step(&format!("SQLite: {rows} rows"));
        let file = served.folder().join("data/app.db");
        output(Command::new("sqlite3").arg(file).arg(multiply(rows)).arg("PRAGMA wal_checkpoint(TRUNCATE)")).map_err(
            |failure| failure.hint("the sqlite3 command fills the file: apt-get install sqlite3, then this again"),
        )?;
        Ok(Grown { database: "SQLite", rows, server: served.serve()?, users, _postgres: None })
    }

    fn postgres(program: &Program, rows: u32) -> Result<Grown> {
        let postgres = Postgres::start()?;
        let url = postgres.database("growth")?;
        let (served, users) = Grown::begin("Postgres", program, Some(url.clone()))?;
        step(&format!("Postgres: {rows} rows"));
        postgres.execute(&url, &format!("SET search_path TO app; {}; ANALYZE", multiply(rows)))?;
        Ok(Grown { database: "Postgres", rows, server: served.serve()?, users, _postgres: Some(postgres) })
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

    fn cases(&self) -> Result<Vec<Case>> {
        let mut connection = self.server.connect()?;
        let every = |make: &dyn Fn(&User) -> Vec<Request>| self.users.iter().flat_map(make).collect::<Vec<_>>();
        let get = |query: &'static str| every(&|user| vec![asks("GET", query, user, String::new())]);
        let case = |name, status, requests| Ok(Case { name, requests: Requests::new(status, requests)? });
        let mut ids = Vec::new();
        let mut deep = Vec::new();
        for user in &self.users {
            for id in page(&mut connection, user, "?sort=-amount&limit=50")?.0 {
                ids.push(asks("GET", &format!("/{id}"), user, String::new()));
            }
        }
        // One walk is enough: users have rows alike.
        if let Some(user) = self.users.first() {
            deep.push(asks("GET", &deep_page(&mut connection, user)?, user, String::new()));
        }
        let last = self.users.last().map(|user| asks("GET", "", user, String::new())).into_iter().collect();
        let new = json!({"name": "Measured", "status": "won", "amount": 500_000}).to_string();
        Ok(vec![
            case("get", 200, ids)?,
            case("first page", 200, get(""))?,
            case("page of who has one row", 200, last)?,
            case("deep page", 200, deep)?,
            case("filter by an index", 200, get("?status=won"))?,
            case("sort by an index", 200, get("?sort=-amount"))?,
            case("filter and sort", 200, get("?amount[gte]=500000&sort=amount"))?,
            case("create", 201, every(&|user| vec![asks("POST", "", user, new.clone())]))?,
            case("count=exact", 200, get("?count=exact"))?,
        ])
    }
}

fn measure(table: &mut Table, args: &Args, grown: &Grown) -> Result<()> {
    let load = Load { seconds: args.seconds, connections: 8, threads: 1 };
    let Grown { database, rows, server, users, .. } = grown;
    let mut told = |what: &str, sample: &Sample| {
        let Sample { per_second, p50_us, p99_us } = sample;
        let (p50, p99) = (p50_us / 1e3, p99_us / 1e3);
        table.add(&format!("| {database} | {rows} | {what} | {per_second:.0} | {p50:.2} | {p99:.2} |"))
    };
    let cases = grown.cases()?;
    for Case { name, requests } in &cases {
        requests.check(server)?;
        told(name, &load.run(requests, server)?)?;
    }
    if let (Some(get), Some(user)) = (cases.first(), users.first()) {
        let scanning = AtomicBool::new(true);
        let sample = std::thread::scope(|scope| {
            for _ in 0..SLOW_SCANS {
                scope.spawn(|| scan(server, user, &scanning));
            }
            let sample = load.run(&get.requests, server);
            scanning.store(false, Ordering::Relaxed);
            sample
        });
        told("get, beside ten slow scans", &sample?)?;
    }
    let mib = server.rss_bytes()? / (1024 * 1024);
    table.add(&format!("| {database} | {rows} | memory after it: {mib} MiB | | | |"))
}

/// Walks again and again; whatever it is told, for only what it does to others counts.
fn scan(server: &Running, user: &User, scanning: &AtomicBool) {
    let Ok(mut connection) = server.connect() else { return };
    while scanning.load(Ordering::Relaxed) {
        if connection.ask(&asks("GET", SLOW, user, String::new())).is_err() {
            return;
        }
    }
}

/// As many rows of each row that there is as make this number in all; users take turns, as rows do come. The last user
/// stays with his one row: a database that thinks of all users alike may look for it in everybody's.
fn multiply(rows: u32) -> String {
    let each = rows / (USERS - 1);
    format!(
        "INSERT INTO prospects (user_id, name, status, amount, note, created_at, updated_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {each}) \
         SELECT user_id, 'Prospect ' || (10000000 + i), \
         CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'contacted' WHEN 2 THEN 'won' ELSE 'lost' END, (i * 7919) % 1000003, \
         'Called on Monday, wants an offer by the end of the month.', created_at, updated_at FROM prospects CROSS JOIN n \
         WHERE user_id <> (SELECT user_id FROM prospects ORDER BY id DESC LIMIT 1) ORDER BY n.i"
    )
}

fn asks(method: &'static str, rest: &str, user: &User, body: String) -> Request {
    Request { method, path: format!("{PATH}{rest}"), token: user.token.clone(), body }
}

/// The ids of a page, and the cursor of the next.
fn page(connection: &mut Connection, user: &User, query: &str) -> Result<(Vec<String>, Option<String>)> {
    let page = connection.expect(200, &asks("GET", query, user, String::new()))?.json()?;
    let rows = page["data"].as_array().ok_or_else(|| Failure::new("a page has no data"))?;
    let ids = rows.iter().map(|row| row["id"].to_string()).collect();
    Ok((ids, page["next_cursor"].as_str().map(str::to_owned)))
}

/// The query of the deep page, found by walking there in larger steps.
fn deep_page(connection: &mut Connection, user: &User) -> Result<String> {
    let mut query = "?limit=100".to_owned();
    for _ in 0..DEEP_PAGE / 5 {
        let (_, next) = page(connection, user, &query)?;
        let Some(next) = next else { break };
        query = format!("?limit=100&cursor={next}");
    }
    Ok(query.replace("limit=100", "limit=20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_multiplied_to_the_number_that_was_asked_for() {
        assert!(multiply(9_000).contains("WHERE i < 1000)"));
    }

    #[test]
    fn a_request_is_of_its_user() {
        let user = User { id: "7".to_owned(), token: "t".to_owned(), tasks: Vec::new() };
        let request = asks("GET", "?status=won", &user, String::new());
        assert_eq!((request.path.as_str(), request.token.as_str()), ("/api/v1/prospects?status=won", "t"));
    }
}
