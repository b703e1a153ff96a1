//! What each step returns, and what it means that it found nothing.

use std::sync::Arc;

use store::StoreError;
use work::{Kind, Otherwise, Outcome, Refusal, Shape, Step, Value};

use crate::support::*;

#[test]
fn one_returns_the_object_and_captures() {
    let database = Database::new();
    let answer = database.done(add("first"));
    assert_eq!(String::from_utf8(answer.body).unwrap(), r#"{"title":"first"}"#);
    assert_eq!((answer.rows, answer.captured, answer.count), (1, vec![Value::Integer(1)], None));

    let answer = database.done(get(1));
    assert_eq!(String::from_utf8(answer.body).unwrap(), r#"{"title":"first"}"#);
    assert_eq!(database.run(get(2)), Ok(Outcome::Refused(Refusal::NotFound)));
}

#[test]
fn a_page_holds_its_limit_and_says_whether_there_is_more() {
    let database = Database::new();
    for title in ["a", "b", "c"] {
        database.done(add(title));
    }
    let shape = Arc::new(Shape {
        columns: vec![work::Column::new("title", Kind::Text)],
        captured: vec![Kind::Integer, Kind::Text],
    });
    let list = |limit: usize, from: i64| {
        let sql = r#"SELECT "title", "id", "title" FROM "notes" WHERE "id" >= ?1 ORDER BY "id" LIMIT ?2"#;
        let params = [Value::Integer(from), Value::Integer(limit as i64 + 1)];
        let page = Step::Page { statement: statement(sql, &params), shape: shape.clone(), limit };
        let answer = database.done(scan(vec![page]));
        (String::from_utf8(answer.body).unwrap(), answer.rows, answer.more, answer.captured)
    };

    let (body, rows, more, captured) = list(2, 1);
    assert_eq!(body, r#"[{"title":"a"},{"title":"b"}]"#);
    assert_eq!((rows, more, captured), (2, true, vec![Value::Integer(2), text("b")]));

    let (body, rows, more, captured) = list(3, 1);
    assert_eq!(body, r#"[{"title":"a"},{"title":"b"},{"title":"c"}]"#);
    assert_eq!((rows, more, captured), (3, false, vec![Value::Integer(3), text("c")]));

    assert_eq!(list(2, 9), ("[]".to_owned(), 0, false, Vec::new()));

    // The last captured value of each, for who asks for it.
    let sql = r#"SELECT "title", "title", "id" FROM "notes" ORDER BY "id" DESC LIMIT 3"#;
    let captured = vec![Kind::Text, Kind::Integer];
    let shape = Arc::new(Shape { columns: vec![work::Column::new("title", Kind::Text)], captured });
    let page = Step::Page { statement: statement(sql, &[]), shape, limit: 2 };
    let ids = |gathers| database.done(scan(vec![page.clone()]).gathering_ids(gathers)).ids;
    assert_eq!((ids(true), ids(false)), (vec![Value::Integer(3), Value::Integer(2)], Vec::new()));
}

#[test]
fn rows_without_json_columns_leave_the_body_alone() {
    let database = Database::new();
    database.done(add("first"));
    let shape = Arc::new(Shape { columns: Vec::new(), captured: vec![Kind::Integer] });
    let statement = statement(r#"SELECT 42"#, &[]);
    let captured = Step::One { statement, shape, none: Otherwise::Refuse(Refusal::NotFound) };
    let mut work = get(1);
    work.steps.push(captured);
    let answer = database.done(work);
    assert_eq!(String::from_utf8(answer.body).unwrap(), r#"{"title":"first"}"#);
    assert_eq!(answer.captured, vec![Value::Integer(42)]);
}

#[test]
fn a_count_is_an_integer_beside_the_page() {
    let database = Database::new();
    database.done(add("a"));
    database.done(add("b"));
    let list = page(r#"SELECT "title" FROM "notes" ORDER BY "id" LIMIT 2"#, &[], 1);
    let count = Step::Count(statement(r#"SELECT count(*) FROM "notes""#, &[]));
    let answer = database.done(scan(vec![list, count]));
    assert_eq!((answer.count, answer.rows, answer.more), (Some(2), 1, true));
}

#[test]
fn what_is_required_must_be_there() {
    let database = Database::new();
    let require = |id: i64| Step::Require {
        statement: statement(r#"SELECT 1 FROM "notes" WHERE "id" = ?1"#, &[Value::Integer(id)]),
        none: Otherwise::Refuse(Refusal::Reference { pointer: "/note_id".to_owned() }),
    };
    let mut work = add("child");
    work.steps.insert(0, require(7));
    let refused = Outcome::Refused(Refusal::Reference { pointer: "/note_id".to_owned() });
    assert_eq!(database.run(work), Ok(refused));
    assert_eq!(database.titles(), Vec::<String>::new());

    database.done(add("parent"));
    let mut work = add("child");
    work.steps.insert(0, require(1));
    database.done(work);
    assert_eq!(database.titles(), ["parent", "child"]);
}

#[test]
fn a_probe_picks_the_refusal() {
    let database = Database::new();
    database.done(add("there"));
    let change = |id: i64, place: &str| {
        let update = statement(r#"UPDATE "notes" SET "title" = 'new' WHERE "id" = ?1"#, &[Value::Integer(id)]);
        let probe = statement(&format!("SELECT {place}"), &[]);
        let refusals = vec![Refusal::NotFound, Refusal::Forbidden, Refusal::Stale];
        let none = Otherwise::Probe { statement: probe, refusals };
        database.run(write(vec![Step::Change { statement: update, none }]))
    };
    assert_eq!(change(9, "0"), Ok(Outcome::Refused(Refusal::NotFound)));
    assert_eq!(change(9, "2"), Ok(Outcome::Refused(Refusal::Stale)));
    assert_eq!(change(9, "3"), Ok(Outcome::Refused(Refusal::NotFound)), "outside the list");
    assert_eq!(change(9, "-1"), Ok(Outcome::Refused(Refusal::NotFound)), "outside the list");
    assert!(matches!(change(1, "2"), Ok(Outcome::Done(_))), "nothing is asked when a row was changed");
    assert_eq!(database.titles(), ["new"]);
}

#[test]
fn a_refusal_undoes_the_steps_before_it() {
    let database = Database::new();
    let mut work = add("undone");
    work.steps.push(one(r#"SELECT "title", "id" FROM "notes" WHERE "id" = -1"#, &[]));
    assert_eq!(database.run(work), Ok(Outcome::Refused(Refusal::NotFound)));
    assert_eq!(database.titles(), Vec::<String>::new());
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "_audit""#), 0);
}

#[test]
fn wrong_sql_parameters_and_cells_are_bugs_and_no_panics() {
    let database = Database::new();
    let broken = |work| match database.run(work) {
        Err(StoreError::Broken { message }) => message,
        other => panic!("expected a bug: {other:?}"),
    };
    assert!(broken(read(vec![one("SELEKT 1", &[])])).contains("SELEKT"));
    assert!(broken(read(vec![one("SELECT ?1, ?2", &[text("a")])])).contains("1 parameters"));
    assert!(broken(read(vec![one("SELECT 1, 2", &[])])).contains("Integer"), "a number where text is expected");
    assert!(broken(read(vec![one("SELECT x'ff', 2", &[])])).contains("Blob"));
    assert!(broken(read(vec![one("SELECT 'only one column'", &[])])).contains("column"));
    assert!(broken(read(vec![Step::Count(statement("SELECT 'text'", &[]))])).contains("integer"));
    assert!(
        broken(write(vec![Step::Run(statement(r#"INSERT INTO "notes" ("title") VALUES ('')"#, &[]))]))
            .contains("CHECK")
    );
    assert!(
        broken(write(vec![Step::Run(statement(r#"INSERT INTO "notes" ("slot") VALUES ('a')"#, &[]))]))
            .contains("NOT NULL")
    );
}

#[test]
fn fold_is_unicode_lower_case() {
    let database = Database::new();
    let folded = |sql: &str| {
        let answer = database.done(read(vec![one(sql, &[])]));
        String::from_utf8(answer.body).unwrap()
    };
    assert_eq!(folded("SELECT fold('ÅNGSTRÖM Straße'), 1"), r#"{"title":"ångström straße"}"#);
    assert_eq!(folded("SELECT fold(NULL), 1"), r#"{"title":null}"#);
}

#[test]
fn a_read_cannot_write() {
    let database = Database::new();
    database.done(add("kept"));
    let delete = || vec![Step::Run(statement(r#"DELETE FROM "notes""#, &[]))];
    for work in [read(delete()), scan(delete())] {
        let error = database.run(work).unwrap_err();
        assert!(error.to_string().contains("readonly"), "{error}");
    }
    assert_eq!(database.titles(), ["kept"]);
}
