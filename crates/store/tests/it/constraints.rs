//! Violated constraints, as far as callers can cause them, are refusals.

use work::{Outcome, Refusal, Step, Value};

use crate::support::*;

fn run(database: &Database, sql: &str) -> Outcome {
    database.run(write(vec![Step::Run(statement(sql, &[]))])).unwrap()
}

fn unique(index: &str) -> Outcome {
    Outcome::Refused(Refusal::Unique { index: index.to_owned() })
}

#[test]
fn a_taken_value_is_told_by_the_name_of_its_index() {
    let database = Database::new();
    database.done(take("a"));
    assert_eq!(database.run(take("a")).unwrap(), unique("notes__slot_unique"));
    let update = r#"UPDATE "notes" SET "slot" = 'a' WHERE "slot" = 'b'"#;
    database.done(take("b"));
    assert_eq!(run(&database, update), unique("notes__slot_unique"));
    assert_eq!(database.titles(), ["a", "b"]);
}

#[test]
fn indexes_of_several_columns_are_told_apart() {
    let database = Database::new();
    let user = |id: &str, iss: &str, sub: &str, email: &str| {
        let sql = r#"INSERT INTO "users" ("id", "iss", "sub", "email", "created_at", "updated_at")
                     VALUES (?1, ?2, ?3, ?4, '2026-11-21', '2026-11-21')"#;
        let params = [id, iss, sub, email].map(text);
        database.run(write(vec![Step::Run(statement(sql, &params))])).unwrap()
    };
    assert!(matches!(user("1", "own", "1", "ana@example.com"), Outcome::Done(_)));
    assert_eq!(user("2", "own", "1", "bob@example.com"), unique("users_iss_sub_unique"));
    assert_eq!(user("2", "own", "2", "ana@example.com"), unique("users_email_unique"));
    assert_eq!(user("1", "own", "2", "bob@example.com"), unique("users_pkey"));
    // The e-mail of another issuer's user is that issuer's business.
    assert!(matches!(user("2", "other", "1", "ana@example.com"), Outcome::Done(_)));
}

#[test]
fn a_key_that_is_used_twice_is_told_by_its_table() {
    let database = Database::new();
    let insert = r#"INSERT INTO "_idempotency" ("scope", "key", "fingerprint", "rights", "body", "captured", "created_at")
                    VALUES ('ana', 'k', x'00', x'00', x'', '[]', '2026-11-21')"#;
    assert!(matches!(run(&database, insert), Outcome::Done(_)));
    assert_eq!(run(&database, insert), unique("_idempotency_pkey"));
    let id = r#"INSERT INTO "notes" ("id", "title") VALUES (1, 'one')"#;
    assert!(matches!(run(&database, id), Outcome::Done(_)));
    assert_eq!(run(&database, id), unique("notes_pkey"));
}

#[test]
fn rows_that_are_referred_to_stay() {
    let database = Database::new();
    database.done(add("parent"));
    run(&database, r#"INSERT INTO "notes" ("title", "parent_id") VALUES ('child', 1)"#);
    let referred = Outcome::Refused(Refusal::Referred);
    assert_eq!(run(&database, r#"DELETE FROM "notes" WHERE "id" = 1"#), referred);
    // With RETURNING the row comes before SQLite looks at its references.
    let delete = one(r#"DELETE FROM "notes" WHERE "id" = ?1 RETURNING "title", "id""#, &[Value::Integer(1)]);
    assert_eq!(database.run(write(vec![delete])).unwrap(), referred);
    let lost = one(r#"INSERT INTO "notes" ("title", "parent_id") VALUES ('lost', 99) RETURNING "title", "id""#, &[]);
    assert_eq!(database.run(write(vec![lost])).unwrap(), referred);
    assert_eq!(database.titles(), ["parent", "child"]);
}
