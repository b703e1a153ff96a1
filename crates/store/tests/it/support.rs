//! A store in a folder of its own with a table of notes, and the works that the tests run on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use store::{AppSchema, Options, Store, StoreError};
use tempfile::TempDir;
use work::{Answer, Column, Cost, Idempotency, Kind, Otherwise, Outcome, Refusal, Shape, Statement, Step, Value, Work};

pub const NOTES: &str = r#"CREATE TABLE "notes" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "title" TEXT NOT NULL CHECK ("title" <> ''),
  "slot" TEXT,
  "parent_id" INTEGER REFERENCES "notes"("id")
) STRICT"#;

pub fn schema() -> AppSchema {
    let index = r#"CREATE UNIQUE INDEX "notes__slot_unique" ON "notes" ("slot")"#;
    AppSchema::new("notes".to_owned(), vec![NOTES.to_owned(), index.to_owned()])
}

/// A database that is gone when it is dropped.
pub struct Database {
    pub store: Store,
    pub folder: TempDir,
}

impl Database {
    pub fn new() -> Database {
        Database::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Database {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path().join("app.db"));
        change(&mut options);
        let store = Store::open(options).unwrap();
        store.apply_blocking(&schema()).unwrap();
        Database { store, folder }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    pub fn run(&self, work: Work) -> Result<Outcome, StoreError> {
        self.store.run_blocking(work)
    }

    pub fn done(&self, work: Work) -> Answer {
        done(self.run(work))
    }

    /// All titles, as the store reads them.
    pub fn titles(&self) -> Vec<String> {
        let answer = self.done(read(vec![page(r#"SELECT "title" FROM "notes" ORDER BY "id""#, &[], 10_000)]));
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&answer.body).unwrap();
        rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    }
}

pub fn done(result: Result<Outcome, StoreError>) -> Answer {
    match result {
        Ok(Outcome::Done(answer)) => answer,
        other => panic!("expected it to be done: {other:?}"),
    }
}

/// A plain connection of another program.
pub fn plain(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

pub fn count(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

pub fn write(steps: Vec<Step>) -> Work {
    Work::write(steps)
}

pub fn read(steps: Vec<Step>) -> Work {
    Work::read(Cost::Point, steps)
}

pub fn scan(steps: Vec<Step>) -> Work {
    Work::read(Cost::Scan, steps)
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub fn statement(sql: &str, params: &[Value]) -> Statement {
    Statement::new(sql, params.to_vec())
}

/// A note, its id captured, and the audit row that rides along as it does in the engine.
pub fn add(title: &str) -> Work {
    write(vec![
        one(r#"INSERT INTO "notes" ("title") VALUES (?1) RETURNING "title", "id""#, &[text(title)]),
        Step::Run(statement(
            r#"INSERT INTO "_audit" ("at", "action", "entity", "entity_id", "outcome")
               VALUES ('2026-11-21T00:00:00.000000Z', 'create', 'note', last_insert_rowid(), 'done')"#,
            &[],
        )),
    ])
}

/// Adds a note that takes a slot, of which each can be taken once.
pub fn take(slot: &str) -> Work {
    write(vec![Step::Run(statement(r#"INSERT INTO "notes" ("title", "slot") VALUES (?1, ?1)"#, &[text(slot)]))])
}

fn shape() -> Arc<Shape> {
    Arc::new(Shape { columns: vec![Column::new("title", Kind::Text)], captured: vec![Kind::Integer] })
}

/// A title, its id captured; none is `NotFound`.
pub fn one(sql: &str, params: &[Value]) -> Step {
    Step::One { statement: statement(sql, params), shape: shape(), none: Otherwise::Refuse(Refusal::NotFound) }
}

/// Titles alone.
pub fn page(sql: &str, params: &[Value], limit: usize) -> Step {
    let shape = Arc::new(Shape { columns: vec![Column::new("title", Kind::Text)], captured: Vec::new() });
    Step::Page { statement: statement(sql, params), shape, limit }
}

/// A title by id.
pub fn get(id: i64) -> Work {
    read(vec![one(r#"SELECT "title", "id" FROM "notes" WHERE "id" = ?1"#, &[Value::Integer(id)])])
}

/// How a note of this title is known when it comes again.
pub fn key(title: &str) -> Idempotency {
    let day = |day: &str| format!("2026-11-{day}T00:00:00.000000Z");
    Idempotency {
        scope: "notes".to_owned(),
        key: title.to_owned(),
        fingerprint: vec![1],
        rights: vec![2],
        at: day("21"),
        since: day("20"),
    }
}
