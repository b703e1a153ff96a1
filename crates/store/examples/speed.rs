//! How fast the store is by itself: reads by key, pages, and durable creates. Run it in release mode.
//!
//! `cargo run --release -p store --example speed [FOLDER]`; the folder decides which disk is measured.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::{AppSchema, Options, Store};
use work::{Column, Cost, Kind, Otherwise, Refusal, Shape, Statement, Step, Value, Work};

const ROWS: i64 = 100_000;
const OWNERS: i64 = 100;
const TIME: Duration = Duration::from_secs(3);

fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("store-speed-{}", std::process::id()));
    let store = Store::open(Options::new(folder.join("app.db"))).unwrap();
    store.apply_blocking(&app()).unwrap();
    let statements = Statements::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    println!("empty:              {} kB resident", resident_kb());
    fill(&store);
    println!("{ROWS} rows:        {} kB resident", resident_kb());

    runtime.block_on(async {
        let made = statements.clone();
        report("reads by key, 2 callers", measure(&store, 2, move |number| made.get(number)).await);
        let made = statements.clone();
        report("pages of 20 inline, 2 callers", measure(&store, 2, move |number| made.page(number, Cost::Point)).await);
        let made = statements.clone();
        report(
            "pages of 20 on threads, 32 callers",
            measure(&store, 32, move |number| made.page(number, Cost::Scan)).await,
        );
        let made = statements.clone();
        report("creates without index or audit, 32", measure(&store, 32, move |_| made.bare()).await);
        for callers in [1, 8, 32, 128] {
            let before = store.counters();
            let made = statements.clone();
            let rate = measure(&store, callers, move |number| made.create(number)).await;
            let after = store.counters();
            report(&format!("creates, {callers} callers"), rate);
            let commits = after.commits - before.commits;
            println!(
                "    {commits} commits of {:.1} on average, {} checkpoints",
                (after.writes - before.writes) as f64 / commits as f64,
                after.checkpoints - before.checkpoints
            );
        }
        println!("afterwards:         {} kB resident", resident_kb());
        store.close().await;
    });
    std::fs::remove_dir_all(folder).unwrap();
}

/// Runs works of that many callers for a while; returns how many per second, and their times in order.
async fn measure(
    store: &Store,
    callers: usize,
    make: impl Fn(i64) -> Work + Clone + Send + 'static,
) -> (f64, Vec<Duration>) {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let (start, cpu) = (Instant::now(), cpu_ms());
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (store, make) = (store.clone(), make.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < TIME {
                    let number = NUMBER.fetch_add(7919, Ordering::Relaxed) as i64;
                    let work = make(number);
                    let begun = Instant::now();
                    std::hint::black_box(store.run(work).await.unwrap());
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    times.sort();
    println!("    {:.1} µs of processor each", (cpu_ms() - cpu) * 1000.0 / times.len() as f64);
    (times.len() as f64 / start.elapsed().as_secs_f64(), times)
}

fn report(what: &str, (rate, times): (f64, Vec<Duration>)) {
    let (half, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{what:36} {rate:>9.0}/s   p50 {half:>9.1?}   p99 {most:>9.1?}");
}

fn app() -> AppSchema {
    let statements = [
        r#"CREATE TABLE "prospects" (
             "id" INTEGER PRIMARY KEY AUTOINCREMENT,
             "user_id" TEXT NOT NULL REFERENCES "users"("id"),
             "name" TEXT NOT NULL,
             "email" TEXT,
             "status" TEXT CHECK ("status" IN ('new', 'contacted', 'won', 'lost')),
             "budget" INTEGER,
             "created_at" TEXT NOT NULL,
             "updated_at" TEXT NOT NULL,
             "_version" INTEGER NOT NULL DEFAULT 1
           ) STRICT"#,
        r#"CREATE TABLE "bare" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "email" TEXT) STRICT"#,
        r#"CREATE INDEX "prospects__user_id_index" ON "prospects" ("user_id", "id")"#,
        r#"CREATE UNIQUE INDEX "prospects__email_unique" ON "prospects" ("user_id", "email")"#,
        r#"CREATE INDEX "prospects__status_index" ON "prospects" ("user_id", "status", "id")"#,
        r#"CREATE INDEX "prospects__created_at_index" ON "prospects" ("user_id", "created_at", "id")"#,
    ];
    AppSchema::new(String::new(), statements.map(str::to_owned).to_vec())
}

fn fill(store: &Store) {
    let users = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1) \
         INSERT INTO users (id, iss, sub, created_at, updated_at) \
         SELECT printf('00000000-0000-7000-8000-%012d', i), 'own', i, '', '' FROM n";
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
         INSERT INTO prospects (user_id, name, email, status, budget, created_at, updated_at) \
         SELECT printf('00000000-0000-7000-8000-%012d', i % ?2), 'Prospect number ' || i, i || '@example.com', 'new', i, \
         '2026-11-21T03:37:18.123456Z', '2026-11-21T03:37:18.123456Z' FROM n";
    let steps = vec![
        Step::Run(Statement::new(users, vec![Value::Integer(OWNERS)])),
        Step::Run(Statement::new(rows, vec![Value::Integer(ROWS), Value::Integer(OWNERS)])),
    ];
    store.run_blocking(Work::write(steps)).unwrap();
}

/// The fixed texts, rendered once as the engine does.
#[derive(Clone)]
struct Statements {
    get: Arc<str>,
    page: Arc<str>,
    create: Arc<str>,
    audit: Arc<str>,
    shape: Arc<Shape>,
}

impl Statements {
    fn new() -> Statements {
        let list =
            r#""id", "user_id", "name", "email", "status", "budget", "created_at", "updated_at", "_version", "id""#;
        let columns = [
            ("id", Kind::Integer),
            ("user_id", Kind::Uuid),
            ("name", Kind::Text),
            ("email", Kind::Text),
            ("status", Kind::Text),
            ("budget", Kind::Decimal { scale: 2 }),
            ("created_at", Kind::DateTime),
            ("updated_at", Kind::DateTime),
        ];
        Statements {
            get: format!(r#"SELECT {list} FROM "prospects" WHERE "id" = ?1 AND "user_id" = ?2"#).into(),
            page: format!(r#"SELECT {list} FROM "prospects" WHERE "user_id" = ?1 ORDER BY "id" LIMIT ?2"#).into(),
            create: format!(
                r#"INSERT INTO "prospects" ("user_id", "name", "email", "status", "budget", "created_at", "updated_at")
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING {list}"#
            )
            .into(),
            audit: r#"INSERT INTO "_audit" ("at", "iss", "sub", "request_id", "action", "entity", "outcome", "entity_id", "after")
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, CAST(last_insert_rowid() AS TEXT), ?8)"#
                .into(),
            shape: Arc::new(Shape {
                columns: columns.map(|(key, kind)| Column::new(key, kind)).to_vec(),
                captured: vec![Kind::Integer, Kind::Integer],
            }),
        }
    }

    fn owner(number: i64) -> Value {
        Value::Uuid(format!("00000000-0000-7000-8000-{:012}", number % OWNERS))
    }

    fn one(&self, sql: &Arc<str>, params: Vec<Value>) -> Step {
        let none = Otherwise::Refuse(Refusal::NotFound);
        Step::One { statement: Statement::new(sql.clone(), params), shape: self.shape.clone(), none }
    }

    fn get(&self, number: i64) -> Work {
        let id = number % ROWS + 1;
        let steps = vec![self.one(&self.get, vec![Value::Integer(id), Statements::owner(id)])];
        Work::read(Cost::Point, steps)
    }

    fn page(&self, number: i64, cost: Cost) -> Work {
        let params = vec![Statements::owner(number), Value::Integer(21)];
        let statement = Statement::new(self.page.clone(), params);
        let steps = vec![Step::Page { statement, shape: self.shape.clone(), limit: 20 }];
        Work::read(cost, steps)
    }

    fn bare(&self) -> Work {
        let sql = r#"INSERT INTO "bare" ("name", "email") VALUES (?1, ?2)"#;
        let params = ["Somebody", "somebody@example.com"].map(|text| Value::Text(text.to_owned()));
        Work::write(vec![Step::Run(Statement::new(sql, params.to_vec()))])
    }

    fn create(&self, number: i64) -> Work {
        let text = |text: &str| Value::Text(text.to_owned());
        let at = Value::DateTime("2026-11-21T03:37:18.123456Z".to_owned());
        let email = format!("new-{number}@example.com");
        let audit = vec![
            at.clone(),
            text("own"),
            Statements::owner(number),
            text("019aa000-0000-7000-8000-000000000000"),
            text("create"),
            text("prospect"),
            text("done"),
            Value::Json(format!(r#"{{"name":"Somebody","email":"{email}","status":"new","budget":"12.50"}}"#)),
        ];
        let row = vec![
            Statements::owner(number),
            text("Somebody"),
            text(&email),
            text("new"),
            Value::Decimal { units: 1250, scale: 2 },
            at.clone(),
            at,
        ];
        let steps = vec![self.one(&self.create, row), Step::Run(Statement::new(self.audit.clone(), audit))];
        Work::write(steps)
    }
}

fn resident_kb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("?").to_owned()
}

/// Processor time of this process so far, by all threads; more telling than the rates when others use the machine.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Fields 14 and 15 of proc(5), in hundredths of a second.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
