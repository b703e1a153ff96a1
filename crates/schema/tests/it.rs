//! Each folder of `cases` is a test: a blueprint and the statements that it must give in each dialect, which SQLite must accept.
//! Write the statements anew with `UPDATE_EXPECT=1 cargo test -p schema`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "SQLite itself must accept the statements")]

use std::path::Path;

use blueprint::Blueprint;
use rusqlite::Connection;
use work::Dialect;

/// What the statements expect of the engine's own table.
const USERS: &str = r#"CREATE TABLE "users" ("id" TEXT PRIMARY KEY NOT NULL, "email" TEXT) STRICT"#;

fn cases() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 3, "the cases are gone");
    cases
}

fn load(case: &Path) -> Blueprint {
    let text = std::fs::read_to_string(case.join("blueprint.toml")).unwrap();
    blueprint::load(&text).unwrap_or_else(|problems| panic!("{}: {problems:?}", case.display()))
}

/// A database with the tables of a case. A user who is in it already must survive the added columns.
fn database(case: &Path) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(USERS).unwrap();
    connection.execute(r#"INSERT INTO "users" ("id") VALUES ('ana')"#, []).unwrap();
    for statement in schema::tables(&load(case), &Dialect::Sqlite) {
        connection.execute_batch(&statement).unwrap_or_else(|error| panic!("{}: {error}\n{statement}", case.display()));
    }
    connection
}

#[test]
fn tables_are_as_recorded() {
    let postgres = Dialect::Postgres { schema: "app".into() };
    for (dialect, file) in [(Dialect::Sqlite, "sqlite.sql"), (postgres, "postgres.sql")] {
        for case in cases() {
            let statements = schema::tables(&load(&case), &dialect);
            let text = statements.join(";\n\n") + ";\n";
            expect_test::expect_file![case.join(file)].assert_eq(&text);
            assert_eq!(statements, schema::tables(&load(&case), &dialect), "{}", case.display());
        }
    }
}

#[test]
fn sqlite_accepts_them_and_every_reference_leads_somewhere() {
    for case in cases() {
        let connection = database(&case);
        let violations = connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
        assert!(!violations, "{}", case.display());
    }
}

/// Deleting a row looks for its children by the column alone; without an index that is a scan per deletion.
#[test]
fn every_reference_has_an_index_that_begins_with_it() {
    let sql = "
        SELECT t.name || '.' || f.\"from\" FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f
        WHERE NOT EXISTS (
            SELECT 1 FROM pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
            WHERE c.seqno = 0 AND c.name = f.\"from\" AND NOT i.partial)";
    for case in cases() {
        let connection = database(&case);
        let mut statement = connection.prepare(sql).unwrap();
        let bare: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(bare, Vec::<String>::new(), "{}", case.display());
    }
}

fn refused(connection: &Connection, sql: &str) -> String {
    connection.execute(sql, []).unwrap_err().to_string()
}

#[test]
fn the_database_refuses_what_the_blueprint_does_not_allow() {
    let connection = database(&cases()[0]);
    let insert = |values: &str| {
        format!(
            r#"INSERT INTO "prospects" ("user_id", "name", "email", "status", "created_at", "updated_at")
               VALUES ({values}, '2026-11-21T00:00:00.000000Z', '2026-11-21T00:00:00.000000Z')"#
        )
    };
    connection.execute(&insert("'ana', 'Bob', 'bob@example.com', 'new'"), []).unwrap();

    let same_email = refused(&connection, &insert("'ana', 'Rob', 'bob@example.com', 'new'"));
    assert_eq!(same_email, "UNIQUE constraint failed: prospects.user_id, prospects.email");
    let no_status = refused(&connection, &insert("'ana', 'Bob', null, 'lukewarm'"));
    assert!(no_status.starts_with("CHECK constraint failed"), "{no_status}");
    let no_name = refused(&connection, &insert("'ana', null, null, 'new'"));
    assert_eq!(no_name, "NOT NULL constraint failed: prospects.name");
    let no_owner = refused(&connection, &insert("'nobody', 'Bob', null, 'new'"));
    assert_eq!(no_owner, "FOREIGN KEY constraint failed");
    let children = refused(&connection, r#"DELETE FROM "users" WHERE "id" = 'ana'"#);
    assert_eq!(children, "FOREIGN KEY constraint failed");

    let rows: i64 = connection.query_row(r#"SELECT count(*) FROM "prospects""#, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn the_unique_index_of_a_field_is_found_by_its_name() {
    let connection = database(&cases()[0]);
    let name = schema::unique_index_name("prospects", "email");
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    assert_eq!(connection.query_row(sql, [name], |row| row.get::<_, i64>(0)).unwrap(), 1);
}
