//! `cargo xtask growth`: what becomes of a get, a page, a filter and a change when a table has thousands of times more rows.
//!
//! All tables of a database are filled first, then each request is measured on one after the other, so that whatever else
//! the machine does meanwhile meets them alike. How they are filled is [`grown`]'s.

mod grown;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use self::grown::{Grown, asks};
use crate::bench::contender::{Case, User};
use crate::bench::http::{Connection, Request};
use crate::bench::load::{self, Load, Requests, Sample};
use crate::bench::ours::Program;
use crate::bench::step;
use crate::failure::{Failure, Result};
use crate::workspace::root;

/// How far, on what, how long.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask growth                                                     ten thousand and a million rows
  cargo xtask growth --rows 10000,1000000,10000000 --postgres --write bench/GROWTH.md      (half an hour, 15 GB of disk)")]
pub struct Args {
    /// Rows of the table, one measurement each; the least first.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 1_000_000], value_parser = clap::value_parser!(u32).range(1_000..))]
    rows: Vec<u32>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Start a Postgres of its own, and measure on it too.
    #[arg(long)]
    postgres: bool,
    /// Leave SQLite out.
    #[arg(long, requires = "postgres")]
    no_sqlite: bool,
    /// Write the table into this file, relative to the workspace.
    #[arg(long, value_name = "FILE")]
    write: Option<String>,
}

/// The page that is asked for as the deep one, or one near the end if there are not so many.
const DEEP_PAGE: u32 = 10_000;
/// What has to walk over all rows of a user, for the field has no index and nothing matches.
const SLOW: &str = "?note[contains]=unheard-of";
const SLOW_SCANS: usize = 10;

const HEADING: &str = "\
# What growth costs

Made by `cargo xtask growth`: one table with four indexes beside its key (`bench/growth.toml`), whose rows belong to nine \
users alike; a tenth has one row. Milliseconds in the middle (p50) and at worst of a hundred (p99), with eight connections; a \
deep page is page 10,000 of twenty rows, or one near the end. Growth: the middle with the most rows by that with the fewest.";

/// Fills, measures, prints.
pub fn run(args: &Args) -> Result<()> {
    let wrk = load::wrk_version()?;
    let program = Program::served()?;
    let mut table = Table { text: String::new(), file: args.write.as_ref().map(|path| root().join(path)) };
    table.add(&format!("{HEADING} {} s each, {wrk}.", args.seconds))?;
    let databases = [
        ("SQLite", !args.no_sqlite, Grown::sqlite as fn(&Program, u32) -> Result<Grown>),
        ("Postgres", args.postgres, Grown::postgres),
    ];
    for (name, _, fill) in databases.into_iter().filter(|(_, wanted, _)| *wanted) {
        let grown = args.rows.iter().map(|rows| fill(&program, *rows)).collect::<Result<Vec<_>>>()?;
        measure(&mut table, args, name, &grown)?;
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

    fn samples(&mut self, what: &str, samples: &[Sample]) -> Result<()> {
        let mut line = format!("| {what} |");
        for Sample { p50_us, p99_us, .. } in samples {
            let _ = write!(line, " {:.2} / {:.2} |", p50_us / 1e3, p99_us / 1e3);
        }
        let growth = samples.last().zip(samples.first()).map_or(1.0, |(last, first)| last.p50_us / first.p50_us);
        self.add(&format!("{line} {growth:.2} |"))
    }
}

fn measure(table: &mut Table, args: &Args, name: &str, grown: &[Grown]) -> Result<()> {
    step(&format!("{name}: walking to the deep pages"));
    let cases = grown.iter().map(cases).collect::<Result<Vec<_>>>()?;
    step(&format!("{name}: measuring"));
    let sizes: String = grown.iter().map(|grown| format!(" {} rows, p50 / p99 |", grown.rows)).collect();
    table.add(&format!("\n| {name} |{sizes} growth |\n|---|{}---:|", "---:|".repeat(grown.len())))?;
    let load = Load { seconds: args.seconds, connections: 8, threads: 1 };
    let walks = |grown: &[Grown]| grown.iter().map(Grown::table_walks).collect::<Result<Vec<_>>>();
    let before = walks(grown)?;
    let names: Vec<&str> = cases.first().map(|cases| cases.iter().map(|case| case.name).collect()).unwrap_or_default();
    for (place, name) in names.into_iter().enumerate() {
        let sized = cases.iter().filter_map(|cases| cases.get(place)).zip(grown);
        let samples = sized.map(|(case, grown)| {
            case.requests.check(&grown.server)?;
            load.run(&case.requests, &grown.server)
        });
        table.samples(name, &samples.collect::<Result<Vec<_>>>()?)?;
    }
    let walked = walks(grown)?;
    let beside = grown.iter().zip(&cases).map(|(grown, cases)| beside_scans(&load, grown, cases));
    table.samples("get, beside ten slow scans", &beside.collect::<Result<Vec<_>>>()?)?;
    if before.iter().any(Option::is_some) {
        let times = before.iter().zip(&walked).map(|(before, after)| after.unwrap_or(0) - before.unwrap_or(0));
        let times: String = times.map(|times| format!(" {times} |")).collect();
        table.add(&format!("| walks over the whole table, but for those scans |{times} |"))?;
    }
    let mut line = "| memory of the server after it, MiB |".to_owned();
    for grown in grown {
        let _ = write!(line, " {} |", grown.server.rss_bytes()? / (1024 * 1024));
    }
    table.add(&format!("{line} |"))
}

fn cases(grown: &Grown) -> Result<Vec<Case>> {
    let mut connection = grown.server.connect()?;
    let every = |make: &dyn Fn(&User) -> Request| grown.users.iter().map(make).collect::<Vec<_>>();
    let get = |query: &'static str| every(&|user| asks("GET", query, user, String::new()));
    let case = |name, status, requests| Ok(Case { name, requests: Requests::new(status, requests)? });
    let mut ids = Vec::new();
    for user in &grown.users {
        for id in page(&mut connection, user, "?sort=-amount&limit=50")?.0 {
            ids.push(asks("GET", &format!("/{id}"), user, String::new()));
        }
    }
    let Some((first, last)) = grown.users.first().zip(grown.users.last()) else { return Ok(Vec::new()) };
    // One walk is enough: users have rows alike.
    let mut deep = |order: &str| {
        let page = deep_page(&mut connection, first, order, grown.rows_of_user())?;
        Ok::<_, Failure>(vec![asks("GET", &page, first, String::new())])
    };
    let new = json!({"name": "Measured", "status": "won", "amount": 500_000}).to_string();
    Ok(vec![
        case("get", 200, ids)?,
        case("first page", 200, get(""))?,
        case("page of who has one row", 200, vec![asks("GET", "", last, String::new())])?,
        case("deep page", 200, deep("")?)?,
        case("filter by an index", 200, get("?status=won"))?,
        case("filter by an index, deep page", 200, deep("status=won&")?)?,
        case("newest first", 200, get("?sort=-created_at"))?,
        case("newest first, deep page", 200, deep("sort=-created_at&")?)?,
        case("sort by an index with nulls", 200, get("?sort=amount"))?,
        case("the same, deep page", 200, deep("sort=amount&")?)?,
        case("sort backwards by it", 200, get("?sort=-amount"))?,
        case("the same, deep page", 200, deep("sort=-amount&")?)?,
        case("sort by an index with rows alike, deep page", 200, deep("sort=-status&")?)?,
        case("filter and sort", 200, get("?amount[gte]=500000&sort=amount"))?,
        case("the same, deep page", 200, deep("amount[gte]=500000&sort=amount&")?)?,
        case("create", 201, every(&|user| asks("POST", "", user, new.clone())))?,
        case("count=exact", 200, get("?count=exact"))?,
    ])
}

/// Gets by id while others walk over all of their rows.
fn beside_scans(load: &Load, grown: &Grown, cases: &[Case]) -> Result<Sample> {
    let Some(get) = cases.first() else { return Err(Failure::new("there is nothing to get")) };
    let scanning = AtomicBool::new(true);
    std::thread::scope(|scope| {
        // Not who has one row.
        for user in grown.users.iter().rev().skip(1).cycle().take(SLOW_SCANS) {
            let scanning = &scanning;
            scope.spawn(move || scan(grown, user, scanning));
        }
        let sample = load.run(&get.requests, &grown.server);
        scanning.store(false, Ordering::Relaxed);
        sample
    })
}

/// Walks again and again; whatever it is told, for only what it does to others counts.
fn scan(grown: &Grown, user: &User, scanning: &AtomicBool) {
    let Ok(mut connection) = grown.server.connect() else { return };
    while scanning.load(Ordering::Relaxed) {
        if connection.ask(&asks("GET", SLOW, user, String::new())).is_err() {
            return;
        }
    }
}

/// The ids of a page, and the cursor of the next.
fn page(connection: &mut Connection, user: &User, query: &str) -> Result<(Vec<String>, Option<String>)> {
    let page = connection.expect(200, &asks("GET", query, user, String::new()))?.json()?;
    let rows = page["data"].as_array().ok_or_else(|| Failure::new("a page has no data"))?;
    let ids = rows.iter().map(|row| row["id"].to_string()).collect();
    Ok((ids, page["next_cursor"].as_str().map(str::to_owned)))
}

/// The query of the deep page of a list, found by walking there in larger steps. It is full, and where there are not so many
/// rows it is before the nulls, so that it is the same work on every size.
fn deep_page(connection: &mut Connection, user: &User, list: &str, rows: u32) -> Result<String> {
    let mut query = format!("?{list}limit=100");
    let mut full = query.clone();
    for _ in 0..(DEEP_PAGE / 5).min(rows / 100 * 4 / 5) {
        let (_, next) = page(connection, user, &query)?;
        let Some(next) = next else { break };
        full = std::mem::replace(&mut query, format!("?{list}limit=100&cursor={next}"));
    }
    Ok(full.replace("limit=100", "limit=20"))
}
